SELECT (
    SELECT count(*) FROM calls
    WHERE state IN ('starting', 'running') AND tier_used = ANY (CAST(:tiers AS text[]))
    AND (cardinality(CAST(:tasks AS text[])) = 0 OR task = ANY (CAST(:tasks AS text[])))
    AND NOT tier_used || '/' || task = ANY (CAST(:elsewhere AS text[]))
) + (
    SELECT coalesce(sum(CASE WHEN p.project_id IS NULL THEN asking.ready
        ELSE greatest(0, least(asking.ready, least(
    CASE WHEN p.quota_calls IS NULL THEN 2147483647 ELSE p.quota_calls - (SELECT count(*) FROM calls u WHERE u.project_id = p.project_id AND u.claimed_at >= (date_trunc(p.quota_period, clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') AND u.state NOT IN ('queued', 'paused')) END,
    CASE WHEN p.quota_seconds IS NULL OR p.quota_seconds > (
    SELECT coalesce(sum(u.used_ms / 1000.0 + CASE WHEN u.state = 'running' THEN
        greatest(0, extract(epoch FROM clock_timestamp() - u.started_at)) ELSE 0 END
    ), 0)::float8 FROM calls u WHERE u.project_id = p.project_id AND u.claimed_at >= (date_trunc(p.quota_period, clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')
) THEN 2147483647
        ELSE 0 END
), (
    CASE WHEN p.max_running IS NULL THEN 2147483647 ELSE p.max_running - (
    SELECT count(*) FROM calls r
    WHERE r.project_id = p.project_id AND r.state IN ('starting', 'running')
) END
))) END), 0)
    FROM (
        SELECT project_id, count(*) AS ready FROM calls
        WHERE state = 'queued' AND tier_asked = ANY (CAST(:tiers AS text[]))
    AND (cardinality(CAST(:tasks AS text[])) = 0 OR task = ANY (CAST(:tasks AS text[])))
    AND NOT tier_asked || '/' || task = ANY (CAST(:elsewhere AS text[])) AND (waiting_for = 0 AND (not_before IS NULL OR not_before <= clock_timestamp()))
        GROUP BY project_id
    ) asking LEFT JOIN project_shares p ON p.project_id = asking.project_id
)::bigint AS slots
