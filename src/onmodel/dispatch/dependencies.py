"""What calls wait for: earlier calls, which have to succeed first.

A call can only name calls that exist, so that there is never a cycle. What a call waits for is
told by their first ids; where one of them was tried again, its newest try counts.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select, text

from onmodel.dispatch.errors import TooManyDependenciesError, UnknownDependencyError
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import NewCall
from onmodel.dispatch.timing import MOST_DEPENDENCIES
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

UNMET = ("dependency_failed", "dependency_cancelled")
# ended, and did not bring about what was asked
LOST = (State.FAILED, State.CANCELLED)


async def count_waiting(uow: UnitOfWork, new: Sequence[NewCall]) -> list[int]:
    """Return for each wish how many of its dependencies have still to succeed.

    Those that are stored are locked, so that they cannot end before the transaction does.

    Raises:
        UnknownDependencyError: a dependency is neither stored in the same project nor earlier in
            the batch, or it failed or was cancelled already.
        TooManyDependenciesError: a wish names more than ``MOST_DEPENDENCIES``.
    """
    states = await _lock(uow, {id_ for wish in new for id_ in wish.depends_on})
    counted: list[int] = []
    for wish in new:
        named = set(wish.depends_on)
        if len(named) > MOST_DEPENDENCIES:
            raise TooManyDependenciesError(f"It waits for {len(named)} others.")
        found = [states.get((wish.project_id, id_)) for id_ in named]
        if any(state is None or state in LOST for state in found):
            raise UnknownDependencyError(
                "This depends on a step that does not exist or did not succeed.",
                try_="Start again from the step before.",
            )
        counted.append(sum(state is not State.SUCCEEDED for state in found))
        states[wish.project_id, wish.id] = State.QUEUED
    return counted


async def _lock(uow: UnitOfWork, ids: set[UUID]) -> dict[tuple[UUID, UUID], State]:
    if not ids:
        return {}
    rows = await uow.session.execute(
        select(Call.project_id, Call.id, Call.state)
        .where(Call.id.in_(ids))
        .order_by(Call.id)
        .with_for_update(read=True)
    )
    return {(row.project_id, row.id): row.state for row in rows}


async def named_by(uow: UnitOfWork, calls: Collection[Call]) -> dict[UUID, Call]:
    """Return the calls that those of these wait for which are not in line yet, by their ids."""
    ids = {id_ for call in calls if call.waiting_for for id_ in call.depends_on}
    if not ids:
        return {}
    rows = await uow.session.scalars(select(Call).where(Call.id.in_(ids)))
    return {row.id: row for row in rows}


async def newest(uow: UnitOfWork, ids: Collection[UUID]) -> list[Call]:
    """Return for each of these calls the try of it that counts: one that is not lost, or the last.

    Follows the thread of ``retried_as`` from each call.
    """
    found = await uow.session.execute(_NEWEST, {"ids": list(ids)})
    chosen = {row.first: row.id for row in found}
    rows = await uow.session.scalars(select(Call).where(Call.id.in_(chosen.values())))
    return list(rows)


async def lost_with(uow: UnitOfWork, call_id: UUID) -> list[UUID]:
    """Return the calls that ended only because this one did and were not tried again since."""
    rows = await uow.session.scalars(
        select(Call.id)
        .where(
            Call.depends_on.contains([call_id]),
            Call.waiting_for > 0,
            Call.state.in_(LOST),
            Call.error["code"].astext.in_(UNMET),
            Call.retried_as.is_(None),
        )
        .order_by(Call.id)
    )
    return list(rows)


_NEWEST = text(
    """
    WITH RECURSIVE tries AS (
        SELECT id AS first, id, state, created_at, retried_as
        FROM calls WHERE id = ANY(CAST(:ids AS uuid[]))
        UNION ALL
        SELECT tries.first, c.id, c.state, c.created_at, c.retried_as
        FROM tries JOIN calls c ON c.id = tries.retried_as
    )
    SELECT DISTINCT ON (first) first, id FROM tries
    ORDER BY first, state IN ('failed', 'cancelled'), created_at DESC, id DESC
    """
)
