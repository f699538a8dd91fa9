"""The whole queue at one moment: who works, who waits at which place, and for how long yet.

Tiers that share a worker stand in one line; where each has workers of its own, each has its line.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Double, case, func, select, text

from onmodel.dispatch import costs
from onmodel.dispatch.costs import Past
from onmodel.dispatch.models import Call, Worker
from onmodel.dispatch.order import WAITING, everything
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.dispatch.workers import live
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

WORKING = (State.STARTING, State.RUNNING)
HELD = (*WORKING, State.QUEUED, State.PAUSED)

# What is known of past runs, by task and tier.
_Past = dict[tuple[str, str], Past]


class Held(NamedTuple):
    """What of a call that has not ended says where it stands; its long columns stay where they are.

    ``elapsed`` are the seconds since it began, 0 before.
    """

    id: UUID
    project_id: UUID
    state: State
    task: Task
    tier_asked: Tier
    tier_used: Tier | None
    order_at: datetime
    depends_on: Sequence[UUID]
    waiting_for: int
    lease_owner: UUID | None
    elapsed: float

    @property
    def tier(self) -> Tier:
        """Where it works, or will if nothing changes."""
        return self.tier_used or self.tier_asked


@dataclass(frozen=True)
class Standing:
    """A call that has not ended.

    Attributes:
        call: what was read of it.
        line: the tiers of the line that it stands in.
        position: 1 for the next in its line; None unless it waits and may be taken.
        eta_s: seconds until it is done; None while nobody can know.
        eta_error_s: half the width of the range that half of such calls end in.
        length_s: seconds that it takes itself, or still takes; None while nobody can know.
        worker: the name of the worker that holds it.
    """

    call: Held
    line: frozenset[Tier]
    position: int | None = None
    eta_s: float | None = None
    eta_error_s: float | None = None
    length_s: float | None = None
    worker: str | None = None


async def standing(uow: UnitOfWork, *, lease_seconds: float) -> list[Standing]:
    """Return every call that has not ended: working ones first, then by place, then the rest.

    A place counts in the very order in which calls are dealt. It is exact for what is known now:
    a newcomer with a better claim may still go ahead, and one that may fall back may leave its
    line. The forecast of a waiting call is the work before it in its line, shared by the slots of
    the workers that serve its tier, and its own median; the errors of independent calls add as
    squares. One that waits for other calls is done its own median after the last of them, at the
    earliest.
    """
    rows = [Held(*row) for row in await uow.session.execute(_HELD)]
    past = await costs.past(uow)
    workers = await live(uow, lease_seconds=lease_seconds)
    lines = lines_of(workers)
    places = await _places(uow, past, {lines[row.tier_asked] for row in rows})
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
    forecasts: dict[UUID, tuple[float, float]] = {}
    for line in set(lines.values()):
        own = [row for row in rows if lines[row.tier] == line]
        forecasts |= _forecast(own, places, workers, past)
    _forecast_dependent(rows, forecasts, past)
    return [
        Standing(
            row,
            lines[row.tier],
            places.get(row.id),
            *forecasts.get(row.id, (None, None)),
            _length(row, past),
            names.get(row.lease_owner) if row.lease_owner else None,
        )
        for row in rows
    ]


async def standing_of(uow: UnitOfWork, call_id: UUID, *, lease_seconds: float) -> Standing | None:
    """Return where one call stands; None when it has ended."""
    rows = await standing(uow, lease_seconds=lease_seconds)
    return next((row for row in rows if row.call.id == call_id), None)


def lines_of(workers: Sequence[Worker]) -> dict[Tier, frozenset[Tier]]:
    """Return the line of each tier: itself, and what it shares workers with, directly or not."""
    lines = {tier: frozenset({tier}) for tier in ASCENDING}
    for worker in workers:
        if worker.accepts and worker.tiers:
            joined = frozenset[Tier]().union(*(lines[Tier(tier)] for tier in worker.tiers))
            lines |= dict.fromkeys(joined, joined)
    return lines


def _length(call: Held, past: _Past) -> float | None:
    known = _known(call, past)
    return None if known is None else max(0.0, known.median - call.elapsed)


def _known(call: Held, past: _Past) -> Past | None:
    return past.get((call.task.value, call.tier.value))


def _forecast(
    rows: Sequence[Held], places: Mapping[UUID, int], workers: Sequence[Worker], past: _Past
) -> dict[UUID, tuple[float, float]]:
    """Return seconds and their error for the calls of one line, given in their order."""
    slots = {
        tier: sum(worker.slots for worker in workers if worker.accepts and tier in worker.tiers)
        for tier in ASCENDING
    }
    seconds, squares = 0.0, 0.0
    found: dict[UUID, tuple[float, float]] = {}
    for row in rows:
        known = _known(row, past)
        if known is None:
            continue
        if row.state in WORKING:
            left = max(0.0, known.median - row.elapsed)
            found[row.id] = (left, known.spread)
            seconds, squares = seconds + left, squares + known.spread**2
        elif row.id in places:
            share = slots[row.tier_asked]
            if share:
                error = sqrt(squares / share**2 + known.spread**2)
                found[row.id] = (seconds / share + known.median, error)
            seconds, squares = seconds + known.median, squares + known.spread**2
    return found


def _forecast_dependent(
    rows: Sequence[Held], found: dict[UUID, tuple[float, float]], past: _Past
) -> None:
    """Add the forecasts of what waits for calls that are forecast themselves."""
    # what is waited for was there before, and ids grow with time
    for row in sorted(rows, key=lambda row: row.id):
        known = _known(row, past)
        if row.waiting_for and row.state is State.QUEUED and known is not None:
            before = [found[id_] for id_ in row.depends_on if id_ in found]
            if len(before) == row.waiting_for:
                seconds, error = max(before)
                found[row.id] = (seconds + known.median, sqrt(error**2 + known.spread**2))


async def _places(
    uow: UnitOfWork, past: _Past, lines: Collection[frozenset[Tier]]
) -> dict[UUID, int]:
    places: dict[UUID, int] = {}
    for line in lines:
        counted = everything(past, [tier.value for tier in ASCENDING if tier in line])
        rows = await uow.session.execute(_PLACES, counted)
        places |= {row.id: row.place for row in rows}
    return places


_HELD = select(
    Call.id,
    Call.project_id,
    Call.state,
    Call.task,
    Call.tier_asked,
    Call.tier_used,
    Call.order_at,
    Call.depends_on,
    Call.waiting_for,
    Call.lease_owner,
    case(
        (
            Call.state.in_(WORKING),
            func.coalesce(func.extract("epoch", func.clock_timestamp() - Call.started_at), 0.0),
        ),
        else_=0.0,
    ).cast(Double),
).where(Call.state.in_(HELD))
_PLACES = text(f"{WAITING} SELECT id, place FROM dealt")  # noqa: S608 - constants
