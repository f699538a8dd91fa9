"""What a person does to calls that wait: hold them back, let them go on, change their order."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text

from onmodel.dispatch.errors import NotWaitingError, OthersTurnError
from onmodel.dispatch.models import Call
from onmodel.dispatch.notices import tell_waiting
from onmodel.dispatch.repository import change_state, get
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

_STEP = timedelta(microseconds=1)


async def pause(uow: UnitOfWork, call_id: UUID) -> Call:
    """Hold a waiting call back; it keeps its place.

    Raises:
        NotWaitingError: it works already, it has ended, or an earlier step has to end first.
    """
    # what waits for an earlier step is ended with it, which a paused call cannot be
    call = await change_state(
        uow, call_id, State.PAUSED, Call.state == State.QUEUED, Call.waiting_for == 0
    )
    if call is None:
        raise NotWaitingError("Only what waits in line can be paused.")
    return call


async def resume(uow: UnitOfWork, call_id: UUID) -> Call:
    """Let a paused call wait again, where it would stand by now.

    Raises:
        NotWaitingError: it is not paused.
    """
    call = await change_state(uow, call_id, State.QUEUED, Call.state == State.PAUSED)
    if call is None:
        raise NotWaitingError("This is not paused.")
    tell_waiting(uow)
    return call


async def move(uow: UnitOfWork, call_id: UUID, *, beside: UUID, after: bool) -> Call:
    """Put a waiting call directly before, or after, another one of the same person and project.

    Turns between people are dealt fairly (order.py), so a call moves among those of its own
    person and project only, urgent ones among urgent ones. Their moments of order are dealt out
    anew among them: nobody else's turn changes.

    Raises:
        NotWaitingError: one of the two no longer waits.
        OthersTurnError: the other one belongs to somebody else, or goes before it for a reason.
    """
    call, other = await get(uow, call_id), await get(uow, beside)
    if call.created_by != other.created_by:
        raise OthersTurnError("That one is somebody else's.")
    if call.project_id != other.project_id:
        raise OthersTurnError("That one is for another project, which has turns of its own.")
    if call.urgent != other.urgent:
        raise OthersTurnError(
            "Urgent work goes before everything else.",
            try_="Mark both as urgent, or neither.",
        )
    mine = list(
        await uow.session.scalars(
            select(Call)
            .where(
                Call.project_id == call.project_id,
                Call.created_by == call.created_by,
                Call.urgent == call.urgent,
                Call.state == State.QUEUED,
            )
            .order_by(Call.order_at, Call.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    order = [row.id for row in mine]
    if call_id not in order or beside not in order:
        raise NotWaitingError("Only what waits in line can be moved.")
    if call_id == beside:
        return call
    order.remove(call_id)
    order.insert(order.index(beside) + after, call_id)
    await _deal(uow, order, [row.order_at for row in mine])
    tell_waiting(uow)
    return call


async def _deal(uow: UnitOfWork, order: list[UUID], moments: list[datetime]) -> None:
    """Give these calls the moments, ascending and each one of its own, in this order."""
    distinct: list[datetime] = []
    for moment in moments:
        distinct.append(max(moment, distinct[-1] + _STEP) if distinct else moment)
    await uow.session.execute(_REORDER, {"ids": order, "moments": distinct})


_REORDER = text(
    """
    UPDATE calls SET order_at = dealt.moment
    FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[])) AS dealt (id, moment)
    WHERE calls.id = dealt.id AND calls.order_at <> dealt.moment
    """
)
