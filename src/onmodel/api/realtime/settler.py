"""Does what time brings: ends runs of writing that paused and voting, reminds of deadlines."""

import asyncio
from contextlib import suppress

import structlog

from onmodel.characters import texts
from onmodel.decisions import deadlines
from onmodel.inbox import reminders
from onmodel.kit.db.uow import Database

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0


class Settler:
    """Looks every second. What is due stands in the database, so any process may find it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="settler")

    async def stop(self) -> None:
        """Stop looking; another process, or the next start, goes on."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for settle in (texts.settle_due, deadlines.close_due, reminders.remind_due):
                try:
                    await settle(self._database)
                except Exception as error:  # noqa: BLE001 - a database that starts raises much
                    log.warning("not_settled", what=settle.__module__, error=str(error))
