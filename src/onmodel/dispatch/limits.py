"""How many calls a project may have now: its limit of running ones, and its quota.

The fragments speak of a row ``p`` of project_shares. A period is a day or a month in UTC; what
counts is the calls that were given a machine in it and did not come back to the queue; of seconds,
those of every attempt of a call that was last given a machine in it.
"""

PERIOD_START = (
    "(date_trunc(p.quota_period, clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')"
)

_USED = f"FROM calls u WHERE u.project_id = p.project_id AND u.claimed_at >= {PERIOD_START}"

USED_CALLS = f"(SELECT count(*) {_USED} AND u.state NOT IN ('queued', 'paused'))"

USED_SECONDS = f"""(
    SELECT coalesce(sum(u.used_ms / 1000.0 + CASE WHEN u.state = 'running' THEN
        greatest(0, extract(epoch FROM clock_timestamp() - u.started_at)) ELSE 0 END
    ), 0)::float8 {_USED}
)"""  # noqa: S608 - constants

RUNNING = """(
    SELECT count(*) FROM calls r
    WHERE r.project_id = p.project_id AND r.state IN ('starting', 'running')
)"""

_NO_END = "2147483647"

# How many more calls may begin in this period; nothing is counted where there is no quota.
QUOTA_ROOM = f"""least(
    CASE WHEN p.quota_calls IS NULL THEN {_NO_END} ELSE p.quota_calls - {USED_CALLS} END,
    CASE WHEN p.quota_seconds IS NULL OR p.quota_seconds > {USED_SECONDS} THEN {_NO_END}
        ELSE 0 END
)"""

# How many more may run now.
RUNNING_ROOM = f"""(
    CASE WHEN p.max_running IS NULL THEN {_NO_END} ELSE p.max_running - {RUNNING} END
)"""
