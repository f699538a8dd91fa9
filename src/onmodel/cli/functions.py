"""``onmodel function``: the models behind the buttons."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onmodel.cli.command import command
from onmodel.cli.output import Answer, escape, output

if TYPE_CHECKING:
    from onmodel.functions.installation import Listed, Progress
    from onmodel.functions.manifest import Manifest

# Every import inside a function here brings the settings with it, a third of a second.


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list")(list_functions)
    command(app, "info")(info)
    command(app, "install")(install)
    command(app, "pull")(pull)
    command(app, "licence")(licence)
    command(app, "run")(run)
    command(app, "new")(new)
    command(app, "test")(test)
    command(app, "build")(build)
    command(app, "clean")(clean)


def list_functions() -> Answer:
    """List the functions: what they do and whether they are ready."""
    from dataclasses import asdict

    from onmodel.functions.installation import listing
    from onmodel.settings import Settings

    settings = Settings()
    found = listing(settings.functions_dir, settings.home)
    lines = [line for one in found for line in _describe(one)]
    return Answer(
        [asdict(one) for one in found],
        "\n".join(lines) or f"No functions in {escape(settings.functions_dir)}.",
    )


def install(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which ones; by default all of them.")
    ] = None,
) -> Answer:
    """Make functions ready to run: their environments and their weights.

    All of them means those that come along: without model files from the web, and without a
    licence that somebody has to accept first. Name one to have it.
    """
    from onmodel.functions.installation import install as install_all
    from onmodel.functions.registry import find
    from onmodel.settings import Settings

    settings = Settings()
    for name in names or []:
        _permit(find(settings.functions_dir, name))
    done = install_all(
        settings.functions_dir,
        settings.home,
        _tell,
        names=names or None,
        tokens=settings.tokens,
        permitted=lambda one: one.comes_along,
    )
    data: list[dict[str, Any]] = [{"name": one.name, "version": one.version} for one in done]
    return Answer({"installed": data}, f"[green]✓[/] {len(done)} functions are ready.")


def pull(
    names: Annotated[list[str], typer.Argument(help="Which functions, or their folders.")],
    *,
    accept: Annotated[
        bool, typer.Option("--accept-licence", help="You have read the terms and agree.")
    ] = False,
) -> Answer:
    """Fetch the model files of functions; a download that was cut off goes on."""
    from onmodel.cli.pull import pull as fetch
    from onmodel.settings import Settings

    return fetch(Settings(), names, accept=accept)


def licence(
    name: Annotated[str, typer.Argument(help="Which function, or its folder.")],
    *,
    accept: Annotated[
        bool, typer.Option("--accept", help="You have read the terms and agree.")
    ] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Do not use it any more.")] = False,
) -> Answer:
    """Show the terms of a function and who accepted them; accept them, or take that back."""
    from onmodel.cli.licences import describe
    from onmodel.functions.registry import find
    from onmodel.settings import Settings

    manifest = find(Settings().functions_dir, name)
    return describe(manifest, accept=accept, withdraw=withdraw)


def info(name: Annotated[str, typer.Argument(help="Which function.")]) -> Answer:
    """Show one function: what it takes and answers, its limits, its weights and their terms."""
    from onmodel.cli import function_card
    from onmodel.settings import Settings

    return function_card.describe(Settings(), name)


def new(name: Annotated[str, typer.Argument(help="Of the function and of its folder.")]) -> Answer:
    """Write the folder of a new function, which works and waits to be changed."""
    from onmodel.functions.new import create
    from onmodel.settings import Settings

    settings = Settings()
    made = create(name, settings.functions_dir, settings.sdk_dir, output.say)
    handler = f"src/{made.entry.partition('.')[0]}/handler.py"
    return Answer(
        {"name": made.name, "folder": str(made.folder), "handler": handler},
        f"[green]✓[/] {escape(made.folder)}\n"
        f"    Write {escape(handler)}, then: onmodel function test {made.name}",
    )


def test(name: Annotated[str, typer.Argument(help="Which function, or its folder.")]) -> Answer:
    """Try whether a function does what every function has to do."""
    from dataclasses import asdict
    from datetime import UTC, datetime

    from onmodel.functions import trials
    from onmodel.functions.registry import find
    from onmodel.functions.trials import FunctionTrial
    from onmodel.runner.choice import choose_runtime, open_ledger
    from onmodel.runner.conformance import Check, examine
    from onmodel.settings import Settings

    settings = Settings()
    manifest = find(settings.functions_dir, name)
    _permit(manifest)
    marks = {"passed": "[green]✓[/]", "failed": "[red]✗[/]", "skipped": "[cyan]○[/]"}
    runtime, prepare = choose_runtime(settings)
    checks = [Check("has a manifest", "passed", manifest.key)]
    try:
        ledger = open_ledger(settings)
        for check in examine(manifest, runtime, prepare, on_line=_quietly, ledger=ledger):
            checks.append(check)
    finally:
        runtime.close()
    failed = sum(one.state == "failed" for one in checks)
    trial = FunctionTrial(
        version=manifest.version,
        runtime=settings.runtime,
        at=datetime.now(UTC),
        passed=sum(one.state == "passed" for one in checks),
        skipped=sum(one.state == "skipped" for one in checks),
        failed=[one.name for one in checks if one.state == "failed"],
    )
    trials.keep(settings.home, manifest.name, trial)
    lines = [
        f"{marks[one.state]} {one.name}" + (f"  [dim]{escape(one.detail)}[/]" if one.detail else "")
        for one in checks
    ]
    ran = any((one.name, one.state) == ("runs", "passed") for one in checks)
    end = "[green]It conforms.[/]" if ran else "[yellow]Nothing failed, but it was not run.[/]"
    if failed:
        end = f"[red]{failed} of {len(checks)} checks failed.[/]"
    return Answer(
        {
            "function": manifest.key,
            "runtime": settings.runtime,
            "ok": not failed,
            "ran": ran,
            "checks": [asdict(one) for one in checks],
        },
        "\n".join([*lines, end]),
        failed=bool(failed),
    )


def build(name: Annotated[str, typer.Argument(help="Which function, or its folder.")]) -> Answer:
    """Build the image that a function runs in, where functions run in containers."""
    from contextlib import closing

    from onmodel.functions.registry import find
    from onmodel.runner.choice import open_images
    from onmodel.settings import Settings

    settings = Settings()
    manifest = find(settings.functions_dir, name)
    engine, images = open_images(settings)
    with closing(engine):
        image = images.ensure(manifest, _quietly)
    return Answer({"name": manifest.name, "image": image}, f"[green]✓[/] {escape(image)}")


def clean(
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Remove it; without this it is shown.")
    ] = False,
) -> Answer:
    """Show the environments, images and model files that no function needs; or remove them."""
    from onmodel.cli.clean import clean as tidy
    from onmodel.settings import Settings

    return tidy(Settings(), remove=yes)


def run(
    name: Annotated[str, typer.Argument(help="Which function, or its folder.")],
    inputs: Annotated[
        list[str] | None, typer.Argument(help="NAME=VALUE, and for files NAME=@path/to/file.")
    ] = None,
    *,
    folder: Annotated[
        Path, typer.Option("--output", help="An empty or new folder for what it makes.")
    ] = Path("output"),
) -> Answer:
    """Run a function once on files of this machine."""
    from onmodel.cli import local_call
    from onmodel.functions.registry import find
    from onmodel.settings import Settings

    settings = Settings()
    manifest = find(settings.functions_dir, name)
    _permit(manifest)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise local_call.InputError(
            f"The folder {folder} is not empty.", try_="Name another one with --output."
        )
    with tempfile.TemporaryDirectory(prefix="onmodel-run-") as temporary:
        staged = local_call.stage(inputs or [], Path(temporary))
        request = local_call.new_request(staged, Path(temporary), folder.absolute())
        result = local_call.call(settings, manifest, request)
    files = [
        {"name": one.name, "path": str(one.path), "sha256": one.sha256} for one in result.files
    ]
    lines = [f"[green]✓[/] {escape(one['name'])}: {escape(one['path'])}" for one in files]
    return Answer(
        {"outputs": result.outputs, "files": files, "seconds": round(result.seconds, 3)},
        "\n".join([*lines, f"[dim]{result.seconds:.2f} s[/]"]),
    )


def _permit(manifest: "Manifest") -> None:
    """Ask for an acceptance where one is needed; only then is a database."""
    if not manifest.commercial:
        from onmodel.cli.licences import permit

        permit(manifest)


def _quietly(line: str) -> None:
    output.say(f"[dim]{escape(line)}[/]")


def _tell(progress: "Progress") -> None:
    output.event(
        event="progress",
        function=progress.function,
        step=progress.step,
        fraction=round(progress.fraction, 3),
        line=progress.line,
    )
    output.say(f"[dim]{progress.fraction:4.0%}[/] {progress.function}: {escape(progress.line)}")


def _describe(one: "Listed") -> list[str]:
    if one.problem:
        return [f"[red]✗[/] [bold]{escape(one.name)}[/] cannot be used: {escape(one.problem)}"]
    mark = "[green]✓[/]" if one.installed else "[yellow]○[/]"
    state = "ready" if one.installed else f"not installed: onmodel function install {one.name}"
    return [
        f"{mark} [bold]{escape(one.name)}[/] {one.version}  {escape(one.title)}"
        f"{' (preview)' if one.preview else ''}",
        f"    {', '.join(one.tasks)}; {', '.join(one.tiers)}; {escape(one.licence)}; {state}",
    ]
