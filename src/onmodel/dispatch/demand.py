"""How many slots the queue could use now: what a scaler of workers looks at.

The same text is the query of KEDA's scaler in ``deploy/helm`` (``make fix`` writes it there), so
that machines come and go by the rules that deal.

Where several groups of machines serve one tier, a call belongs to one of them, or each would bring
a machine for it: to the group that names its task, else to the one that names none.
"""

import sys
from collections.abc import Collection

from sqlalchemy import text

from onmodel.dispatch.limits import QUOTA_ROOM, RUNNING_ROOM
from onmodel.dispatch.order import READY
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.uow import UnitOfWork

_MINE = """{tier} = ANY (CAST(:tiers AS text[]))
    AND (cardinality(CAST(:tasks AS text[])) = 0 OR task = ANY (CAST(:tasks AS text[])))
    AND NOT {tier} || '/' || task = ANY (CAST(:elsewhere AS text[]))"""

# What runs counts, too, or machines would be taken away under it. What may not begin now, by a
# pause, a quota or a limit, does not: a machine that came for it would stand idle.
DEMAND = f"""SELECT (
    SELECT count(*) FROM calls
    WHERE state IN ('starting', 'running') AND {_MINE.format(tier="tier_used")}
) + (
    SELECT coalesce(sum(CASE WHEN p.project_id IS NULL THEN asking.ready
        ELSE greatest(0, least(asking.ready, {QUOTA_ROOM}, {RUNNING_ROOM})) END), 0)
    FROM (
        SELECT project_id, count(*) AS ready FROM calls
        WHERE state = 'queued' AND {_MINE.format(tier="tier_asked")} AND {READY}
        GROUP BY project_id
    ) asking LEFT JOIN project_shares p ON p.project_id = asking.project_id
)::bigint AS slots
"""  # noqa: S608 - constants


async def slots(
    uow: UnitOfWork,
    tiers: Collection[Tier],
    *,
    tasks: Collection[Task] = (),
    elsewhere: Collection[tuple[Tier, Task]] = (),
) -> int:
    """Return how many calls of a group of machines run, or could begin if there were a slot.

    Args:
        tiers: what the group serves.
        tasks: the only ones that it comes for; none means all.
        elsewhere: what other groups come for.
    """
    group = {
        "tiers": [tier.value for tier in tiers],
        "tasks": [task.value for task in tasks],
        "elsewhere": [f"{tier.value}/{task.value}" for tier, task in elsewhere],
    }
    return int(await uow.session.scalar(text(DEMAND), group))


if __name__ == "__main__":
    sys.stdout.write(DEMAND)
