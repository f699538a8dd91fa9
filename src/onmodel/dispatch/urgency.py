"""What goes before everything else, because a person said so or because it is due."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select, text, update

from onmodel.dispatch import costs
from onmodel.dispatch.errors import NotWaitingError
from onmodel.dispatch.models import Call
from onmodel.dispatch.notices import tell_waiting
from onmodel.dispatch.repository import get
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

# A call becomes urgent when this many times its expected length is left.
LEAD = 2.0

_WAITS = (State.QUEUED, State.PAUSED)


async def set_urgent(uow: UnitOfWork, call_id: UUID, *, urgent: bool) -> Call:
    """Let a waiting call go before everything that is not urgent, or stand in line again.

    It is charged to its project and person like any other: who uses it waits longer after it.

    Raises:
        CallNotFoundError: there is no such call.
        NotWaitingError: it works already, or has ended.
    """
    call: Call | None = await uow.session.scalar(
        update(Call)
        .where(Call.id == call_id, Call.state.in_(_WAITS))
        .values(urgent=urgent, due_at=Call.due_at if urgent else None)
        .returning(Call)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if call is None:
        await get(uow, call_id)
        raise NotWaitingError("Only what waits in line can be hurried.")
    tell_waiting(uow)
    return call


async def set_due(uow: UnitOfWork, call_id: UUID, due_at: datetime | None) -> Call:
    """Say by when a waiting call is needed; None lets it wait its turn again.

    Raises:
        CallNotFoundError: there is no such call.
        NotWaitingError: it works already, or has ended.
    """
    call: Call | None = await uow.session.scalar(
        update(Call)
        .where(Call.id == call_id, Call.state.in_(_WAITS))
        .values(due_at=due_at)
        .returning(Call)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if call is None:
        await get(uow, call_id)
        raise NotWaitingError("Only what waits in line can be needed by a moment.")
    tell_waiting(uow)
    return call


async def hurry_what_is_due(uow: UnitOfWork) -> list[UUID]:
    """Make those calls urgent that would miss their time by waiting longer; return them."""
    due = exists(Call.id).where(Call.state == State.QUEUED, ~Call.urgent, Call.due_at.is_not(None))
    if not await uow.session.scalar(select(due)):
        return []
    expected = costs.parameters(await costs.past(uow))
    hurried = list(await uow.session.scalars(_HURRY, {**expected, "lead": LEAD}))
    if hurried:
        tell_waiting(uow)
    return hurried


_HURRY = text(
    """
    UPDATE calls SET urgent = true
    FROM unnest(
        CAST(:kinds AS text[]), CAST(:cost_tiers AS text[]), CAST(:costs AS bigint[])
    ) AS cost (task, tier, ms)
    WHERE calls.state = 'queued' AND NOT calls.urgent AND calls.due_at IS NOT NULL
      AND cost.task = calls.task AND cost.tier = calls.tier_asked
      AND calls.due_at - make_interval(secs => :lead * cost.ms / 1000) <= clock_timestamp()
    RETURNING calls.id
    """
)
