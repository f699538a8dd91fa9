"""A worker's side of a call: begin it, keep it alive, end it, each under its fence.

The fence is a number on the call's row that grows with every change of hands. A worker that
was thought dead and comes back carries an old one; its writes change nothing and raise
LeaseLostError. So a call may run twice, but its effect happens once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, text

from onmodel.dispatch import handlers
from onmodel.dispatch.ending import (
    Tell,
    end_dependents,
    lock_chain,
    release_dependents,
    tell_finished,
    tell_if_possible,
)
from onmodel.dispatch.errors import LeaseLostError
from onmodel.dispatch.failures import meaning
from onmodel.dispatch.models import Call, Worker
from onmodel.dispatch.notices import tell_waiting
from onmodel.dispatch.offers import Make
from onmodel.dispatch.repository import change_state, seconds_from_now
from onmodel.dispatch.retry import delay_seconds
from onmodel.dispatch.schemas import CallError, CallOutputs, Outcome
from onmodel.dispatch.tiers import Tier
from onmodel.dispatch.told import NOTHING, Told
from onmodel.dispatch.workers import live
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

WORKER_LOST = CallError.of("worker_lost")
# A mistake of ours that another attempt would only repeat.
OURS = CallError.of("internal_error").model_copy(update={"retry": False})

_NOBODY: dict[str, Any] = {"lease_owner": None, "lease_until": None}


@dataclass(frozen=True)
class Held:
    """A call that a worker holds, how far it is, and what it told."""

    call_id: UUID
    fence: int
    percent: float
    step: str
    told: Told = NOTHING


async def start(
    uow: UnitOfWork,
    call_id: UUID,
    fence: int,
    *,
    worker_id: UUID,
    lease_seconds: float,
) -> Call:
    """Begin a call that was dealt to this worker; from now on its heartbeat keeps the lease.

    Raises:
        LeaseLostError: the message is old, or somebody else's: the call was cancelled, or dealt
            to another worker.
    """
    call = await change_state(
        uow,
        call_id,
        State.RUNNING,
        Call.fence == fence,
        Call.lease_owner == worker_id,
        attempt=Call.attempt + 1,
        started_at=func.clock_timestamp(),
        progress=0.0,
        step="",
        **NOTHING.columns,
        lease_until=seconds_from_now(lease_seconds),
    )
    call = _still_ours(call, call_id, fence)
    await handlers.of(call.subject_kind).on_started(uow, call)
    return call


async def record_function(
    uow: UnitOfWork,
    call_id: UUID,
    fence: int,
    *,
    name: str,
    version: str,
    tier: Tier | None = None,
    reason: str | None = None,
    terms: Sequence[dict[str, Any]] = (),
    reads: Sequence[str] = (),
    function_reason: str | None = None,
) -> None:
    """Write down which function runs the call and why, and the tier it steps down to, if it does.

    Both reasons are codes of ``choices.py``.

    ``terms`` are those of licences that forbid work that is sold, by which it runs; ``reads``
    names what of the offered inputs it is given.

    Raises:
        LeaseLostError: the call is no longer this worker's; nothing was changed.
    """
    call = await uow.session.scalar(
        select(Call).where(Call.id == call_id, Call.fence == fence).with_for_update()
    )
    call = _still_ours(call, call_id, fence)
    call.function, call.function_version = name, version
    call.terms, call.reads = list(terms), list(reads)
    call.function_reason = function_reason
    if tier is not None:
        call.tier_used = tier
        call.tier_reason = reason or call.tier_reason
    await uow.session.flush()


_HEARTBEAT = text(
    """
    UPDATE calls SET
        lease_until = clock_timestamp() + make_interval(secs => :lease),
        progress = held.percent,
        step = held.step,
        log = held.log,
        curve = CAST(held.curve AS jsonb)
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:fences AS bigint[]),
        CAST(:percents AS float8[]), CAST(:steps AS text[]), CAST(:logs AS text[]),
        CAST(:curves AS text[])
    ) AS held (id, fence, percent, step, log, curve)
    WHERE calls.id = held.id AND calls.fence = held.fence AND calls.state = 'running'
    RETURNING calls.id
    """
)


async def heartbeat(uow: UnitOfWork, held: list[Held], *, lease_seconds: float) -> list[Held]:
    """Renew the leases of all calls that a worker holds and store what they told.

    Returns:
        Those that are no longer the worker's: it should stop them. The fence tells which
        attempt is meant; the worker may have got the same call again meanwhile.
    """
    if not held:
        return []
    rows = await uow.session.scalars(
        _HEARTBEAT,
        {
            "lease": lease_seconds,
            "ids": [h.call_id for h in held],
            "fences": [h.fence for h in held],
            "percents": [h.percent for h in held],
            "steps": [h.step for h in held],
            "logs": [h.told.log for h in held],
            "curves": [h.told.curve.model_dump_json() if h.told.curve else None for h in held],
        },
    )
    renewed = set(rows)
    return [h for h in held if h.call_id not in renewed]


async def complete(
    uow: UnitOfWork,
    call_id: UUID,
    fence: int,
    outputs: CallOutputs,
    *,
    seconds: float,
    told: Told = NOTHING,
) -> Call:
    """End a call well; call row, noun's rows and event in one transaction.

    Args:
        seconds: how long the function itself ran.
        told: what it told meanwhile.

    Raises:
        LeaseLostError: the call is no longer this worker's; nothing was changed.
    """
    call = await change_state(
        uow,
        call_id,
        State.SUCCEEDED,
        Call.fence == fence,
        result=outputs.model_dump(mode="json"),
        error=None,
        progress=100.0,
        finished_at=func.clock_timestamp(),
        seconds=seconds,
        **told.columns,
        **_NOBODY,
    )
    call = _still_ours(call, call_id, fence)
    await release_dependents(uow, call)
    tell_waiting(uow)
    await tell_finished(uow, call, Outcome(State.SUCCEEDED, outputs=outputs, seconds=seconds))
    return call


async def fail(
    uow: UnitOfWork, call_id: UUID, fence: int, error: CallError, *, told: Told = NOTHING
) -> Call:
    """End an attempt badly: back to the queue when worth another try, else failed for good.

    How often a failure is tried again, and after what pause, is in the table of failures: a call
    that fails so every time may be what breaks the machines, and is given up.

    What the function told stays until the next attempt begins.

    Raises:
        LeaseLostError: the call is no longer this worker's; nothing was changed.
    """
    ours = Call.fence == fence
    attempt = await uow.session.scalar(select(Call.attempt).where(Call.id == call_id, ours)) or 1
    known = meaning(error.code, error.fault)
    if error.retry and attempt < known.tries:
        again = await _requeue(
            uow,
            call_id,
            ours,
            Call.attempt < Call.max_attempts,
            error=error.model_dump(),
            **told.columns,
            not_before=seconds_from_now(delay_seconds(attempt, first=known.first_pause_s)),
        )
        if again is not None:
            return again
    if attempt > 1:
        message = f"{error.message} It was tried {attempt} times."
        error = error.model_copy(update={"message": message})
    return _still_ours(await _end_badly(uow, call_id, error, ours, **told.columns), call_id, fence)


async def release(uow: UnitOfWork, call_id: UUID, fence: int) -> Call:
    """Give a call back unfinished, for a worker that shuts down; it costs no attempt.

    Raises:
        LeaseLostError: the call is no longer this worker's; nothing was changed.
    """
    begun = case((Call.state == State.RUNNING, 1), else_=0)
    call = await _requeue(uow, call_id, Call.fence == fence, attempt=Call.attempt - begun)
    return _still_ours(call, call_id, fence)


async def pass_on(
    uow: UnitOfWork,
    call_id: UUID,
    fence: int,
    error: CallError,
    *,
    worker_id: UUID,
    lease_seconds: float,
) -> Call | None:
    """Leave a call that this machine cannot do to others that could; it costs no attempt.

    Workers of this make do not get it again, as long as there are others (``offers.py``).

    Returns:
        The call, waiting again; None when no other live worker could do it, or when it is not
        this worker's any more.
    """
    call = await uow.session.scalar(select(Call).where(Call.id == call_id, Call.fence == fence))
    if call is None:
        return None
    alive = await live(uow, lease_seconds=lease_seconds)
    mine = {Make.of(one).signature for one in alive if one.id == worker_id}
    refused = mine.union(call.refused_by)
    makes = [Make.of(one) for one in alive if one.accepts]
    if not any(make.could(call) for make in makes if make.signature not in refused):
        return None
    return await _requeue(
        uow,
        call_id,
        Call.fence == fence,
        attempt=Call.attempt - 1,
        error=error.model_dump(),
        refused_by=sorted(refused),
    )


def _over(lease_seconds: float) -> ColumnElement[bool]:
    """Say whether a lease has ended, or its owner has gone before it took the call.

    A lease that ends much later than any could be given now was given before the database's clock
    was put back; waiting for it could take for ever.
    """
    waits_for = exists(Worker.id).where(Worker.id == Call.lease_owner, Worker.accepts)
    return or_(
        Call.lease_until < func.clock_timestamp(),
        Call.lease_until > seconds_from_now(2 * lease_seconds),
        and_(Call.state == State.STARTING, ~waits_for),
    )


async def expired(uow: UnitOfWork, *, lease_seconds: float) -> list[tuple[UUID, int]]:
    """Return calls whose lease has ended, with their fences, oldest lease first."""
    rows = await uow.session.execute(
        select(Call.id, Call.fence)
        .where(Call.state.in_([State.STARTING, State.RUNNING]), _over(lease_seconds))
        .order_by(Call.lease_until, Call.id)
    )
    return [(row.id, row.fence) for row in rows]


async def requeue_expired(
    uow: UnitOfWork, call_id: UUID, fence: int, *, lease_seconds: float
) -> Call | None:
    """Bring one call of a lost worker back to its old place in the queue.

    A call that has used up its attempts fails instead: it may be what kills the workers.

    Returns:
        The call, or None when its worker was only slow and is back.
    """
    late = (Call.fence == fence, _over(lease_seconds))
    again = await _requeue(uow, call_id, *late, Call.attempt < Call.max_attempts)
    return again or await _end_badly(uow, call_id, WORKER_LOST, *late)


async def end_expired(
    uow: UnitOfWork, call_id: UUID, fence: int, *, lease_seconds: float
) -> Call | None:
    """End one call of a lost worker that cannot come back, since its noun fails to hear of it.

    Returns:
        The call, or None when it has moved on.
    """
    late = (Call.fence == fence, _over(lease_seconds))
    return await _end_badly(uow, call_id, OURS, *late, tell=tell_if_possible)


async def give_up(
    uow: UnitOfWork, call_id: UUID, fence: int, error: CallError, *, told: Told = NOTHING
) -> Call:
    """End a call for good although its noun fails to hear of it; the last resort.

    What the noun's handler did before it failed is undone, and everything else stays.

    Raises:
        LeaseLostError: the call is no longer this worker's; nothing was changed.
    """
    ours = Call.fence == fence
    call = await _end_badly(uow, call_id, error, ours, tell=tell_if_possible, **told.columns)
    return _still_ours(call, call_id, fence)


async def _requeue(
    uow: UnitOfWork, call_id: UUID, *guards: ColumnElement[bool], **values: Any
) -> Call | None:
    call = await change_state(
        uow,
        call_id,
        State.QUEUED,
        *guards,
        **{
            "fence": Call.fence + 1,
            "progress": 0.0,
            "step": "",
            "started_at": None,
            **_NOBODY,
            **values,
        },
    )
    if call is not None:
        tell_waiting(uow)
        await handlers.of(call.subject_kind).on_requeued(uow, call)
    return call


async def _end_badly(
    uow: UnitOfWork,
    call_id: UUID,
    error: CallError,
    *guards: ColumnElement[bool],
    tell: Tell = tell_finished,
    **values: Any,
) -> Call | None:
    chain = await lock_chain(uow, call_id)
    call = await change_state(
        uow,
        call_id,
        State.FAILED,
        *guards,
        Call.state.in_([State.STARTING, State.RUNNING]),
        fence=Call.fence + 1,
        error=error.model_dump(),
        finished_at=func.clock_timestamp(),
        **_NOBODY,
        **values,
    )
    if call is None:
        return None
    tell_waiting(uow)
    outcome = Outcome(State.FAILED, error=error)
    await end_dependents(uow, call, chain, outcome, tell=tell)
    await tell(uow, call, outcome)
    return call


def _still_ours(call: Call | None, call_id: UUID, fence: int) -> Call:
    if call is None:
        raise LeaseLostError(f"Call {call_id} has moved on since fence {fence}.")
    return call
