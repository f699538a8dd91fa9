"""Who is here: each API process writes its own people to Valkey and tells everybody.

Nothing here is durable. A burst of arrivals is told once, and a large room less often than a
small one, because telling a thousand people of each of a thousand arrivals would be a million
frames.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import structlog
from pydantic import BaseModel
from redis.exceptions import RedisError

from onmodel.accounts.service import Actor
from onmodel.api.realtime.connection import Connection
from onmodel.events.bus import Bus
from onmodel.events.ephemeral import publish_ephemeral

log = structlog.get_logger(__name__)

RENEW_SECONDS = 15.0
TTL_SECONDS = 45
GATHER_SECONDS = 0.1
PER_SOCKET_SECONDS = 0.001
MAX_PEOPLE = 100


class PresentPerson(BaseModel):
    """Somebody who has the project open, and which character they look at."""

    user_id: UUID
    name: str
    colour: str
    character_id: UUID | None = None


class Presence(BaseModel):
    """Event ``server:presence``: how many are here, and up to 100 of them."""

    count: int
    people: list[PresentPerson]


class PresenceBoard:
    """The people at this process's sockets, and the task that tells of them.

    Attributes:
        gather: waits so many seconds for others who come and go; tests wait for something else.
    """

    def __init__(self, bus: Bus) -> None:
        self.gather: Callable[[float], Awaitable[object]] = asyncio.sleep
        self._bus = bus
        self._process = str(uuid4())
        self._here: dict[UUID, dict[Connection, dict[str, Any]]] = {}
        self._telling: dict[UUID, asyncio.Task[None]] = {}
        self._renewing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to renew what this process has written."""
        self._renewing = asyncio.create_task(self._renew(), name="presence-renew")

    async def stop(self) -> None:
        """Take this process's people out."""
        tasks = [*self._telling.values(), *([self._renewing] if self._renewing else [])]
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for project_id in list(self._here):
            self._here[project_id].clear()
            await self._write(project_id)

    def enter(self, connection: Connection, actor: Actor, character_id: UUID | None) -> None:
        """Note where somebody is, now or anew; everybody hears of it in a moment."""
        person = PresentPerson(
            user_id=actor.user_id,
            name=actor.name,
            colour=actor.colour,
            character_id=character_id,
        )
        entry = person.model_dump(mode="json")
        self._here.setdefault(connection.project_id, {})[connection] = entry
        self._tell_soon(connection.project_id)

    def leave(self, connection: Connection) -> None:
        """Take a socket out."""
        self._here.get(connection.project_id, {}).pop(connection, None)
        self._tell_soon(connection.project_id)

    async def people(self, project_id: UUID) -> Presence:
        """Return who is here, from every process; several sockets of one person count once."""
        try:
            written = await self._bus.client.hvals(_key(project_id))
        except (RedisError, OSError) as error:
            log.warning("presence_unavailable", error=str(error))
            written = []
        here: dict[str, dict[str, Any]] = {}
        now = time.time()
        for raw in written:
            entry = json.loads(raw)
            if entry["until"] > now:
                here |= {person["user_id"]: person for person in entry["people"]}
        ordered = sorted(here.values(), key=lambda one: (one["name"], one["user_id"]))
        return Presence(
            count=len(ordered),
            people=[PresentPerson.model_validate(one) for one in ordered[:MAX_PEOPLE]],
        )

    def _tell_soon(self, project_id: UUID) -> None:
        if project_id not in self._telling:
            self._telling[project_id] = asyncio.create_task(
                self._tell(project_id), name=f"presence-{project_id}"
            )

    async def _tell(self, project_id: UUID) -> None:
        sockets = len(self._here.get(project_id, ()))
        await self.gather(GATHER_SECONDS + PER_SOCKET_SECONDS * sockets)
        # from here on another change is another round
        del self._telling[project_id]
        await self._write(project_id)
        presence = await self.people(project_id)
        await publish_ephemeral(
            self._bus, project_id, "server:presence", presence.model_dump(mode="json")
        )

    async def _write(self, project_id: UUID) -> None:
        entries = self._here.get(project_id, {})
        people = {entry["user_id"]: entry for entry in entries.values()}
        key = _key(project_id)
        try:
            if not people:
                self._here.pop(project_id, None)
                await self._bus.client.hdel(key, self._process)
                return
            value = {"until": time.time() + TTL_SECONDS, "people": list(people.values())}
            await self._bus.client.hset(key, self._process, json.dumps(value))
            await self._bus.client.expire(key, TTL_SECONDS * 2)
        except (RedisError, OSError) as error:
            log.warning("presence_unavailable", error=str(error))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            for project_id in list(self._here):
                await self._write(project_id)


def _key(project_id: UUID) -> str:
    return f"onmodel:presence:{project_id}"
