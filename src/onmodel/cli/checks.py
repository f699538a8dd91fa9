"""``onmodel doctor``, ``onmodel health`` and ``onmodel alive``."""

from dataclasses import asdict
from typing import Annotated, Literal

import typer

from onmodel.cli.command import command
from onmodel.cli.output import Answer, escape
from onmodel.kit.errors import UnavailableError

# Every import inside a function here brings the settings with it, a third of a second.


class NotRunningError(UnavailableError):
    code = "not_running"
    title = "OnModel is not running"
    default_try = "Start it with `make up` or `onmodel up`."


class SilentError(UnavailableError):
    code = "part_silent"
    title = "This part gives no sign of life"
    default_try = "Start it again; its log says what it did last."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "doctor")(doctor)
    command(app, "health")(health)
    command(app, "alive")(alive)


def doctor() -> Answer:
    """Look at this machine: what works, what is missing, what to do."""
    from onmodel.cli import machine
    from onmodel.settings import Settings

    findings = machine.examine(Settings())
    marks = {"ok": "[green]✓[/]", "note": "[cyan]○[/]", "fault": "[red]✗[/]"}
    lines: list[str] = []
    for one in findings:
        lines.append(f"{marks[one.state]} [bold]{one.name}[/]  {escape(one.detail)}")
        if one.try_:
            lines.append(f"    [dim]{escape(one.try_)}[/]")
    faults = [one for one in findings if one.state == "fault"]
    lines.append("")
    lines.append(
        f"[red]{len(faults)} of {len(findings)} checks found a fault.[/]"
        if faults
        else "[green]Everything that is needed is there.[/] ○ marks what is optional."
    )
    data = [
        {"try" if key == "try_" else key: value for key, value in asdict(one).items()}
        for one in findings
    ]
    return Answer({"ok": not faults, "checks": data}, "\n".join(lines), failed=bool(faults))


def health() -> Answer:
    """Ask the running OnModel how its parts are."""
    from onmodel.cli import health as page
    from onmodel.cli.address import public_url
    from onmodel.settings import Settings

    settings = Settings()
    report = page.read(settings)
    if not report:
        raise NotRunningError(f"Nobody answers at {public_url(settings)}.")
    lines = [
        f"{'[green]✓[/]' if part['ok'] else '[red]✗[/]'} {name}  {escape(part.get('detail') or '')}"
        for name, part in report.get("parts", {}).items()
    ]
    return Answer(report, "\n".join(lines), failed=report.get("status") != "ok")


def alive(
    part: Annotated[
        Literal["producer", "worker"], typer.Argument(help="Which part of this container.")
    ],
) -> Answer:
    """Say whether a part that runs alone still works; for a container's liveness check."""
    from onmodel.settings import Settings
    from onmodel.worker import alive as signs

    seconds = signs.silent_seconds(Settings().run, part)
    if seconds is None:
        raise SilentError(f"The {part} has given no sign of life here yet.")
    if seconds > signs.SILENCE_SECONDS:
        raise SilentError(f"The {part} has been silent for {seconds:.0f} seconds.")
    return Answer(
        {"part": part, "silent_seconds": round(seconds, 1)},
        f"[green]✓[/] The {part} gave a sign of life {seconds:.0f} seconds ago.",
    )
