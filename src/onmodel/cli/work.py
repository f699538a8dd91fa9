"""Run a service's function from the command line: in a transaction, as the house."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from onmodel.cli.connection import connected
from onmodel.cli.migrations import OutdatedDatabaseError, is_current
from onmodel.composition import compose
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.settings import Settings

Result = TypeVar("Result")


def in_transaction(work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result:
    """Run ``work`` in one transaction of the configured (or embedded) database.

    Raises:
        OutdatedDatabaseError: the schema is older than this code.
        ProblemError: what the service says.
    """

    async def once(database: Database) -> Result:
        async with database.begin() as uow:
            return await work(uow)

    return with_database(once)


def with_database(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run ``work``, which opens transactions of its own; raises as ``in_transaction``."""
    with connected(Settings()) as settings:
        if not is_current(str(settings.database_url)):
            raise OutdatedDatabaseError("The database was made by an older OnModel.")
        return asyncio.run(_run(settings, work))


async def _run(settings: Settings, work: Callable[[Database], Awaitable[Result]]) -> Result:
    resources = compose(settings)
    try:
        return await work(resources.database)
    finally:
        await resources.close()
