"""The whole queue at one moment: who works, who waits at which place, and for how long yet.

Machines of one make have one line: what they could take, in the order in which they would. A call
stands in the line of each make that could do it, and its place is the best that it has.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Double, case, func, select, text

from onmodel.dispatch import costs
from onmodel.dispatch.costs import Past
from onmodel.dispatch.models import Call
from onmodel.dispatch.offers import Make, Option, pins, served
from onmodel.dispatch.order import WAITING, everything
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
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
        places: its place in the line of each make of machines that could take it, by the make's
            signature; 0 where it works.
        position: the best of these, 1 for the next; None unless it waits and may be taken.
        eta_s: seconds until it is done; None while nobody can know.
        eta_error_s: half the width of the range that half of such calls end in.
        length_s: seconds that it takes itself, or still takes; None while nobody can know.
        worker: the name of the worker that holds it.
    """

    call: Held
    places: Mapping[str, int]
    position: int | None = None
    eta_s: float | None = None
    eta_error_s: float | None = None
    length_s: float | None = None
    worker: str | None = None


async def standing(uow: UnitOfWork, *, lease_seconds: float) -> list[Standing]:
    """Return every call that has not ended: working ones first, then by place, then the rest.

    A place counts in the very order in which calls are dealt to machines that could do it. It is
    exact for what is known now: a newcomer with a better claim may still go ahead, and so may a
    call that steps down to another machine. The forecast of a waiting call is the work before it
    for these machines, shared by their slots, and its own median; the errors of independent calls
    add as squares. One that waits for other calls is done its own median after the last of them,
    at the earliest.
    """
    rows = [Held(*row) for row in await uow.session.execute(_HELD)]
    past = await costs.past(uow)
    workers = await live(uow, lease_seconds=lease_seconds)
    makes = {worker.id: Make.of(worker) for worker in workers if worker.accepts}
    slots: Counter[str] = Counter()
    for worker in workers:
        if worker.accepts:
            slots[makes[worker.id].signature] += worker.slots
    waiting = await _places(uow, past, set(makes.values()), rows)
    places = {row.id: _at_work(row, makes) or waiting.get(row.id, {}) for row in rows}
    positions = {id_: min(at.values()) for id_, at in waiting.items()}
    names = {worker.id: worker.name for worker in workers}
    last = len(rows) + 1
    rows.sort(
        key=lambda row: (
            row.state not in WORKING,
            positions.get(row.id, last),
            row.order_at,
            row.id,
        )
    )
    forecasts = _forecast(rows, places, slots, past)
    _forecast_dependent(rows, forecasts, past)
    return [
        Standing(
            row,
            places[row.id],
            positions.get(row.id),
            *forecasts.get(row.id, (None, None)),
            _length(row, past),
            names.get(row.lease_owner) if row.lease_owner else None,
        )
        for row in rows
    ]


async def standings_of(
    uow: UnitOfWork, call_ids: Collection[UUID], *, lease_seconds: float
) -> dict[UUID, Standing]:
    """Return where those of these calls stand that have not ended."""
    if not call_ids:
        return {}
    wanted = set(call_ids)
    rows = await standing(uow, lease_seconds=lease_seconds)
    return {row.call.id: row for row in rows if row.call.id in wanted}


async def standing_of(uow: UnitOfWork, call_id: UUID, *, lease_seconds: float) -> Standing | None:
    """Return where one call stands; None when it has ended."""
    return (await standings_of(uow, [call_id], lease_seconds=lease_seconds)).get(call_id)


def _at_work(row: Held, makes: Mapping[UUID, Make]) -> dict[str, int]:
    make = makes.get(row.lease_owner) if row.lease_owner and row.state in WORKING else None
    return {make.signature: 0} if make else {}


def _length(call: Held, past: _Past) -> float | None:
    known = _known(call, past)
    return None if known is None else _left(call, known)


def _known(call: Held, past: _Past) -> Past | None:
    return past.get((call.task.value, call.tier.value))


def _forecast(
    rows: Sequence[Held],
    places: Mapping[UUID, Mapping[str, int]],
    slots: Mapping[str, int],
    past: _Past,
) -> dict[UUID, tuple[float, float]]:
    """Return seconds and their error for calls in their order.

    Whoever could go to several makes is done when the soonest of them gets to it: each alone, or
    all together.
    """
    found = {
        row.id: (_left(row, known), known.spread)
        for row in rows
        if row.state in WORKING and (known := _known(row, past))
    }
    groups = {frozenset({make}) for make in slots} | {frozenset(at) for at in places.values()}
    for group in groups:
        share = sum(slots.get(make, 0) for make in group)
        line = [row for row in rows if not group.isdisjoint(places[row.id])] if share else []
        line.sort(
            key=lambda row, g=group: min(n for make, n in places[row.id].items() if make in g)
        )
        seconds, squares = 0.0, 0.0
        for row in line:
            known = _known(row, past)
            if known is None:
                continue
            left = _left(row, known)
            if row.state not in WORKING and group <= places[row.id].keys():
                error = sqrt(squares / share**2 + known.spread**2)
                forecast = (seconds / share + left, error)
                found[row.id] = min(forecast, found.get(row.id, forecast))
            seconds, squares = seconds + left, squares + known.spread**2
    return found


def _left(row: Held, known: Past) -> float:
    return max(0.0, known.median - row.elapsed)


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
    uow: UnitOfWork, past: _Past, makes: Collection[Make], rows: Sequence[Held]
) -> dict[UUID, dict[str, int]]:
    """Return the places of calls that wait and may be taken, by call and make.

    What no machine could take stands in a line of its tier, where it would wait for one.
    """
    places: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    named = pins(makes)
    for make in makes:
        for place, id_ in enumerate(await _line(uow, past, served(make, makes), named), start=1):
            places[id_][make.signature] = place
    wishes = [*(task.value for task in Task), *named]
    lost = {
        row.tier_asked
        for row in rows
        if row.state is State.QUEUED and not row.waiting_for and row.id not in places
    }
    for tier in lost:
        any_wish = [Option(wish, tier, tier) for wish in wishes]
        line = [id_ for id_ in await _line(uow, past, any_wish, named) if id_ not in places]
        for place, id_ in enumerate(line, start=1):
            places[id_][f"nobody/{tier}"] = place
    return places


async def _line(
    uow: UnitOfWork, past: _Past, options: Sequence[Option], named: list[str]
) -> list[UUID]:
    """Return the calls that fit one of the options, in the order in which they would be dealt."""
    return list(await uow.session.scalars(_PLACES, everything(past, options, named)))


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
_PLACES = text(f"{WAITING} SELECT id FROM dealt ORDER BY place")  # noqa: S608 - constants
