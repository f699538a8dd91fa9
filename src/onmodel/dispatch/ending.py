"""What the end of one call means for the calls that depend on it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog
from sqlalchemy import func, select, update

from onmodel.dispatch import handlers
from onmodel.dispatch.models import Call
from onmodel.dispatch.repository import change_state
from onmodel.dispatch.schemas import CallError, Outcome
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

log = structlog.get_logger(__name__)

_DEPENDENCY_FAILED = CallError.of("dependency_failed")


async def release_dependents(uow: UnitOfWork, call: Call) -> None:
    """Let the calls that waited for this one come nearer to the queue."""
    await uow.session.execute(
        update(Call)
        .where(Call.depends_on.contains([call.id]), Call.waiting_for > 0)
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


async def end_dependents(
    uow: UnitOfWork, call: Call, outcome: Outcome, *, tell: Tell = tell_finished
) -> None:
    """End every call that can no longer happen: cancelled with a cancelled one, else failed."""
    after = (
        Outcome(State.CANCELLED)
        if outcome.state is State.CANCELLED
        else Outcome(State.FAILED, error=_DEPENDENCY_FAILED)
    )
    error = after.error.model_dump() if after.error else None
    waiting = select(Call.id).where(Call.depends_on.contains([call.id]), Call.waiting_for > 0)
    ids: list[UUID] = list(await uow.session.scalars(waiting.order_by(Call.id)))
    for id_ in ids:
        dependent = await change_state(
            uow, id_, after.state, error=error, finished_at=func.clock_timestamp()
        )
        if dependent is not None:
            await end_dependents(uow, dependent, outcome, tell=tell)
            await tell(uow, dependent, after)
