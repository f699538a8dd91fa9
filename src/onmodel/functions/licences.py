"""Licences that somebody has to accept: accepting, withdrawing, and what is in force.

One way for functions and for encoders. Only an administrator may; whoever calls sees to that.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from onmodel.functions.errors import LicenceNotAcceptedError
from onmodel.functions.licence_models import LicenceAcceptance
from onmodel.functions.manifest import Manifest
from onmodel.functions.terms import Kind, Restricted, Terms, distinct, restricted
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork

InForce = dict[Restricted, LicenceAcceptance]


async def in_force(uow: UnitOfWork) -> InForce:
    """Return every acceptance that holds."""
    rows = await uow.session.scalars(
        select(LicenceAcceptance).where(LicenceAcceptance.withdrawn_at.is_(None))
    )
    return {Restricted(_kind(row.kind), row.name, row.digest): row for row in rows}


async def accept(
    uow: UnitOfWork,
    kind: Kind,
    name: str,
    terms: Sequence[Terms],
    *,
    person_id: UUID,
    person_name: str,
) -> LicenceAcceptance:
    """Record that somebody accepted terms; a second time changes nothing."""
    wanted = restricted(kind, name, terms)
    made = insert(LicenceAcceptance).values(
        kind=kind,
        name=name,
        digest=wanted.digest,
        terms=[one.model_dump() for one in distinct(terms)],
        accepted_by=person_id,
        accepted_by_name=person_name,
    )
    await uow.session.execute(
        made.on_conflict_do_nothing(
            index_elements=["kind", "name", "digest"],
            index_where=LicenceAcceptance.withdrawn_at.is_(None),
        )
    )
    return (await in_force(uow))[wanted]


async def withdraw(uow: UnitOfWork, kind: Kind, name: str, *, person_id: UUID) -> int:
    """End what was accepted for a function or an encoder; return how many acceptances that were.

    What it has made keeps its mark.
    """
    ended: Any = await uow.session.execute(
        update(LicenceAcceptance)
        .where(
            LicenceAcceptance.kind == kind,
            LicenceAcceptance.name == name,
            LicenceAcceptance.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now(), withdrawn_by=person_id)
    )
    return int(ended.rowcount)


async def require(uow: UnitOfWork, manifest: Manifest) -> None:
    """Require that a function may be used.

    Raises:
        LicenceNotAcceptedError: nobody accepted its terms.
    """
    if not may_run(manifest, await in_force(uow)):
        raise not_accepted(manifest)


def may_run(manifest: Manifest, accepted: InForce) -> bool:
    """Whether a function may be used: it needs no acceptance, or has it."""
    return manifest.commercial or restricted("function", manifest.name, manifest.terms) in accepted


def not_accepted(manifest: Manifest) -> LicenceNotAcceptedError:
    """Make the problem that names the terms."""
    names = ", ".join(one.name for one in manifest.terms)
    return LicenceNotAcceptedError(
        f"{manifest.title} stands under {names}, which nobody has accepted on this server."
    )


def _kind(word: str) -> Kind:
    return "encoder" if word == "encoder" else "function"
