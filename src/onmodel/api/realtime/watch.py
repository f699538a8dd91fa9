"""Lets go of sockets whose people were shut out meanwhile: two queries for a whole process."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from uuid import UUID

import structlog

from onmodel.accounts import service as accounts
from onmodel.api.realtime.connection import NOT_FOUND, SIGNED_OUT, Connection
from onmodel.api.realtime.hub import Hub
from onmodel.kit.db.uow import Database
from onmodel.projects import access

log = structlog.get_logger(__name__)

CHECK_SECONDS = 20.0


class Watch:
    """Looks at every open socket again, now and then."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._hub.on_members = self.check
        self._task = asyncio.create_task(self._run(), name="watch")

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def check(self, only: UUID | None = None) -> None:
        """Close the sockets of those who are signed out or no longer part of the project.

        With ``only`` those of one project, whose people have just changed.
        """
        rooms: dict[UUID, list[Connection]] = defaultdict(list)
        for connection in self._hub.connections():
            if only is None or connection.project_id == only:
                rooms[connection.project_id].append(connection)
        async with self._database.read() as uow:
            everybody = [one for connections in rooms.values() for one in connections]
            signed_in = await accounts.still_signed_in(
                uow, {one.actor.credential_id for one in everybody if one.actor.credential_id}
            )
            for project_id, connections in rooms.items():
                members = await access.who_may_see(
                    uow, project_id, {one.actor.user_id for one in connections}
                )
                for one in connections:
                    if one.actor.credential_id not in signed_in:
                        one.close_soon(SIGNED_OUT)
                    elif one.actor.user_id not in members:
                        one.close_soon(NOT_FOUND)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check()
            except Exception as error:  # noqa: BLE001 - a database that starts raises much
                log.warning("watch_failed", error=str(error))
