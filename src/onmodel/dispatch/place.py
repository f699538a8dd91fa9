"""Where a few calls stand, without reading the queue: what is ahead of them is counted where it is.

It says what `queue.standing` says of them, for what tells of single calls again and again, such as
a training that begins.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text

from onmodel.dispatch import costs, queue
from onmodel.dispatch.models import Call
from onmodel.dispatch.order import WAITING, everything
from onmodel.dispatch.queue import HELD, WORKING, Held, Load, PastRuns, Standing
from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.dispatch.workers import live
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

# By kind of work, since a kind has one forecast: a handful of rows, however long the line is.
_AHEAD = text(
    f"""
    {WAITING},
    line AS MATERIALIZED (
        SELECT d.place, c.id, c.task, coalesce(c.tier_used, c.tier_asked) AS tier
        FROM dealt d JOIN calls c ON c.id = d.id
    )
    SELECT mine.id, mine.place, ahead.task, ahead.tier, count(ahead.id) AS many
    FROM line mine LEFT JOIN line ahead ON ahead.place < mine.place
    WHERE mine.id = ANY(CAST(:ids AS uuid[]))
    GROUP BY mine.id, mine.place, ahead.task, ahead.tier
    """  # noqa: S608 - built from constants of this room
)


async def standing_of(uow: UnitOfWork, call_id: UUID, *, lease_seconds: float) -> Standing | None:
    """Return where one call stands; None when it has ended."""
    return (await standings_of(uow, [call_id], lease_seconds=lease_seconds)).get(call_id)


async def standings_of(
    uow: UnitOfWork, call_ids: Collection[UUID], *, lease_seconds: float
) -> dict[UUID, Standing]:
    """Return where those of these calls stand that have not ended."""
    rows = await _with_what_they_wait_for(uow, call_ids)
    if not rows:
        return {}
    past = await costs.past(uow)
    workers = await live(uow, lease_seconds=lease_seconds)
    lines, slots = queue.lines_of(workers), queue.slots_of(workers)
    places: dict[UUID, int] = {}
    found: dict[UUID, tuple[float, float]] = {}
    waiting = {row.id: row for row in rows if row.state is State.QUEUED and not row.waiting_for}
    for line in {lines[row.tier_asked] for row in waiting.values()}:
        own = [id_ for id_, row in waiting.items() if lines[row.tier_asked] == line]
        working = await _working(uow, line, past)
        for id_, (place, ahead) in (await _ahead(uow, line, own, working, past)).items():
            places[id_] = place
            row = waiting[id_]
            known = queue.known_of(row, past)
            if known is not None and slots[row.tier_asked]:
                found[id_] = ahead.done(known, slots[row.tier_asked])
    for row in rows:
        known, left = queue.known_of(row, past), queue.length_of(row, past)
        if row.state in WORKING and known is not None and left is not None:
            found[row.id] = (left, known.spread)
    queue.forecast_dependent(rows, found, past)
    names = {worker.id: worker.name for worker in workers}
    return {
        row.id: Standing(
            row,
            lines[row.tier],
            places.get(row.id),
            *found.get(row.id, (None, None)),
            queue.length_of(row, past),
            names.get(row.lease_owner) if row.lease_owner else None,
        )
        for row in rows
        if row.id in call_ids
    }


async def _with_what_they_wait_for(uow: UnitOfWork, call_ids: Collection[UUID]) -> list[Held]:
    """Return calls that have not ended, and what they wait for, whose forecasts theirs rest on."""
    found: dict[UUID, Held] = {}
    wanted = set(call_ids)
    while wanted:
        rows = await queue.held(uow, Call.id.in_(wanted), Call.state.in_(HELD))
        found |= {row.id: row for row in rows}
        wanted = {id_ for row in rows if row.waiting_for for id_ in row.depends_on} - found.keys()
    return list(found.values())


async def _working(uow: UnitOfWork, line: frozenset[Tier], past: PastRuns) -> Load:
    """Return what is left of the work that the machines of a line do."""
    load = Load()
    for row in await queue.held(uow, Call.state.in_(WORKING)):
        known, left = queue.known_of(row, past), queue.length_of(row, past)
        if row.tier in line and known is not None and left is not None:
            load.add(left, known.spread)
    return load


async def _ahead(
    uow: UnitOfWork,
    line: frozenset[Tier],
    call_ids: Collection[UUID],
    working: Load,
    past: PastRuns,
) -> dict[UUID, tuple[int, Load]]:
    """Return the place of each call that has one, and the work ahead of it."""
    values = everything(past, [tier.value for tier in ASCENDING if tier in line])
    rows = await uow.session.execute(_AHEAD, values | {"ids": list(call_ids)})
    found: dict[UUID, tuple[int, Load]] = {}
    for row in rows:
        if row.id not in found:
            found[row.id] = (row.place, Load(working.seconds, working.squares))
        known = past.get((row.task, row.tier))
        if known is not None:
            found[row.id][1].add(known.median, known.spread, times=row.many)
    return found
