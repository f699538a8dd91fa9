"""The order of the waiting queue, written once and used by claiming and by counting.

Between people: whoever has the fewest calls running goes next; among equals, whoever was
served longest ago. One person's calls: by ``order_at``.

``order_at`` is the moment of submission moved back by ``PRIORITY_STEP`` per step of priority.
That is priority with ageing: a call gains one step for every ``PRIORITY_STEP`` it waits, all
calls gain it alike, so their order never changes and an index can hold it. A call that goes
back to the queue keeps its ``order_at`` and so its place.

``level`` counts the calls a person would have running after this one, so sorting by it deals
the slots out one by one, as single claims would. Within a level, people who get their first
call of this deal come before those who were just served (``turn``), and among them the one
served longest ago comes first.
"""

from datetime import timedelta

PRIORITY_STEP = timedelta(minutes=10)

# Reads one person after the other from the index, instead of every waiting call.
_PEOPLE = """
    people AS (
        (SELECT created_by FROM calls WHERE state = 'queued' ORDER BY created_by LIMIT 1)
        UNION ALL
        SELECT (
            SELECT c.created_by FROM calls c
            WHERE c.state = 'queued' AND c.created_by > people.created_by
            ORDER BY c.created_by LIMIT 1
        )
        FROM people WHERE people.created_by IS NOT NULL
    ),
    shares AS (
        SELECT
            created_by,
            (
                SELECT count(*) FROM calls r
                WHERE r.created_by = people.created_by AND r.state IN ('starting', 'running')
            ) AS active,
            (
                SELECT s.claimed_at FROM calls s
                WHERE s.created_by = people.created_by
                ORDER BY s.claimed_at DESC NULLS LAST LIMIT 1
            ) AS served_at
        FROM people WHERE created_by IS NOT NULL
    )
"""

READY = "(waiting_for = 0 AND (not_before IS NULL OR not_before <= clock_timestamp()))"

# :asked, :used and :reasons say which tiers may be dealt now, as what, and why not as asked.
# :depth bounds each person's part: a deal of n slots never looks at more than n of them.
_DEALT = f"""
    dealt AS (
        SELECT
            w.id, w.tier_used, w.tier_reason,
            row_number() OVER (
                ORDER BY s.active + w.turn, w.turn, s.served_at NULLS FIRST, s.created_by
            ) AS place
        FROM shares s
        CROSS JOIN LATERAL (
            SELECT
                c.id, o.used AS tier_used, o.reason AS tier_reason,
                row_number() OVER (ORDER BY c.order_at, c.id) AS turn
            FROM calls c
            JOIN unnest(
                CAST(:asked AS text[]), CAST(:used AS text[]), CAST(:reasons AS text[])
            ) AS o (asked, used, reason)
              ON o.asked = c.tier_asked AND (o.reason IS NULL OR c.may_fall_back)
            WHERE c.created_by = s.created_by AND c.state = 'queued' AND {READY}
            ORDER BY c.order_at, c.id
            LIMIT :depth
        ) w
    )
"""  # noqa: S608 - constants

WAITING = f"WITH RECURSIVE {_PEOPLE}, {_DEALT}"
