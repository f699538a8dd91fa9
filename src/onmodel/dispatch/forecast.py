"""Where a call stands in the queue and how long it will take, from what is known."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from onmodel.dispatch import costs
from onmodel.dispatch.costs import SAMPLES
from onmodel.dispatch.models import Call
from onmodel.dispatch.order import WAITING
from onmodel.dispatch.repository import get
from onmodel.dispatch.tiers import ASCENDING
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State


@dataclass(frozen=True)
class Eta:
    """How many seconds until a call is done, and on how many past runs that rests.

    ``seconds`` is None while there is no past run to learn from, or nobody to do the work.
    """

    seconds: float | None
    samples: int


async def position(uow: UnitOfWork, call_id: UUID, *, lease_seconds: float) -> int | None:
    """Return a waiting call's place, 1 being next; None when it is not ready to be taken.

    It counts in the very order in which calls are claimed, over the tiers that the workers
    of this call's tier serve. It is exact for what is known now: a newcomer with a better
    claim may still go ahead.

    Raises:
        CallNotFoundError: there is no such call.
    """
    call = await get(uow, call_id)
    if call.state is not State.QUEUED:
        return None
    tiers, _ = await _competing(uow, call, lease_seconds)
    rows = await uow.session.execute(_PLACE, {**await _all_of(uow, tiers), "call_id": call_id})
    place: int | None = rows.scalar_one_or_none()
    return place


async def eta(uow: UnitOfWork, call_id: UUID, *, lease_seconds: float) -> Eta:
    """Return when a call will be done, learnt from past runs of the same task and tier.

    Running: the median of past runs less the time so far. Waiting: the medians of everything
    that goes before it, shared by the slots there are, and then its own.

    Raises:
        CallNotFoundError: there is no such call.
    """
    call = await get(uow, call_id)
    if call.state.is_final:
        return Eta(0.0, 0)
    tiers, slots = await _competing(uow, call, lease_seconds)
    row = (await uow.session.execute(_OWN, {"call_id": call_id, "samples": SAMPLES})).one()
    if row.median is None:
        return Eta(None, 0)
    if call.state is not State.QUEUED:
        return Eta(max(0.0, row.median - row.elapsed), row.runs)
    if not slots:
        return Eta(None, row.runs)
    before = await uow.session.scalar(
        _BEFORE, {**await _all_of(uow, tiers), "call_id": call_id, "samples": SAMPLES}
    )
    if before is None:
        return Eta(None, row.runs)
    return Eta(before / slots + row.median, row.runs)


async def _competing(uow: UnitOfWork, call: Call, lease_seconds: float) -> tuple[list[str], int]:
    """Return the tiers that share workers with this call, and those workers' slots."""
    rows = await uow.session.execute(
        _WORKERS, {"tier": call.tier_asked.value, "lease": lease_seconds}
    )
    tiers, slots = {call.tier_asked.value}, 0
    for row in rows:
        tiers |= set(row.tiers)
        slots += row.slots
    return [tier.value for tier in ASCENDING if tier in tiers], slots


async def _all_of(uow: UnitOfWork, tiers: list[str]) -> dict[str, Any]:
    """Return the parameters of WAITING that look at every call of these tiers."""
    expected = costs.parameters(await costs.past(uow))
    return {
        **expected,
        "asked": tiers,
        "used": tiers,
        "reasons": [None] * len(tiers),
        "lead_waits": [False] * len(tiers),
        "depth": None,
        "limited": False,
    }


_WORKERS = text(
    """
    SELECT tiers, slots FROM workers
    WHERE accepts AND :tier = ANY(tiers)
      AND seen_at > clock_timestamp() - make_interval(secs => :lease)
    """
)

_PLACE = text(f"{WAITING} SELECT place FROM dealt WHERE id = :call_id")  # noqa: S608 - constants

# The median of the latest runs of one task on one tier.
_PAST = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY latest.seconds) AS median,
           count(*) AS runs
    FROM (
        SELECT p.seconds FROM calls p
        WHERE p.state = 'succeeded' AND p.task = {task} AND p.tier_used = {tier}
        ORDER BY p.finished_at DESC LIMIT :samples
    ) latest
"""

_OWN = text(
    f"""
    SELECT past.median, past.runs,
           coalesce(extract(epoch FROM clock_timestamp() - c.started_at), 0)::float8 AS elapsed
    FROM calls c
    CROSS JOIN LATERAL ({_PAST.format(task="c.task", tier="coalesce(c.tier_used, c.tier_asked)")})
        past
    WHERE c.id = :call_id
    """  # noqa: S608 - constants
)

# Seconds of work before a waiting call: what runs now on its tiers, and what will be claimed
# first. Work that was never done before counts as nothing, which is the best guess left.
_BEFORE = text(
    f"""
    {WAITING},
    own AS (SELECT place FROM dealt WHERE id = :call_id),
    ahead AS (
        SELECT c.task, d.tier_used AS tier, count(*) AS calls, 0::float8 AS done
        FROM dealt d JOIN calls c ON c.id = d.id
        WHERE d.place < (SELECT place FROM own)
        GROUP BY c.task, d.tier_used
        UNION ALL
        SELECT c.task, c.tier_used, 1,
               coalesce(extract(epoch FROM clock_timestamp() - c.started_at), 0)
        FROM calls c
        WHERE c.state IN ('starting', 'running') AND c.tier_used = ANY(CAST(:used AS text[]))
    ),
    costs AS (
        SELECT greatest(0, coalesce(past.median, 0) * ahead.calls - ahead.done) AS seconds
        FROM ahead CROSS JOIN LATERAL ({_PAST.format(task="ahead.task", tier="ahead.tier")}) past
    )
    SELECT (SELECT coalesce(sum(seconds), 0) FROM costs)::float8 FROM own
    """  # noqa: S608 - constants
)
