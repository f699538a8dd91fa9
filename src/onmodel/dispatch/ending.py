"""What the end of one call means for the calls that depend on it."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from uuid import UUID

import structlog
from sqlalchemy import func, select, text, update

from onmodel.dispatch import handlers
from onmodel.dispatch.models import Call
from onmodel.dispatch.repository import change_state
from onmodel.dispatch.schemas import CallError, Outcome
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

log = structlog.get_logger(__name__)

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


Tell = Callable[[UnitOfWork, Call, Outcome], Awaitable[None]]


async def tell_finished(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """Let a call's noun hear how it ended; what fails there undoes the end."""
    await handlers.of(call.subject_kind).on_finished(uow, call, outcome)


async def tell_if_possible(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """Let a call's noun hear how it ended; what fails there is undone alone."""
    name = str(call.id)
    try:
        async with uow.attempt():
            await tell_finished(uow, call, outcome)
    except Exception:
        log.exception("noun_did_not_hear", call=name, state=outcome.state.value)


async def lock_chain(uow: UnitOfWork, call_id: UUID) -> list[UUID]:
    """Lock a call that is to end badly, and every call that waits for it; return the latter.

    They are locked in the order of their ids, before anything is written, so that two chains
    which end at once do not wait for each other. It looks again until it finds nothing new:
    whoever asked for another one meanwhile held a lock on what that waits for.
    """
    locked: set[UUID] = set()
    while True:
        waiting = set(await uow.session.scalars(_DEPENDENTS, {"call_id": call_id}))
        more = (waiting | {call_id}) - locked
        if not more:
            return sorted(waiting)
        await _locked(uow, more)
        locked |= more


async def end_dependents(
    uow: UnitOfWork,
    call: Call,
    chain: Sequence[UUID],
    outcome: Outcome,
    *,
    tell: Tell = tell_finished,
) -> None:
    """End every call that can no longer happen: cancelled with a cancelled one, else failed.

    They go in the same transaction as the call itself: nobody ever sees one of them wait for
    what has ended. The characters of all of them are locked before the first noun hears of it:
    each noun tells the log in the end, and whoever holds that must not wait for a character.

    Args:
        uow: the transaction.
        call: as it ended; its own noun is told by the caller, afterwards.
        chain: what waits for it, as ``lock_chain`` returned it.
        outcome: how it ended.
        tell: lets a noun hear of the end of its call.
    """
    after = (
        Outcome(State.CANCELLED, error=_DEPENDENCY_CANCELLED)
        if outcome.state is State.CANCELLED
        else Outcome(State.FAILED, error=_DEPENDENCY_FAILED)
    )
    assert after.error is not None
    ended: list[Call] = []
    for id_ in chain:
        dependent = await change_state(
            uow,
            id_,
            after.state,
            error=after.error.model_dump(),
            finished_at=func.clock_timestamp(),
        )
        if dependent is not None:
            ended.append(dependent)
    if ended:
        await handlers.lock_owners(uow, [call, *ended])
    for dependent in ended:
        await tell(uow, dependent, after)


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
