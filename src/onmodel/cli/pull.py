"""``onmodel function pull``: bars on a terminal, lines of JSON for programs, lines elsewhere."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager

from onmodel.cli import licences
from onmodel.cli.output import Answer, escape, output
from onmodel.functions.installation import Installation
from onmodel.functions.manifest import Manifest
from onmodel.functions.pulls import OnPull, Pull, Pulls
from onmodel.functions.registry import find
from onmodel.settings import Settings

_EVERY_S = 0.25


def pull(settings: Settings, names: list[str], *, accept: bool) -> Answer:
    """Fetch the model files of functions, one after the other.

    Raises:
        ProblemError: the first one that cannot be had; what has arrived stays.
    """
    installation = Installation(settings.home, tokens=settings.tokens)
    pulls = Pulls(settings.weights)
    chosen = [find(settings.functions_dir, name) for name in names]
    for manifest in chosen:
        licences.permit(manifest, accept=accept)
    done: list[dict[str, object]] = []
    for manifest in chosen:
        with _telling(manifest) as tell:
            pulls.fetch(manifest, installation, on_pull=tell, on_line=_say)
        files = [
            {"name": one.name, "sha256": one.sha256, "path": str(installation.weights.path(one))}
            for one in manifest.weights
        ]
        done.append({"function": manifest.key, "files": files})
    lines = [f"[green]✓[/] {one.title}: {_summary(one)}" for one in map(_escaped, chosen)]
    return Answer({"pulled": done}, "\n".join(lines))


def _escaped(manifest: Manifest) -> Manifest:
    return manifest.model_copy(update={"title": escape(manifest.title)})


def _summary(manifest: Manifest) -> str:
    size = sum(one.bytes for one in manifest.weights) / 1e6
    count = len(manifest.weights)
    if not count:
        return "it has no model files"
    return f"{count} model file{'s' * (count != 1)}, {size:.1f} MB, all verified"


def _say(line: str) -> None:
    output.say(f"[dim]{escape(line)}[/]")


@contextmanager
def _telling(manifest: Manifest) -> Generator[OnPull]:
    if output.json or not sys.stderr.isatty():
        yield _events(manifest)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(manifest.title), total=None)

        def show(state: Pull) -> None:
            words = f"{escape(manifest.title)} {escape(state.file)}"
            bar.update(task, description=words, completed=state.bytes_done, total=state.bytes_total)

        yield show


def _events(manifest: Manifest) -> OnPull:
    """Tell a program, at most a few times a second and at the end."""
    last = [0.0]

    def tell(state: Pull) -> None:
        now = time.monotonic()
        if now - last[0] < _EVERY_S and state.bytes_done != state.bytes_total:
            return
        last[0] = now
        output.event(
            event="progress",
            function=manifest.name,
            file=state.file,
            bytes_done=state.bytes_done,
            bytes_total=state.bytes_total,
        )

    return tell
