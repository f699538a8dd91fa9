"""Which Producer leads: whoever holds an advisory lock, which ends with its connection.

A pooler that shares connections between transactions (PgBouncer's transaction mode) cannot
carry such a lock; give the Producer a direct connection.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from onmodel.kit.db.uow import UnitOfWork

# Two numbers name the lock: "onmo" as bytes, and a count of such locks.
_CLASS, _LEADER = 0x6F6E6D6F, 1
COURIER = 2  # who sends messages out of the house


async def take_lead(connection: AsyncConnection, *, of: int = _LEADER) -> bool:
    """Take the lead for as long as the connection lasts; False when another one has it."""
    taken = await connection.scalar(
        text("SELECT pg_try_advisory_lock(:class, :leader)"), {"class": _CLASS, "leader": of}
    )
    return bool(taken)


async def is_led(uow: UnitOfWork) -> bool:
    """Say whether some Producer leads, for the health page."""
    found = await uow.session.scalar(
        text(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid = :class AND objid = :leader AND objsubid = 2"
        ),
        {"class": _CLASS, "leader": _LEADER},
    )
    return found is not None
