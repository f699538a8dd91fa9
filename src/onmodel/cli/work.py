"""Run a service's function from the command line: in a transaction, as the house."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from onmodel.cli.connection import connected
from onmodel.cli.migrations import OutdatedDatabaseError, is_current
from onmodel.composition import compose
from onmodel.kit.db.uow import UnitOfWork
from onmodel.settings import Settings

Result = TypeVar("Result")


def in_transaction(work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result:
    """Run ``work`` in one transaction of the configured (or embedded) database.

    Raises:
        OutdatedDatabaseError: the schema is older than this code.
        ProblemError: what the service says.
    """
    with connected(Settings()) as settings:
        if not is_current(str(settings.database_url)):
            raise OutdatedDatabaseError("The database was made by an older OnModel.")
        return asyncio.run(_run(settings, work))


async def _run(settings: Settings, work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result:
    resources = compose(settings)
    try:
        async with resources.database.begin() as uow:
            return await work(uow)
    finally:
        await resources.close()
