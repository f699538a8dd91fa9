"""Giving waiting calls to free slots: the heart of the Producer."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from onmodel.dispatch import costs, shares
from onmodel.dispatch.order import WAITING
from onmodel.dispatch.schemas import Claim
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING, Tier, step_down
from onmodel.kit.db.uow import UnitOfWork

# An advisory lock's name is a number: "onm" as bytes and a count of such locks.
_CLAIM_LOCK = 0x6F6E6D_01

_FREE = text(
    """
    SELECT w.id, w.tiers, w.slots - (
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

# One statement: deal, lock, mark. A call that is being cancelled at this moment is skipped.
_CLAIM = text(
    f"""
    {WAITING},
    locked AS (
        SELECT c.id, d.tier_used, d.tier_reason, d.cost, d.place
        FROM calls c JOIN dealt d ON d.id = c.id
        WHERE d.place <= :slots AND c.state = 'queued'
        ORDER BY d.place
        FOR NO KEY UPDATE OF c SKIP LOCKED
    ),
    clock AS (SELECT clock_timestamp() AS now)
    UPDATE calls SET
        state = 'starting',
        fence = fence + 1,
        tier_used = locked.tier_used,
        tier_reason = locked.tier_reason,
        lease_owner = (CAST(:owners AS uuid[]))[locked.place],
        lease_until = clock.now + make_interval(secs => :lease),
        charged = coalesce(charged, 0) + locked.cost,
        -- A microsecond apart, so that "served longest ago" has one answer.
        claimed_at = clock.now + locked.place * interval '1 microsecond'
    FROM locked, clock
    WHERE calls.id = locked.id
    RETURNING calls.id, calls.fence, calls.task, calls.tier_used, locked.cost, locked.place
    """  # noqa: S608 - built from constants of this room
)


@dataclass
class _Free:
    """A live worker and its free slots."""

    id: UUID
    tiers: frozenset[Tier]
    free: int


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
    workers = [_Free(r.id, frozenset(map(Tier, r.tiers)), max(0, r.free)) for r in rows]
    if not any(worker.free for worker in workers):
        return []
    await shares.prepare(uow)
    expected = costs.parameters(await costs.past(uow))
    claims: list[Claim] = []
    for tiers in sorted({w.tiers for w in workers}, key=sorted):
        slots = _slots([w for w in workers if w.tiers == tiers])
        if slots:
            dealt = await _deal(uow, slots, _options(tiers, workers), expected, lease_seconds)
            for worker in workers:
                worker.free -= sum(owner == worker.id for owner in slots[: len(dealt)])
            claims += dealt
    return claims


async def _deal(
    uow: UnitOfWork,
    slots: list[UUID],
    options: list["_Option"],
    expected: dict[str, Any],
    lease_seconds: float,
) -> list[Claim]:
    """Mark the next calls that fit the options, one for each slot at most."""
    found = await uow.session.execute(
        _CLAIM,
        {
            **expected,
            "limited": True,
            "asked": [option.asked.value for option in options],
            "used": [option.used.value for option in options],
            "reasons": [option.reason for option in options],
            "depth": len(slots),
            "slots": len(slots),
            "owners": slots,
            "lease": lease_seconds,
        },
    )
    rows = sorted(found, key=lambda row: row.place)
    if rows:
        await shares.charge(uow, {row.id: row.cost for row in rows})
    return [
        Claim(call_id=r.id, fence=r.fence, task=Task(r.task), tier=Tier(r.tier_used)) for r in rows
    ]


def _slots(workers: list[_Free]) -> list[UUID]:
    """Return the owner of each free slot; the emptiest worker's slots come first."""
    slots: list[UUID] = []
    rest = {worker.id: worker.free for worker in workers}
    while any(rest.values()):
        emptiest = max(rest, key=lambda id_: rest[id_])
        rest[emptiest] -= 1
        slots.append(emptiest)
    return slots


@dataclass(frozen=True)
class _Option:
    """A tier that may be asked for and the tier that it would run on."""

    asked: Tier
    used: Tier
    reason: str | None


def _options(tiers: frozenset[Tier], workers: list[_Free]) -> list[_Option]:
    """Return which asked tiers the workers of ``tiers`` may serve now, and as what.

    A tier of their own is served as asked. Another one steps down to them only when no
    worker of it is free, and then from one tier to the next below that has one.
    """
    free = {tier for worker in workers if worker.free for tier in worker.tiers}
    served = {tier for worker in workers for tier in worker.tiers}
    options: list[_Option] = []
    for asked in ASCENDING:
        if asked in tiers:
            options.append(_Option(asked, asked, None))
        elif asked not in free:
            used = step_down(asked, free)
            if used is not None and used in tiers:
                reason = "all_busy" if asked in served else "no_worker"
                options.append(_Option(asked, used, reason))
    return options
