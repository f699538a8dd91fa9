"""The whole queue at one moment: who works, who waits at which place, and for how long yet.

Tiers that share a worker stand in one line; where each has workers of its own, each has its line.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Double, case, func, select, text

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
PastRuns = dict[tuple[str, str], Past]


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
    rows = await held(uow, Call.state.in_(HELD))
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
    forecast_dependent(rows, forecasts, past)
    return [
        Standing(
            row,
            lines[row.tier],
            places.get(row.id),
            *forecasts.get(row.id, (None, None)),
            length_of(row, past),
            names.get(row.lease_owner) if row.lease_owner else None,
        )
        for row in rows
    ]


async def held(uow: UnitOfWork, *conditions: ColumnElement[bool]) -> list[Held]:
    """Return of calls what says where they stand."""
    return [Held(*row) for row in await uow.session.execute(_HELD.where(*conditions))]


def lines_of(workers: Sequence[Worker]) -> dict[Tier, frozenset[Tier]]:
    """Return the line of each tier: itself, and what it shares workers with, directly or not."""
    lines = {tier: frozenset({tier}) for tier in ASCENDING}
    for worker in workers:
        if worker.accepts and worker.tiers:
            joined = frozenset[Tier]().union(*(lines[Tier(tier)] for tier in worker.tiers))
            lines |= dict.fromkeys(joined, joined)
    return lines


def length_of(call: Held, past: PastRuns) -> float | None:
    """Return how many seconds a call takes, or still takes; None while nobody can know."""
    known = known_of(call, past)
    return None if known is None else max(0.0, known.median - call.elapsed)


def known_of(call: Held, past: PastRuns) -> Past | None:
    """Return what is known of calls like this one."""
    return past.get((call.task.value, call.tier.value))


@dataclass
class Load:
    """The work of a line that is ahead of a call: seconds, and the sum of its squared errors."""

    seconds: float = 0.0
    squares: float = 0.0

    def add(self, seconds: float, spread: float, *, times: int = 1) -> None:
        """Put calls at the end of the line."""
        self.seconds += times * seconds
        self.squares += times * spread**2

    def done(self, own: Past, slots: int) -> tuple[float, float]:
        """Return in how many seconds a call behind it is done, and the error of that."""
        error = sqrt(self.squares / slots**2 + own.spread**2)
        return self.seconds / slots + own.median, error


def slots_of(workers: Sequence[Worker]) -> dict[Tier, int]:
    """Return how many slots serve each tier."""
    return {
        tier: sum(worker.slots for worker in workers if worker.accepts and tier in worker.tiers)
        for tier in ASCENDING
    }


def _forecast(
    rows: Sequence[Held], places: Mapping[UUID, int], workers: Sequence[Worker], past: PastRuns
) -> dict[UUID, tuple[float, float]]:
    """Return seconds and their error for the calls of one line, given in their order."""
    slots = slots_of(workers)
    ahead = Load()
    found: dict[UUID, tuple[float, float]] = {}
    for row in rows:
        known, left = known_of(row, past), length_of(row, past)
        if known is None or left is None:
            continue
        if row.state in WORKING:
            found[row.id] = (left, known.spread)
            ahead.add(left, known.spread)
        elif row.id in places:
            if slots[row.tier_asked]:
                found[row.id] = ahead.done(known, slots[row.tier_asked])
            ahead.add(known.median, known.spread)
    return found


def forecast_dependent(
    rows: Sequence[Held], found: dict[UUID, tuple[float, float]], past: PastRuns
) -> None:
    """Add the forecasts of what waits for calls that are forecast themselves."""
    # what is waited for was there before, and ids grow with time
    for row in sorted(rows, key=lambda row: row.id):
        known = known_of(row, past)
        if row.waiting_for and row.state is State.QUEUED and known is not None:
            before = [found[id_] for id_ in row.depends_on if id_ in found]
            if len(before) == row.waiting_for:
                seconds, error = max(before)
                found[row.id] = (seconds + known.median, sqrt(error**2 + known.spread**2))


async def _places(
    uow: UnitOfWork, past: PastRuns, lines: Collection[frozenset[Tier]]
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
)
_PLACES = text(f"{WAITING} SELECT id, place FROM dealt")  # noqa: S608 - constants
