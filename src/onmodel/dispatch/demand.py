"""How many slots the queue could use now: what a scaler of workers looks at.

The same text is the query of KEDA's scaler in ``deploy/helm`` (``make fix`` writes it there), so
that machines come and go by the rules that deal.
"""

import sys
from collections.abc import Collection

from sqlalchemy import text

from onmodel.dispatch.limits import QUOTA_ROOM, RUNNING_ROOM
from onmodel.dispatch.order import READY
from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.uow import UnitOfWork

# What runs counts, too, or machines would be taken away under it. What may not begin now, by a
# pause, a quota or a limit, does not: a machine that came for it would stand idle.
DEMAND = f"""SELECT (
    SELECT count(*) FROM calls
    WHERE state IN ('starting', 'running') AND tier_used = ANY (CAST(:tiers AS text[]))
) + (
    SELECT coalesce(sum(CASE WHEN p.project_id IS NULL THEN asking.ready
        ELSE greatest(0, least(asking.ready, {QUOTA_ROOM}, {RUNNING_ROOM})) END), 0)
    FROM (
        SELECT project_id, count(*) AS ready FROM calls
        WHERE state = 'queued' AND tier_asked = ANY (CAST(:tiers AS text[])) AND {READY}
        GROUP BY project_id
    ) asking LEFT JOIN project_shares p ON p.project_id = asking.project_id
)::bigint AS slots
"""  # noqa: S608 - constants


async def slots(uow: UnitOfWork, tiers: Collection[Tier]) -> int:
    """Return how many calls of these tiers run, or could begin if there were a slot."""
    found = await uow.session.scalar(text(DEMAND), {"tiers": [tier.value for tier in tiers]})
    return int(found)


if __name__ == "__main__":
    sys.stdout.write(DEMAND)
