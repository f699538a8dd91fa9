"""Run one call of a function here and now, beside the queue."""

import json
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from onmodel.cli.output import escape, output
from onmodel.functions.manifest import JsonValue, Manifest
from onmodel.kit.errors import InvalidError
from onmodel.kit.ids import new_id
from onmodel.runner.calls import CallEvent, CallRequest, CallResult, OnEvent
from onmodel.runner.choice import open_pool
from onmodel.runner.errors import CallFailed
from onmodel.settings import Settings


class InputError(InvalidError):
    code = "bad_function_input"
    title = "This input cannot be used"
    default_try = "Give inputs as NAME=VALUE, and files as NAME=@path/to/file."


class FunctionFailedError(InvalidError):
    code = "function_failed"
    title = "The function did not finish"
    default_try = "Look at the inputs; the function's README says what it takes."


def call(settings: Settings, manifest: Manifest, request: CallRequest) -> CallResult:
    """Run a call in a process or container of its own and tell how it goes.

    Raises:
        FunctionFailedError: with the function's own words.
    """
    pool = open_pool(settings, max_per_function=1)
    try:
        with telling(manifest.title) as tell:
            request = replace(request, vram_mb=manifest.least_vram_mb)
            return pool.call(manifest, request, on_event=tell)
    except CallFailed as error:
        extra = {"fields": error.fields, "cause": error.code, "detail_for_engineers": error.detail}
        raise FunctionFailedError(error.message, extra=extra) from error
    finally:
        pool.close()


def stage(inputs: list[str], folder: Path) -> dict[str, JsonValue]:
    """Read ``NAME=VALUE`` and ``NAME=@FILE`` words; copy the files into ``folder``.

    A value is JSON where it can be read as such, and text otherwise. A name that comes several
    times with files is a list of them.
    """
    values: dict[str, JsonValue] = {}
    for word in inputs:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise InputError(f"{word!r} is not of the form NAME=VALUE.")
        if not value.startswith("@"):
            values[name] = _read(value)
            continue
        file: JsonValue = {"path": _copy(Path(value[1:]), folder / name)}
        known = values.get(name)
        if known is None:
            values[name] = file
        else:
            values[name] = [*known, file] if isinstance(known, list) else [known, file]
    return values


def new_request(inputs: dict[str, JsonValue], input_dir: Path, output_dir: Path) -> CallRequest:
    """Return a request with an id of its own."""
    return CallRequest(id=str(new_id()), inputs=inputs, input_dir=input_dir, output_dir=output_dir)


def _copy(source: Path, folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{len(list(folder.iterdir())):03d}-{source.name}"
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise InputError(f"I cannot read {source}: {error.strerror}.") from error
    return target.relative_to(folder.parent).as_posix()


def _read(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


@contextmanager
def telling(title: str) -> Generator[OnEvent]:
    """Show how a call goes: a bar on a terminal, lines elsewhere, nothing beside JSON."""
    if output.json or not sys.stderr.isatty():
        yield _tell
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(title), total=1.0)

        def show(event: CallEvent) -> None:
            if event.fraction is not None:
                bar.update(task, completed=event.fraction)
            if event.stage:
                bar.update(task, description=f"{escape(title)}: {escape(event.stage)}")
            if event.line:
                bar.console.print(escape(event.line), style="dim")

        yield show


def _tell(event: CallEvent) -> None:
    said = event.stage or event.line
    if said:
        share = f"{event.fraction:4.0%} " if event.fraction is not None else ""
        output.say(f"  [dim]{share}{escape(said)}[/]")
