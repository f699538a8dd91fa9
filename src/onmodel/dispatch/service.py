"""Asking for calls and taking the wish back: what nouns use."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from onmodel.dispatch import dependencies, handlers, order, quotas
from onmodel.dispatch.ending import end_dependents, lock_chain
from onmodel.dispatch.errors import CallOverError
from onmodel.dispatch.models import Call
from onmodel.dispatch.notices import tell_cancelled, tell_waiting
from onmodel.dispatch.repository import change_state, get
from onmodel.dispatch.schemas import NewCall, Outcome
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State


async def submit(uow: UnitOfWork, new: NewCall) -> Call:
    """Put one call into the queue; see ``submit_many``."""
    return (await submit_many(uow, [new]))[0]


async def submit_many(uow: UnitOfWork, new: Sequence[NewCall]) -> list[Call]:
    """Put calls into the queue, in this order, as part of the running transaction.

    A call may depend on earlier ones of the same batch. Submit before events are recorded:
    dependencies are locked here for a moment.

    Raises:
        UnknownDependencyError, TooManyDependenciesError: see ``dependencies.count_waiting``.
        QuotaReachedError: its project is set to refuse what is beyond its quota.
    """
    if not new:
        return []
    await quotas.check(uow, [wish.project_id for wish in new])
    waiting = await dependencies.count_waiting(uow, new)
    now: datetime = await uow.session.scalar(select(func.clock_timestamp()))
    calls: list[Call] = []
    for wish, waiting_for in zip(new, waiting, strict=True):
        handlers.of(wish.subject_kind)
        calls.append(_queued(wish, now, waiting_for))
    uow.session.add_all(calls)
    await uow.session.flush()
    tell_waiting(uow)
    return calls


async def cancel(uow: UnitOfWork, call_id: UUID) -> Call:
    """Cancel a call that has not ended, and every call that depends on it.

    The call is over at once; a worker that is running it is told to stop, and whatever it
    still brings is refused.

    Raises:
        CallNotFoundError: there is no such call.
        CallOverError: it has ended already.
    """
    chain = await lock_chain(uow, call_id)
    call = await change_state(
        uow,
        call_id,
        State.CANCELLED,
        fence=Call.fence + 1,
        finished_at=func.clock_timestamp(),
        lease_owner=None,
        lease_until=None,
    )
    if call is None:
        over = await get(uow, call_id)
        raise CallOverError(f"This is over: it {_ENDED[over.state]}.")
    tell_cancelled(uow, call.id)
    tell_waiting(uow)
    outcome = Outcome(State.CANCELLED)
    await end_dependents(uow, call, chain, outcome)
    await handlers.of(call.subject_kind).on_finished(uow, call, outcome)
    return call


_ENDED = {
    State.SUCCEEDED: "has finished",
    State.FAILED: "has failed",
    State.CANCELLED: "was cancelled before",
}


def _queued(wish: NewCall, now: datetime, waiting_for: int) -> Call:
    return Call(
        id=wish.id,
        project_id=wish.project_id,
        created_by=wish.created_by,
        subject_kind=wish.subject_kind,
        subject_id=wish.subject_id,
        task=wish.task,
        params=wish.params.model_dump(mode="json"),
        tier_asked=wish.tier,
        may_fall_back=wish.may_fall_back,
        priority=wish.priority,
        urgent=wish.urgent,
        due_at=wish.due_at,
        order_at=now - wish.priority * order.PRIORITY_STEP,
        depends_on=sorted(set(wish.depends_on)),
        waiting_for=waiting_for,
        state=State.QUEUED,
        max_attempts=wish.max_attempts,
        importance=wish.importance,
        created_at=now,
    )
