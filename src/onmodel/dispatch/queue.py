"""The whole queue at one moment: who works, who waits at which place, and for how long yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from uuid import UUID

from sqlalchemy import func, select, text

from onmodel.dispatch import costs
from onmodel.dispatch.costs import Past
from onmodel.dispatch.models import Call, Worker
from onmodel.dispatch.order import WAITING, everything
from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.dispatch.workers import live
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

WORKING = (State.STARTING, State.RUNNING)
HELD = (*WORKING, State.QUEUED, State.PAUSED)


@dataclass(frozen=True)
class Standing:
    """A call that has not ended.

    Attributes:
        call: its row.
        position: 1 for the next in line; None unless it waits and may be taken.
        eta_s: seconds until it is done; None while nobody can know.
        eta_error_s: half the width of the range that half of such calls end in.
        length_s: seconds that it takes itself, or still takes; None while nobody can know.
        worker: the name of the worker that holds it.
    """

    call: Call
    position: int | None = None
    eta_s: float | None = None
    eta_error_s: float | None = None
    length_s: float | None = None
    worker: str | None = None


async def standing(uow: UnitOfWork, *, lease_seconds: float) -> list[Standing]:
    """Return every call that has not ended: working ones first, then the line, then the rest.

    The forecast of a waiting call is the work before it, shared by the slots of the workers
    that serve its tier, and its own median; the errors of independent calls add as squares. One
    that waits for other calls is done its own median after the last of them, at the earliest.
    """
    rows = list(await uow.session.scalars(select(Call).where(Call.state.in_(HELD))))
    past = await costs.past(uow)
    places = await _places(uow, past)
    workers = await live(uow, lease_seconds=lease_seconds)
    elapsed = await _elapsed(uow)
    names = {worker.id: worker.name for worker in workers}
    last = len(rows) + 1
    rows.sort(
        key=lambda row: (
            row.state not in WORKING,
            places.get(row.id, last),
            row.order_at,
            row.id,
        )
    )
    forecasts = _forecast(rows, places, workers, past, elapsed)
    return [
        Standing(
            row,
            places.get(row.id),
            *forecasts.get(row.id, (None, None)),
            _length(row, past, elapsed),
            names.get(row.lease_owner) if row.lease_owner else None,
        )
        for row in rows
    ]


def _length(
    call: Call, past: dict[tuple[str, str], Past], elapsed: dict[UUID, float]
) -> float | None:
    known = past.get((call.task.value, _tier(call).value))
    return None if known is None else max(0.0, known.median - elapsed.get(call.id, 0.0))


def _tier(call: Call) -> Tier:
    return call.tier_used or call.tier_asked


def _forecast(
    rows: Sequence[Call],
    places: dict[UUID, int],
    workers: Sequence[Worker],
    past: dict[tuple[str, str], Past],
    elapsed: dict[UUID, float],
) -> dict[UUID, tuple[float, float]]:
    slots = {
        tier: sum(worker.slots for worker in workers if worker.accepts and tier in worker.tiers)
        for tier in ASCENDING
    }
    seconds, squares = 0.0, 0.0
    found: dict[UUID, tuple[float, float]] = {}
    for row in rows:
        known = past.get((row.task.value, _tier(row).value))
        if row.state in WORKING:
            if known is not None:
                left = max(0.0, known.median - elapsed.get(row.id, 0.0))
                found[row.id] = (left, known.spread)
                seconds, squares = seconds + left, squares + known.spread**2
        elif row.id in places and known is not None:
            share = slots[row.tier_asked]
            if share:
                error = sqrt(squares / share**2 + known.spread**2)
                found[row.id] = (seconds / share + known.median, error)
            seconds, squares = seconds + known.median, squares + known.spread**2
    for row in sorted(rows, key=lambda row: row.id):
        known = past.get((row.task.value, _tier(row).value))
        if row.waiting_for and row.state is State.QUEUED and known is not None:
            before = [found[id_] for id_ in row.depends_on if id_ in found]
            if len(before) == row.waiting_for:
                seconds, error = max(before)
                found[row.id] = (seconds + known.median, sqrt(error**2 + known.spread**2))
    return found


async def _places(uow: UnitOfWork, past: dict[tuple[str, str], Past]) -> dict[UUID, int]:
    counted = everything(past, [tier.value for tier in ASCENDING])
    return {row.id: row.place for row in await uow.session.execute(_PLACES, counted)}


async def _elapsed(uow: UnitOfWork) -> dict[UUID, float]:
    since = func.extract("epoch", func.clock_timestamp() - Call.started_at)
    rows = await uow.session.execute(
        select(Call.id, since.label("seconds")).where(
            Call.state.in_(WORKING), Call.started_at.is_not(None)
        )
    )
    return {row.id: float(row.seconds) for row in rows}


_PLACES = text(f"{WAITING} SELECT id, place FROM dealt")  # noqa: S608 - constants
