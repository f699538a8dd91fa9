"""``onmodel migrate``, ``backup``, ``restore``, ``openapi``, ``demo``, ``regenerate``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from onmodel.cli.command import command
from onmodel.cli.output import Answer, escape, output

# Every import inside a function here brings the settings or the whole application with it.


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "migrate")(migrate)
    command(app, "backup")(backup)
    command(app, "restore")(restore)
    command(app, "openapi")(openapi)
    command(app, "demo")(demo)
    command(app, "regenerate")(regenerate)


def migrate() -> Answer:
    """Bring the database up to date."""
    from onmodel.cli import migrations
    from onmodel.cli.connection import connected
    from onmodel.settings import Settings

    with connected(Settings()) as settings:
        url = str(settings.database_url)
        was_current = migrations.is_current(url)
        if not was_current:
            migrations.upgrade(url)
    data = {"revision": migrations.head(), "changed": not was_current}
    done = "was up to date already" if was_current else "is up to date now"
    return Answer(data, f"[green]✓[/] The database {done} (revision {data['revision']}).")


def backup(
    folder: Annotated[Path, typer.Argument(help="Where to; a backup there is brought up to date.")],
) -> Answer:
    """Copy database, files and repositories into a folder, while everything runs."""
    from onmodel.cli import backup as backups
    from onmodel.cli.connection import connected
    from onmodel.settings import Settings

    with connected(Settings()) as settings:
        made = backups.back_up(settings, folder)
    return Answer(
        made,
        f"[green]✓[/] {made['objects']} files ({made['new_objects']} of them new), "
        f"{made['repositories']} repositories and the database are in {escape(folder)}.",
    )


def restore(folder: Annotated[Path, typer.Argument(help="A folder that backup made.")]) -> Answer:
    """Bring a backup into an empty database, and its files to where the settings say."""
    from onmodel.cli import backup as backups
    from onmodel.cli.connection import connected
    from onmodel.settings import Settings

    with connected(Settings()) as settings:
        made = backups.restore(settings, folder)
    return Answer(
        made,
        f"[green]✓[/] The backup of {made['at']} is back: {made['objects']} files, "
        f"{made['repositories']} repositories and the database.",
    )


def openapi(
    target: Annotated[
        Path | None, typer.Argument(help="A file to write; by default standard output.")
    ] = None,
) -> Answer | None:
    """Write the description of the REST interface."""
    from onmodel.cli.web import describe

    document = describe()
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    if target is None:
        return Answer(document, escape(text.rstrip()))
    target.write_text(text)
    return Answer({"written": str(target)}, f"[green]✓[/] Written: {escape(target)}")


def demo() -> Answer:
    """Fill a project with characters to look at; OnModel must be running."""
    import asyncio

    from onmodel.cli.address import local_url, public_url
    from onmodel.cli.people import key_for_house
    from onmodel.demo.fill import fill
    from onmodel.demo.rest import Rest
    from onmodel.settings import Settings

    settings = Settings()
    rest = Rest(local_url(settings), key_for_house("demo"))

    def say(line: str) -> None:
        output.say(f"  {escape(line)} …")

    project = asyncio.run(fill(rest, settings.home, on_progress=say))
    return Answer(
        project, f"[green]✓[/] Done. Open {public_url(settings)} and look at {project['title']}."
    )


def regenerate(
    variation: Annotated[str, typer.Argument(help="The variation's id.")],
    *,
    target: Annotated[
        Path | None, typer.Option("--output", help="Where the new picture goes.")
    ] = None,
) -> Answer:
    """Make a variation again from its recipe; the bytes are the same."""
    from uuid import UUID

    from onmodel.cli import regenerate as recipes

    try:
        wanted = UUID(variation)
    except ValueError:
        raise recipes.UnknownVariationError(f"{variation} is no id.") from None
    data = recipes.regenerate(wanted, target)
    if data["same"]:
        return Answer(data, f"[green]✓[/] The same bytes: {data['sha256']}")
    return Answer(
        data,
        f"[red]✗[/] Other bytes: {data['sha256']}\n    stored: {data['stored_sha256']}",
        failed=True,
    )
