"""Keeping count of what projects and people have had, in the transaction that deals slots.

All of it runs under the lock of claiming, so nothing else writes these counts: an attempt that
ends only leaves its row behind, and the next deal puts the difference right. That keeps the end of
a call from waiting for a deal, and a deal from waiting for the end of a call.
"""

from uuid import UUID

from sqlalchemy import text

from onmodel.dispatch.order import FLOWS, SHARES
from onmodel.dispatch.share_models import LCM
from onmodel.kit.db.uow import UnitOfWork


async def prepare(uow: UnitOfWork) -> None:
    """Bring the counts up to date before slots are dealt."""
    await uow.session.execute(_SETTLE)
    await _leave(uow)
    await uow.session.execute(_ENTER, {"limited": False})


async def charge(uow: UnitOfWork, costs: dict[UUID, int]) -> None:
    """Count what the calls just dealt are expected to take, in milliseconds by call."""
    await uow.session.execute(_CHARGE, {"ids": list(costs), "costs": list(costs.values())})
    await _leave(uow)


async def _leave(uow: UnitOfWork) -> None:
    """Note who has nothing waiting any more: they no longer say where newcomers start."""
    await uow.session.execute(_LEAVE_PROJECTS)
    await uow.session.execute(_LEAVE_PEOPLE)


# Takes back what was expected of attempts that have ended, and counts what they took. A call
# that waits for another attempt is settled, too, and lies there at no one's cost.
_SETTLE = text(
    f"""
    WITH ended AS (
        SELECT id, project_id, created_by, used_ms, used_ms - charged AS over
        FROM calls
        WHERE charged <> used_ms AND state NOT IN ('starting', 'running')
        FOR UPDATE SKIP LOCKED
    ),
    settled AS (
        UPDATE calls SET charged = ended.used_ms FROM ended WHERE calls.id = ended.id
    ),
    of_people AS (
        UPDATE person_shares s SET had = s.had + e.over * ({LCM} / s.weight)
        FROM (
            SELECT project_id, created_by, sum(over)::bigint AS over
            FROM ended GROUP BY project_id, created_by
        ) e
        WHERE s.project_id = e.project_id AND s.person_id = e.created_by
    )
    UPDATE project_shares s SET had = s.had + e.over * ({LCM} / s.weight)
    FROM (SELECT project_id, sum(over)::bigint AS over FROM ended GROUP BY project_id) e
    WHERE s.project_id = e.project_id
    """  # noqa: S608 - constants
)

_LEAVE_PROJECTS = text(
    """
    UPDATE project_shares s SET waiting = false
    WHERE s.waiting AND NOT EXISTS (
        SELECT 1 FROM calls c WHERE c.state = 'queued' AND c.project_id = s.project_id
    )
    """
)

_LEAVE_PEOPLE = text(
    """
    UPDATE person_shares s SET waiting = false
    WHERE s.waiting AND NOT EXISTS (
        SELECT 1 FROM calls c
        WHERE c.state = 'queued' AND c.project_id = s.project_id AND c.created_by = s.person_id
    )
    """
)

_ENTER = text(
    f"""
    WITH RECURSIVE {FLOWS}, {SHARES},
    of_people AS (
        INSERT INTO person_shares AS s (project_id, person_id, had, waiting)
        SELECT project_id, created_by, had, true FROM people
        ON CONFLICT (project_id, person_id)
            DO UPDATE SET had = excluded.had, waiting = true WHERE NOT s.waiting
    )
    INSERT INTO project_shares AS s (project_id, had, waiting)
    SELECT project_id, had, true FROM projects
    ON CONFLICT (project_id) DO UPDATE SET had = excluded.had, waiting = true WHERE NOT s.waiting
    """  # noqa: S608 - constants
)

_CHARGE = text(
    f"""
    WITH dealt AS (
        SELECT c.project_id, c.created_by, d.cost, d.place
        FROM unnest(CAST(:ids AS uuid[]), CAST(:costs AS bigint[]))
            WITH ORDINALITY AS d (id, cost, place)
        JOIN calls c ON c.id = d.id
    ),
    of_people AS (
        UPDATE person_shares s SET
            had = s.had + d.all_ms * ({LCM} / s.weight),
            began = s.had + (d.all_ms - d.last_ms) * ({LCM} / s.weight)
        FROM (
            SELECT project_id, created_by, sum(cost)::bigint AS all_ms,
                   (array_agg(cost ORDER BY place DESC))[1] AS last_ms
            FROM dealt GROUP BY project_id, created_by
        ) d
        WHERE s.project_id = d.project_id AND s.person_id = d.created_by
    )
    UPDATE project_shares s SET
        had = s.had + d.all_ms * ({LCM} / s.weight),
        began = s.had + (d.all_ms - d.last_ms) * ({LCM} / s.weight)
    FROM (
        SELECT project_id, sum(cost)::bigint AS all_ms,
               (array_agg(cost ORDER BY place DESC))[1] AS last_ms
        FROM dealt GROUP BY project_id
    ) d
    WHERE s.project_id = d.project_id
    """  # noqa: S608 - constants
)
