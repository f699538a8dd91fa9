"""``onmodel function``: the models behind the buttons."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onmodel.cli.command import command
from onmodel.cli.output import Answer, escape, output

if TYPE_CHECKING:
    from onmodel.functions.installation import Listed, Progress

# Every import inside a function here brings the settings with it, a third of a second.


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list")(list_functions)
    command(app, "install")(install)
    command(app, "run")(run)


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
    """Make functions ready to run: their environments and their weights."""
    from onmodel.functions.installation import install as install_all
    from onmodel.settings import Settings

    settings = Settings()
    done = install_all(settings.functions_dir, settings.home, _tell, names=names or None)
    data: list[dict[str, Any]] = [{"name": one.name, "version": one.version} for one in done]
    return Answer({"installed": data}, f"[green]✓[/] {len(done)} functions are ready.")


def run(
    name: Annotated[str, typer.Argument(help="Which function.")],
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
    from onmodel.functions.registry import load
    from onmodel.settings import Settings

    settings = Settings()
    manifest = load(settings.functions_dir).get(name)
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
