"""How long the line of each tier is, for the machines that there are."""

from sqlalchemy import text

from onmodel.dispatch.order import READY
from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.kit.db.uow import UnitOfWork


async def depths(uow: UnitOfWork, *, lease_seconds: float) -> dict[Tier, float]:
    """Return how many calls wait for each slot of a tier; all of them where it has no slot."""
    rows = await uow.session.execute(
        _DEPTHS, {"tiers": [tier.value for tier in ASCENDING], "lease": lease_seconds}
    )
    return {Tier(row.tier): row.waiting / max(1, row.slots) for row in rows}


_DEPTHS = text(
    f"""
    SELECT tiers.tier,
           (SELECT count(*) FROM calls
            WHERE state = 'queued' AND tier_asked = tiers.tier AND {READY}) AS waiting,
           (SELECT coalesce(sum(w.slots), 0) FROM workers w
            WHERE w.accepts AND tiers.tier = ANY(w.tiers)
              AND w.seen_at > clock_timestamp() - make_interval(secs => :lease)) AS slots
    FROM unnest(CAST(:tiers AS text[])) AS tiers (tier)
    """  # noqa: S608 - constants
)
