"""Keeps the projects' Git repositories up to their logs while the API runs."""

import asyncio
from contextlib import suppress
from pathlib import Path

import structlog

from onmodel.archive.archivist import Archivist
from onmodel.kit.db.uow import Database
from onmodel.storage.store import Store

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0


class Archiving:
    """Looks every second. What waits stands in the database, so any process may find it."""

    def __init__(self, database: Database, store: Store, workspace: Path) -> None:
        self._archivist = Archivist(database, store, workspace)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="archiving")

    async def stop(self) -> None:
        """Stop looking; another process, or the next start, goes on."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._archivist.catch_up()
            except Exception as error:  # noqa: BLE001 - a database that starts raises much
                log.warning("not_archived", error=str(error))
