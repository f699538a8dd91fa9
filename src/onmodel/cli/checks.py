"""``onmodel doctor`` and ``onmodel health``."""

from dataclasses import asdict

import typer

from onmodel.cli.command import command
from onmodel.cli.output import Answer, escape
from onmodel.kit.errors import UnavailableError

# Every import inside a function here brings the settings with it, a third of a second.


class NotRunningError(UnavailableError):
    code = "not_running"
    title = "OnModel is not running"
    default_try = "Start it with `make up` or `onmodel up`."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "doctor")(doctor)
    command(app, "health")(health)


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
