"""What the end of one call means for the calls that depend on it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, text, update

from onmodel.dispatch import handlers
from onmodel.dispatch.models import Call
from onmodel.dispatch.repository import change_state
from onmodel.dispatch.schemas import CallError, Outcome
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

_DEPENDENCY_FAILED = CallError.of("dependency_failed")
_DEPENDENCY_CANCELLED = CallError.of("dependency_cancelled")


async def release_dependents(uow: UnitOfWork, call: Call) -> None:
    """Let the calls that waited for this one come nearer to the queue."""
    found = await uow.session.scalars(
        select(Call.id).where(Call.depends_on.contains([call.id]), Call.waiting_for > 0)
    )
    ids = await _locked(uow, list(found))
    if not ids:
        return
    await uow.session.execute(
        update(Call)
        .where(Call.id.in_(ids))
        .values(waiting_for=Call.waiting_for - 1)
        .execution_options(synchronize_session=False)
    )


async def end_dependents(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """End every call that can no longer happen: cancelled with a cancelled one, else failed.

    They go in the same transaction as the call itself: nobody ever sees one of them wait for
    what has ended. All are locked before the first noun hears of it, since a noun locks rows of
    its own and calls are locked before those.
    """
    after = (
        Outcome(State.CANCELLED, error=_DEPENDENCY_CANCELLED)
        if outcome.state is State.CANCELLED
        else Outcome(State.FAILED, error=_DEPENDENCY_FAILED)
    )
    assert after.error is not None
    found = await uow.session.scalars(_DEPENDENTS, {"call_id": call.id})
    ended: list[Call] = []
    for id_ in await _locked(uow, list(found)):
        dependent = await change_state(
            uow,
            id_,
            after.state,
            error=after.error.model_dump(),
            finished_at=func.clock_timestamp(),
        )
        if dependent is not None:
            ended.append(dependent)
    for dependent in ended:
        await handlers.of(dependent.subject_kind).on_finished(uow, dependent, after)


async def _locked(uow: UnitOfWork, ids: Collection[UUID]) -> list[UUID]:
    """Lock calls in one order, so that two that end at once do not wait for each other."""
    if not ids:
        return []
    rows = await uow.session.scalars(
        select(Call.id).where(Call.id.in_(ids)).order_by(Call.id).with_for_update()
    )
    return list(rows)


_DEPENDENTS = text(
    """
    WITH RECURSIVE lost AS (
        SELECT id FROM calls
        WHERE depends_on @> ARRAY[CAST(:call_id AS uuid)] AND waiting_for > 0
        UNION
        SELECT c.id FROM lost JOIN calls c
            ON c.depends_on @> ARRAY[lost.id] AND c.waiting_for > 0
    )
    SELECT id FROM lost
    """
)
