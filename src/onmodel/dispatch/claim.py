"""Giving waiting calls to free slots: the heart of the Producer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from onmodel.dispatch import affinity, costs, shares
from onmodel.dispatch.depth import depths
from onmodel.dispatch.offers import Make, Option, options, pins
from onmodel.dispatch.order import WAITING
from onmodel.dispatch.schemas import Claim
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.uow import UnitOfWork

# An advisory lock's name is a number: "onm" as bytes and a count of such locks.
_CLAIM_LOCK = 0x6F6E6D_01

_FREE = text(
    """
    SELECT w.id, w.tiers, w.offers, w.warm, w.slots - (
        SELECT count(*) FROM calls c
        WHERE c.lease_owner = w.id AND c.state IN ('starting', 'running')
    ) AS free
    FROM workers w
    WHERE w.accepts
      -- not too far ahead either: the clock may have been put back
      AND w.seen_at BETWEEN clock_timestamp() - make_interval(secs => :lease)
          AND clock_timestamp() + make_interval(secs => :lease)
    ORDER BY w.started_at, w.id
    """
)

# A call that is being cancelled at this moment is skipped.
_DEAL = text(
    f"""
    {WAITING}
    SELECT c.id, c.task, c.urgent, c.passed_over, c.params -> 'only' ->> 'name' AS only,
           d.tier_used, d.tier_reason, d.cost
    FROM calls c JOIN dealt d ON d.id = c.id
    WHERE d.place <= :window AND c.state = 'queued'
    ORDER BY d.place
    FOR NO KEY UPDATE OF c SKIP LOCKED
    """  # noqa: S608 - built from constants of this room
)

_CLAIM = text(
    """
    WITH clock AS (SELECT clock_timestamp() AS now),
    dealt AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:tiers AS text[]), CAST(:reasons AS text[]),
            CAST(:costs AS bigint[]), CAST(:owners AS uuid[])
        ) WITH ORDINALITY AS d (id, tier_used, tier_reason, cost, owner, place)
    )
    UPDATE calls SET
        state = 'starting',
        fence = fence + 1,
        tier_used = dealt.tier_used,
        tier_reason = dealt.tier_reason,
        lease_owner = dealt.owner,
        lease_until = clock.now + make_interval(secs => :lease),
        charged = coalesce(charged, 0) + dealt.cost,
        -- A microsecond apart, so that "served longest ago" has one answer.
        claimed_at = clock.now + dealt.place * interval '1 microsecond'
    FROM dealt, clock
    WHERE calls.id = dealt.id
    RETURNING calls.id, calls.fence, calls.task, calls.tier_used, dealt.owner, dealt.place
    """
)

_PASS_OVER = text(
    """
    UPDATE calls SET passed_over = calls.passed_over + p.times
    FROM unnest(CAST(:ids AS uuid[]), CAST(:times AS integer[])) AS p (id, times)
    WHERE calls.id = p.id
    """
)


@dataclass
class _Free:
    """A live worker and its free slots."""

    id: UUID
    make: Make
    free: int
    idle: list[Mapping[str, Any]]


async def claim(uow: UnitOfWork, *, lease_seconds: float) -> list[Claim]:
    """Take as many waiting calls as live workers have free slots, in the order of order.py.

    Each claimed call is ``starting`` and holds a slot of one worker under a lease; should
    its message never arrive, the lease ends and the call goes back to its place. A lock
    held to the end of the transaction keeps two Producers from counting one slot twice.

    Args:
        lease_seconds: how long a call may go without a sign of life, and after how much
            silence a worker counts as lost.

    Returns:
        What to send to the workers once the transaction is durable, in the order of dealing.
    """
    await uow.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CLAIM_LOCK})
    rows = await uow.session.execute(_FREE, {"lease": lease_seconds})
    workers = [
        _Free(r.id, Make.told(r.tiers, r.offers), max(0, r.free), affinity.idle_of(r.warm))
        for r in rows
    ]
    if not any(worker.free for worker in workers):
        return []
    await shares.prepare(uow)
    expected = costs.parameters(await costs.past(uow))
    line = await depths(uow, lease_seconds=lease_seconds)
    claims: list[Claim] = []
    # who can do little goes first: the others are kept for what only they can do
    for make in sorted({w.make for w in workers}, key=lambda one: one.breadth):
        own = [w for w in workers if w.make == make]
        slots = _slots(own)
        if slots:
            free = _free(workers)
            idle = {worker.id: worker.idle for worker in own}
            deal = _Deal(slots, idle, make, options(make, free, line), pins(free))
            dealt = await _deal(uow, deal, expected, lease_seconds)
            for worker in own:
                worker.free -= sum(one.owner == worker.id for one in dealt)
            claims += dealt
    return claims


@dataclass(frozen=True)
class _Deal:
    """Free slots of workers of one make, what is warm there, and what they may do."""

    slots: list[UUID]
    idle: dict[UUID, list[Mapping[str, Any]]]
    make: Make
    options: list[Option]
    pins: list[str]

    @property
    def window(self) -> int:
        """How many calls are looked at: a few more than can be dealt where something is warm."""
        return len(self.slots) + (affinity.LOOK_AHEAD if any(self.idle.values()) else 0)


async def _deal(
    uow: UnitOfWork, deal: _Deal, expected: dict[str, Any], lease_seconds: float
) -> list[Claim]:
    """Mark the next calls that fit the options, one for each slot at most."""
    found = await uow.session.execute(
        _DEAL,
        {
            **expected,
            "limited": True,
            "make": deal.make.signature,
            "pins": deal.pins,
            "wishes": [option.wish for option in deal.options],
            "others": [",".join(option.others) for option in deal.options],
            "asked": [option.asked.value for option in deal.options],
            "used": [option.used.value for option in deal.options],
            "reasons": [option.reason for option in deal.options],
            "waits": [option.waits for option in deal.options],
            "better": [",".join(option.better) for option in deal.options],
            "lead_waits": [option.lead_waits for option in deal.options],
            "depth": deal.window,
            "window": deal.window,
        },
    )
    rows = {row.id: row for row in found}
    if not rows:
        return []
    waiting = [
        affinity.Waiting(row.id, row.task, row.only, row.urgent, row.passed_over)
        for row in rows.values()
    ]
    seating = affinity.seat(waiting, deal.slots, deal.idle)
    going = [rows[id_] for id_, _ in seating.owners]
    claimed = await uow.session.execute(
        _CLAIM,
        {
            "ids": [row.id for row in going],
            "tiers": [row.tier_used for row in going],
            "reasons": [row.tier_reason for row in going],
            "costs": [row.cost for row in going],
            "owners": [owner for _, owner in seating.owners],
            "lease": lease_seconds,
        },
    )
    if seating.passed:
        passed = {"ids": list(seating.passed), "times": list(seating.passed.values())}
        await uow.session.execute(_PASS_OVER, passed)
    await shares.charge(uow, {row.id: row.cost for row in going})
    return [
        Claim(r.id, r.fence, Task(r.task), Tier(r.tier_used), r.owner)
        for r in sorted(claimed, key=lambda row: row.place)
    ]


def _free(workers: list[_Free]) -> dict[Make, int]:
    """Return how many slots are free of each make."""
    free: dict[Make, int] = {}
    for worker in workers:
        free[worker.make] = free.get(worker.make, 0) + worker.free
    return free


def _slots(workers: list[_Free]) -> list[UUID]:
    """Return the owner of each free slot; the emptiest worker's slots come first."""
    slots: list[UUID] = []
    rest = {worker.id: worker.free for worker in workers}
    while any(rest.values()):
        emptiest = max(rest, key=lambda id_: rest[id_])
        rest[emptiest] -= 1
        slots.append(emptiest)
    return slots
