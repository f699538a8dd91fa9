"""How long a task takes in a tier, learnt from past calls."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING
from onmodel.kit.db.uow import UnitOfWork

# How many of the latest runs a median is taken of.
SAMPLES = 50
# What a task counts for until it has run once.
UNKNOWN_MS = 10_000


@dataclass(frozen=True)
class Past:
    """Seconds that calls of one task in one tier took.

    Attributes:
        median: of the latest ``SAMPLES`` at most.
        spread: half the interquartile range.
        runs: how many it rests on.
    """

    median: float
    spread: float
    runs: int


async def past(uow: UnitOfWork) -> dict[tuple[str, str], Past]:
    """Return what is known, by task and tier."""
    parameters = {
        "tasks": [task.value for task in Task],
        "tiers": [tier.value for tier in ASCENDING],
        "samples": SAMPLES,
    }
    return {
        (row.task, row.tier): Past(row.median, row.spread, row.runs)
        for row in await uow.session.execute(_PAST, parameters)
        if row.median is not None
    }


def parameters(known: dict[tuple[str, str], Past]) -> dict[str, Any]:
    """Return the parameters of ``order.WAITING`` that say what each task takes in each tier."""
    kinds = [(task.value, tier.value) for task in Task for tier in ASCENDING]
    return {
        "kinds": [task for task, _ in kinds],
        "cost_tiers": [tier for _, tier in kinds],
        "costs": [
            max(1, round(known[kind].median * 1000)) if kind in known else UNKNOWN_MS
            for kind in kinds
        ],
    }


_PAST = text(
    """
    SELECT tasks.task, tiers.tier,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY latest.seconds) AS median,
           (percentile_cont(0.75) WITHIN GROUP (ORDER BY latest.seconds)
            - percentile_cont(0.25) WITHIN GROUP (ORDER BY latest.seconds)) / 2 AS spread,
           count(*) AS runs
    FROM unnest(CAST(:tasks AS text[])) AS tasks (task)
    CROSS JOIN unnest(CAST(:tiers AS text[])) AS tiers (tier)
    CROSS JOIN LATERAL (
        SELECT p.seconds FROM calls p
        WHERE p.state = 'succeeded' AND p.task = tasks.task AND p.tier_used = tiers.tier
          AND p.seconds IS NOT NULL
        ORDER BY p.finished_at DESC LIMIT :samples
    ) latest
    GROUP BY tasks.task, tiers.tier
    """
)
