"""What the end of one call means for the calls that depend on it."""

from uuid import UUID

from sqlalchemy import func, select, update

from onmodel.dispatch import handlers
from onmodel.dispatch.models import Call
from onmodel.dispatch.repository import change_state
from onmodel.dispatch.schemas import CallError, Outcome
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

_DEPENDENCY_FAILED = CallError.of("dependency_failed")


async def release_dependents(uow: UnitOfWork, call: Call) -> None:
    """Let the calls that waited for this one come nearer to the queue."""
    await uow.session.execute(
        update(Call)
        .where(Call.depends_on.contains([call.id]), Call.waiting_for > 0)
        .values(waiting_for=Call.waiting_for - 1)
        .execution_options(synchronize_session=False)
    )


async def end_dependents(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
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
            await end_dependents(uow, dependent, outcome)
            await handlers.of(dependent.subject_kind).on_finished(uow, dependent, after)
