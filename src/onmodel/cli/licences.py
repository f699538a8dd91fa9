"""Licences on the command line: read, accepted, withdrawn. Whoever runs it acts for the house."""

import sys
from collections.abc import Sequence

import typer

from onmodel.accounts.service import actor_of, ensure_first_admin
from onmodel.cli.output import Answer, escape, output
from onmodel.cli.work import in_transaction
from onmodel.functions import licences
from onmodel.functions.errors import NothingToAcceptError
from onmodel.functions.licence_models import LicenceAcceptance
from onmodel.functions.manifest import Manifest
from onmodel.functions.terms import Kind, Terms, restricted
from onmodel.kit.db.uow import UnitOfWork


def permit(manifest: Manifest, *, accept: bool = False) -> None:
    """Require that a function may be used; on a terminal, ask.

    Raises:
        LicenceNotAcceptedError: it stands under terms that nobody accepted.
    """
    if manifest.commercial or find("function", manifest.name, manifest.terms) is not None:
        return
    show(manifest.title, manifest.terms)
    if not accept and not output.json and sys.stdin.isatty():
        accept = typer.confirm("Do you accept these terms for this server?", default=False)
    if not accept:
        raise licences.not_accepted(manifest)
    record("function", manifest.name, manifest.terms)


def describe(manifest: Manifest, *, accept: bool, withdraw: bool) -> Answer:
    """Show the terms of a function and who accepted them, after changing that if so wished."""
    if accept:
        if manifest.commercial:
            raise NothingToAcceptError(f"{manifest.title} may be used in work that is sold.")
        record("function", manifest.name, manifest.terms)
    if withdraw:

        async def work(uow: UnitOfWork) -> int:
            admin = await ensure_first_admin(uow)
            return await licences.withdraw(uow, "function", manifest.name, person_id=admin.id)

        in_transaction(work)
    agreed = None
    if not manifest.commercial:
        agreed = find("function", manifest.name, manifest.terms)
    data = {
        "function": manifest.key,
        "licence": manifest.licence,
        "commercial": manifest.commercial,
        "terms": [one.model_dump() for one in manifest.terms],
        "accepted_by": agreed.accepted_by_name if agreed else None,
        "accepted_at": agreed.accepted_at.isoformat() if agreed else None,
    }
    return Answer(data, "\n".join(_lines(manifest, agreed)))


def find(kind: Kind, name: str, terms: Sequence[Terms]) -> LicenceAcceptance | None:
    """Return the acceptance that holds, if there is one."""
    return in_transaction(licences.in_force).get(restricted(kind, name, terms))


def record(kind: Kind, name: str, terms: Sequence[Terms]) -> LicenceAcceptance:
    """Record that the first administrator accepted."""

    async def work(uow: UnitOfWork) -> LicenceAcceptance:
        actor = actor_of(await ensure_first_admin(uow), via="house")
        return await licences.accept(
            uow, kind, name, terms, person_id=actor.user_id, person_name=actor.name
        )

    return in_transaction(work)


def show(title: str, terms: Sequence[Terms]) -> None:
    """Tell a person what there is to accept."""
    output.say(f"{escape(title)} may not be used in work that is sold:")
    for one in terms:
        output.say(f"    {escape(one.name)}  [dim]{escape(one.url)}[/]")
    output.say("What it makes will carry that mark.")


def _lines(manifest: Manifest, agreed: LicenceAcceptance | None) -> list[str]:
    if manifest.commercial:
        return [
            f"[green]✓[/] {escape(manifest.title)}: {escape(manifest.licence)}; "
            "may be used in work that is sold."
        ]
    lines = [f"[bold]{escape(manifest.title)}[/] may not be used in work that is sold:"]
    lines += [f"    {escape(one.name)}  [dim]{escape(one.url)}[/]" for one in manifest.terms]
    if agreed is None:
        lines.append(
            "[yellow]○[/] Not accepted, so it is not used: "
            f"onmodel function licence {manifest.name} --accept"
        )
    else:
        day = agreed.accepted_at.date().isoformat()
        lines.append(f"[green]✓[/] Accepted by {escape(agreed.accepted_by_name)} on {day}.")
    return lines
