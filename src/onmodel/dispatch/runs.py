"""What past calls say about the functions that ran them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.uow import UnitOfWork

# How many of the latest runs count: a function that was mended is not judged by its past.
LATEST = 50


@dataclass(frozen=True, kw_only=True)
class TierRuns:
    """Runs of one function in one tier; ``median_seconds`` is over ``count`` that succeeded."""

    tier: Tier
    median_seconds: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Runs:
    """The latest runs of one function, whatever the tier.

    Attributes:
        succeeded: how many of them ended well.
        refused: how many the input was to blame for, such as a picture without a face.
        failed: how many the function or the machine was to blame for.
        running: how many are going on now.
        last_at: when the newest of them ended.
        last_failure_at, last_failure_code: the newest of ``failed``.
        tiers: how long those that succeeded took.
    """

    succeeded: int = 0
    refused: int = 0
    failed: int = 0
    running: int = 0
    last_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_failure_code: str | None = None
    tiers: tuple[TierRuns, ...] = ()


async def of_functions(uow: UnitOfWork, names: Collection[str]) -> dict[str, Runs]:
    """Return the latest runs of each function, by its name; every name has an entry."""
    parameters = {"names": list(names), "latest": LATEST}
    tiers: dict[str, list[TierRuns]] = {}
    for row in await uow.session.execute(_TIERS, parameters):
        tiers.setdefault(row.name, []).append(
            TierRuns(tier=Tier(row.tier), median_seconds=row.median, count=row.runs)
        )
    return {
        row.name: Runs(
            succeeded=row.succeeded,
            refused=row.refused,
            failed=row.failed,
            running=row.running,
            last_at=row.last_at,
            last_failure_at=row.last_failure_at,
            last_failure_code=row.last_failure_code,
            tiers=tuple(tiers.get(row.name, ())),
        )
        for row in await uow.session.execute(_HEALTH, parameters)
    }


_TIERS = text(
    """
    SELECT names.name, tiers.tier,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY latest.seconds) AS median,
           count(*) AS runs
    FROM unnest(CAST(:names AS text[])) AS names (name)
    CROSS JOIN unnest(ARRAY['low', 'standard', 'high']) AS tiers (tier)
    CROSS JOIN LATERAL (
        SELECT c.seconds FROM calls c
        WHERE c.function = names.name AND c.tier_used = tiers.tier
          AND c.state = 'succeeded' AND c.seconds IS NOT NULL
        ORDER BY c.finished_at DESC LIMIT :latest
    ) latest
    GROUP BY names.name, tiers.tier
    """
)

_HEALTH = text(
    """
    SELECT names.name,
           count(*) FILTER (WHERE latest.state = 'succeeded') AS succeeded,
           count(*) FILTER (WHERE latest.fault = 'input') AS refused,
           count(*) FILTER (WHERE latest.fault <> 'input') AS failed,
           max(latest.finished_at) AS last_at,
           max(latest.finished_at) FILTER (WHERE latest.fault <> 'input') AS last_failure_at,
           (array_agg(latest.code ORDER BY latest.finished_at DESC)
               FILTER (WHERE latest.fault <> 'input'))[1] AS last_failure_code,
           (SELECT count(*) FROM calls r
            WHERE r.function = names.name AND r.state = 'running') AS running
    FROM unnest(CAST(:names AS text[])) AS names (name)
    LEFT JOIN LATERAL (
        SELECT c.state, c.finished_at, c.error ->> 'code' AS code,
               CASE WHEN c.state = 'failed' THEN coalesce(c.error ->> 'fault', 'function') END
                   AS fault
        FROM calls c
        WHERE c.function = names.name AND c.state IN ('succeeded', 'failed')
        ORDER BY c.finished_at DESC LIMIT :latest
    ) latest ON true
    GROUP BY names.name
    """
)
