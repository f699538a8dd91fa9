"""Transactions that outlast a database that is away for a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from onmodel.kit.db.uow import Database, UnitOfWork

log = structlog.get_logger(__name__)

T = TypeVar("T")

_PAUSES_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 10.0, 10.0)
# Classes of SQLSTATE (PostgreSQL, appendix A) that say nothing against the transaction itself:
# connection exception, transaction rollback (deadlock), insufficient resources, operator
# intervention (shutting down, starting up); and a transaction that was silent for too long.
_PASSING = ("08", "40", "53", "57", "25P03")


async def persist(database: Database, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Run ``work`` in a transaction; again when the database was away or two got in a knot.

    The fence makes this safe even when a commit succeeded and only its answer was lost: the
    second try finds that the call has moved on.

    Raises:
        DBAPIError, OSError: it stayed away for over half a minute; the lease ends meanwhile.
    """
    for pause in _PAUSES_SECONDS:
        try:
            async with database.begin() as uow:
                return await work(uow)
        except (OSError, DBAPIError, PoolTimeout) as error:
            if not is_passing(error):
                raise
            log.warning("database_unreachable", error=str(error), again_in_seconds=pause)
        await asyncio.sleep(pause)
    async with database.begin() as uow:
        return await work(uow)


def is_passing(error: Exception) -> bool:
    """Say whether the same transaction may succeed a moment later."""
    if isinstance(error, (OSError, PoolTimeout, InterfaceError, OperationalError)):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state: str | None = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or (state or "").startswith(_PASSING)
