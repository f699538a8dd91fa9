"""``onmodel function clean``: shows what no function needs any more, and removes it if told to."""

from contextlib import closing
from dataclasses import asdict

from onmodel.cli.output import Answer, escape
from onmodel.functions.leftovers import Leftover, Leftovers
from onmodel.settings import Settings


def clean(settings: Settings, *, remove: bool) -> Answer:
    """Show the leftovers, or remove them.

    Raises:
        EngineUnreachableError: functions run in containers, and nobody answers for their images.
    """
    leftovers = Leftovers(settings.functions_dir, settings.home)
    found = [*leftovers.find(), *_images(settings, leftovers)]
    gone = found
    if remove:
        gone = [*leftovers.remove(found), *_remove_images(settings, leftovers, found)]
    broken = [one.folder.name for one in leftovers.registry.broken]
    data = {
        "removed": remove,
        "bytes": sum(one.bytes for one in gone),
        "leftovers": [asdict(one) for one in gone],
        "broken": broken,
    }
    return Answer(data, "\n".join(_lines(gone, broken, removed=remove)))


def _images(settings: Settings, leftovers: Leftovers) -> list[Leftover]:
    if settings.runtime != "docker":
        return []
    # docker-py takes a quarter of a second to import
    from onmodel.runner.choice import open_images
    from onmodel.runner.old_images import find

    engine, images = open_images(settings)
    with closing(engine):
        return find(engine, images, leftovers.registry)


def _remove_images(
    settings: Settings, leftovers: Leftovers, found: list[Leftover]
) -> list[Leftover]:
    wanted = [one for one in found if one.kind == "image"]
    if not wanted:
        return []
    from onmodel.runner.choice import open_images
    from onmodel.runner.old_images import remove

    engine, images = open_images(settings)
    with closing(engine):
        return remove(engine, images, wanted)


def _lines(found: list[Leftover], broken: list[str], *, removed: bool) -> list[str]:
    mark = "[green]✓[/]" if removed else "[cyan]○[/]"
    lines = [f"{mark} {one.kind} {escape(one.name)}, {amount(one.bytes)}" for one in found]
    total = amount(sum(one.bytes for one in found))
    if not found:
        lines.append("[green]Nothing is left over.[/]")
    elif removed:
        lines.append(f"[green]✓[/] {total} removed.")
    else:
        lines.append(f"{total} in all. Nothing was removed: add [bold]--yes[/] for that.")
    if broken:
        lines.append(
            f"[yellow]Model files stay, since nobody can tell what {escape(', '.join(broken))} "
            "needs:[/] `onmodel function list` says what is wrong with it."
        )
    return lines


def amount(size: int) -> str:
    """Write a number of bytes for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
