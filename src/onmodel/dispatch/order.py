"""The order of the waiting queue, written once and used by claiming and by counting.

Urgent calls come first. Among the others, and among the urgent ones, it is start-time fair
queueing on two levels (Goyal, Vin, Cheng: "Start-time Fair Queueing", SIGCOMM 1996): a project
that has *had* the least machine time for its weight goes next, and inside it the person who has.
Had (``shares.py``) grows by what a call is expected to take when it is dealt, and is put right
when it ends. Whoever comes back after a rest starts level with those who wait: rest is not saved
up. Of two that had the same, the one goes first whose call was asked for first.

One person's calls: by ``order_at``, the moment of submission moved back by ``PRIORITY_STEP`` per
step of priority. That is priority with ageing: all calls age alike, so their order never changes
and an index can hold it. A call that goes back to the queue keeps its ``order_at`` and so its
place.

The sums over what comes before a call deal many slots at once as single claims would, one after
the other.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from onmodel.dispatch import costs
from onmodel.dispatch.choices import LEAD
from onmodel.dispatch.costs import Past
from onmodel.dispatch.limits import QUOTA_ROOM, RUNNING_ROOM
from onmodel.dispatch.offers import PINNED, Option
from onmodel.dispatch.share_models import LCM

PRIORITY_STEP = timedelta(minutes=10)

# Reads the pairs of project and person one after the other from the index, instead of every
# waiting call.
FLOWS = """
    flows AS (
        (
            SELECT project_id, created_by FROM calls WHERE state = 'queued'
            ORDER BY project_id, created_by LIMIT 1
        )
        UNION ALL
        SELECT next.project_id, next.created_by
        FROM flows CROSS JOIN LATERAL (
            SELECT c.project_id, c.created_by FROM calls c
            WHERE c.state = 'queued'
              AND (c.project_id, c.created_by) > (flows.project_id, flows.created_by)
            ORDER BY c.project_id, c.created_by LIMIT 1
        ) next
    )
"""

# What everybody who waits has had. Newcomers start level with who has had the least of those
# that waited before, or where the last call dealt began when nobody did.
SHARES = f"""
    people AS (
        SELECT
            f.project_id, f.created_by, coalesce(s.weight, 1) AS weight,
            CASE WHEN s.waiting THEN s.had ELSE greatest(s.had, level.had) END AS had
        FROM flows f
        LEFT JOIN person_shares s ON s.project_id = f.project_id AND s.person_id = f.created_by
        JOIN (
            SELECT w.project_id, coalesce(
                min(s.had) FILTER (WHERE s.waiting),
                (SELECT max(m.began) FROM person_shares m WHERE m.project_id = w.project_id),
                0
            ) AS had
            FROM flows w
            LEFT JOIN person_shares s ON s.project_id = w.project_id AND s.person_id = w.created_by
            GROUP BY w.project_id
        ) level ON level.project_id = f.project_id
    ),
    asking AS (
        SELECT w.project_id, s.project_id IS NOT NULL AS known, coalesce(s.weight, 1) AS weight,
               s.had, s.waiting, s.max_running, s.quota_calls, s.quota_seconds,
               s.quota_period
        FROM (SELECT DISTINCT project_id FROM flows) w
        LEFT JOIN project_shares s ON s.project_id = w.project_id
    ),
    projects AS MATERIALIZED (
        SELECT
            p.project_id, p.weight,
            CASE WHEN p.known THEN
                least({QUOTA_ROOM}, CASE WHEN :limited THEN {RUNNING_ROOM} END)
            END AS room,
            CASE WHEN p.waiting THEN p.had ELSE greatest(p.had, (
                SELECT coalesce(
                    min(b.had) FILTER (WHERE b.waiting),
                    (SELECT max(m.began) FROM project_shares m),
                    0
                )
                FROM asking b
            )) END AS had
        FROM asking p
    )
"""  # noqa: S608 - constants

READY = "(waiting_for = 0 AND (not_before IS NULL OR not_before <= clock_timestamp()))"

# :wishes, :asked, :used and :reasons say what may be dealt now in which tier, as what, and why not
# as asked (offers.py); :waits and :lead_waits, whether it waits for those that do it :better,
# unless they have refused it; :pins, which functions that are asked for by name somebody has.
# :make is who deals: it passes over what it has refused, while :others that could do it have not.
# Both are looked up for each call by itself (LIMIT 1), which keeps the order of the index: a join
# would read and sort everything that waits.
# :depth bounds each person's part: a deal of n slots never looks at more than n of them.
# :kinds, :cost_tiers and :costs say how long a task takes in a tier, in milliseconds.
# :limited is false for counting places: a project's limit of running calls only keeps them from
# beginning for a while. What is beyond a quota has no place until the next period.
_DEALT = f"""
    ready AS (
        SELECT
            w.id, w.tier_used, w.tier_reason, w.urgent, w.order_at, w.cost,
            p.project_id, p.created_by,
            p.had + w.before * ({LCM} / p.weight) AS start
        FROM people p
        CROSS JOIN LATERAL (
            SELECT
                c.id, c.urgent, c.order_at, o.used AS tier_used,
                CASE WHEN c.importance = '{LEAD}' AND o.reason = 'all_busy' THEN 'line_too_long'
                    ELSE o.reason END AS tier_reason,
                cost.ms AS cost,
                coalesce(sum(cost.ms) OVER (
                    ORDER BY c.urgent DESC, c.order_at, c.id
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ), 0)::bigint AS before
            FROM calls c
            CROSS JOIN LATERAL (
                SELECT o.used, o.reason FROM unnest(
                    CAST(:wishes AS text[]), CAST(:asked AS text[]), CAST(:used AS text[]),
                    CAST(:reasons AS text[]), CAST(:waits AS boolean[]),
                    CAST(:lead_waits AS boolean[]), CAST(:better AS text[]),
                    CAST(:others AS text[])
                ) AS o (wish, asked, used, reason, waits, lead_waits, better, others)
                WHERE o.asked = c.tier_asked AND (o.reason IS NULL OR c.may_fall_back)
                  AND o.wish = CASE WHEN {PINNED} = ANY(CAST(:pins AS text[]))
                      THEN {PINNED} ELSE c.task END
                  AND (NOT (o.waits
                          OR o.lead_waits AND c.importance IS NOT DISTINCT FROM '{LEAD}')
                      OR c.refused_by @> string_to_array(o.better, ',')::varchar[])
                  AND (NOT c.refused_by @> ARRAY[CAST(:make AS varchar)]
                      OR c.refused_by @> string_to_array(o.others, ',')::varchar[])
                LIMIT 1
            ) o
            CROSS JOIN LATERAL (
                SELECT cost.ms FROM unnest(
                    CAST(:kinds AS text[]), CAST(:cost_tiers AS text[]), CAST(:costs AS bigint[])
                ) AS cost (task, tier, ms)
                WHERE cost.task = c.task AND cost.tier = o.used
                LIMIT 1
            ) cost
            WHERE c.project_id = p.project_id AND c.created_by = p.created_by
              AND c.state = 'queued' AND {READY}
            ORDER BY c.urgent DESC, c.order_at, c.id
            LIMIT :depth
        ) w
    ),
    inside AS (
        SELECT
            r.*,
            row_number() OVER own AS project_turn,
            coalesce(sum(r.cost) OVER (
                own ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0)::bigint AS before
        FROM ready r
        WINDOW own AS (
            PARTITION BY r.project_id
            ORDER BY r.urgent DESC, r.start, r.order_at, r.id
        )
    ),
    dealt AS (
        SELECT
            i.id, i.project_id, i.created_by, i.tier_used, i.tier_reason, i.cost,
            row_number() OVER (
                ORDER BY
                    i.urgent DESC, p.had + i.before * ({LCM} / p.weight), i.order_at, i.id
            ) AS place
        FROM inside i
        JOIN projects p ON p.project_id = i.project_id
        WHERE p.room IS NULL OR i.project_turn <= p.room
    )
"""  # noqa: S608 - constants

WAITING = f"WITH RECURSIVE {FLOWS}, {SHARES}, {_DEALT}"


def everything(
    known: dict[tuple[str, str], Past], options: Sequence[Option], pins: list[str]
) -> dict[str, Any]:
    """Return the parameters of `WAITING` that look at every call that fits one of the options.

    Args:
        known: what is known of the time that tasks take.
        options: what counts; nobody better is waited for.
        pins: the functions that somebody has, as wishes.
    """
    return {
        **costs.parameters(known),
        "wishes": [one.wish for one in options],
        "asked": [one.asked.value for one in options],
        "used": [one.used.value for one in options],
        "reasons": [one.reason for one in options],
        "waits": [False] * len(options),
        "lead_waits": [False] * len(options),
        "better": [""] * len(options),
        "others": [""] * len(options),
        "pins": pins,
        "make": "",
        "depth": None,
        "limited": False,
    }
