"""Lets go of sockets whose people were shut out meanwhile: two queries for a whole process."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from uuid import UUID

import structlog

from onmodel.accounts import service as accounts
from onmodel.api.realtime.connection import NOT_FOUND, SIGNED_OUT, Connection
from onmodel.api.realtime.hub import Hub
from onmodel.api.realtime.personal import Mailroom
from onmodel.kit.background import end
from onmodel.kit.db.uow import Database
from onmodel.projects import access

log = structlog.get_logger(__name__)

CHECK_SECONDS = 20.0


class Watch:
    """Looks at every open socket again: now and then, and when a project's people changed."""

    def __init__(self, database: Database, hub: Hub, mail: Mailroom) -> None:
        self._database = database
        self._hub = hub
        self._mail = mail
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name="watch")

    async def stop(self) -> None:
        """Stop looking."""
        await end(self._task)

    async def check(self) -> None:
        """Close the sockets of those who are signed out or no longer part of the project."""
        rooms: dict[UUID, list[Connection]] = defaultdict(list)
        alone = self._mail.alone()
        for connection in self._hub.connections():
            rooms[connection.project_id].append(connection)
        async with self._database.read() as uow:
            everybody = [*alone, *(one for room in rooms.values() for one in room)]
            signed_in = await accounts.still_signed_in(
                uow, {one.actor.credential_id for one in everybody if one.actor.credential_id}
            )
            for one in alone:
                if one.actor.credential_id not in signed_in:
                    one.close_soon(SIGNED_OUT)
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
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._hub.people_changed.wait()
            self._hub.people_changed.clear()
            try:
                await self.check()
            except Exception as error:  # noqa: BLE001 - a database that starts raises much
                log.warning("watch_failed", error=str(error))
