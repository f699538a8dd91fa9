"""Who is here: each API process writes its own people to Valkey and tells everybody.

Nothing here is durable. A burst of arrivals is told once, and a large room less often than a
small one, because telling a thousand people of each of a thousand arrivals would be a million
frames. Who only looks at something else is told of alone, without everybody else.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal
from uuid import UUID, uuid4

import structlog
from pydantic import BaseModel
from redis.exceptions import RedisError

from onmodel.api.realtime.connection import Connection
from onmodel.events.bus import Bus
from onmodel.events.ephemeral import publish_ephemeral
from onmodel.kit.background import end

log = structlog.get_logger(__name__)

RENEW_SECONDS = 15.0
TTL_SECONDS = 45
GATHER_SECONDS = 0.1
PER_SOCKET_SECONDS = 0.001
MAX_PEOPLE = 100


Page = Literal["gallery", "character", "picture", "decision", "versions", "other"]


class PresentPerson(BaseModel):
    """Somebody who has the project open, what they look at there, and whom they follow."""

    user_id: UUID
    name: str
    colour: str
    page: Page = "other"
    character_id: UUID | None = None
    variation_id: UUID | None = None
    decision_id: UUID | None = None
    following: UUID | None = None


class Presence(BaseModel):
    """Event ``server:presence``: how many are here, and up to 100 of them."""

    count: int
    people: list[PresentPerson]


class PresenceMoved(BaseModel):
    """Event ``server:presence.moved``: those who look at something else now, and no others."""

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
        # projects of which somebody is told soon: those who moved, or None for everybody
        self._news: dict[UUID, set[Connection] | None] = {}
        self._telling: dict[UUID, asyncio.Task[None]] = {}
        self._renewing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to renew what this process has written."""
        self._renewing = asyncio.create_task(self._renew(), name="presence-renew")

    async def stop(self) -> None:
        """Take this process's people out."""
        await end(*self._telling.values(), self._renewing)
        for project_id in list(self._here):
            self._here[project_id].clear()
            await self._write(project_id)

    def enter(self, connection: Connection, person: PresentPerson) -> None:
        """Note where somebody is, now or anew; everybody hears of it in a moment."""
        here = self._here.setdefault(connection.project_id, {})
        # the newest comes last: of a person with several windows the one they used last counts
        before = here.pop(connection, None)
        here[connection] = person.model_dump(mode="json") | {"moved": time.time()}
        if before is None:
            self._tell_soon(connection.project_id, None)
        elif before | {"moved": None} != here[connection] | {"moved": None}:
            self._tell_soon(connection.project_id, connection)

    def leave(self, connection: Connection) -> None:
        """Take a socket out."""
        if self._here.get(connection.project_id, {}).pop(connection, None) is not None:
            self._tell_soon(connection.project_id, None)

    async def people(self, project_id: UUID) -> Presence:
        """Return who is here, from every process; several sockets of one person count once."""
        here = await self._everybody(project_id)
        ordered = sorted(here.values(), key=lambda one: (one["name"], one["user_id"]))
        return Presence(
            count=len(ordered),
            people=[PresentPerson.model_validate(one) for one in ordered[:MAX_PEOPLE]],
        )

    async def is_here(self, project_id: UUID, user_id: UUID) -> bool:
        """Return whether somebody has the project open."""
        who = str(user_id)
        # who came to this process a moment ago is not written down yet
        if any(one["user_id"] == who for one in self._here.get(project_id, {}).values()):
            return True
        return who in await self._everybody(project_id)

    async def _everybody(self, project_id: UUID) -> dict[str, dict[str, Any]]:
        try:
            written = await self._bus.client.hvals(_key(project_id))
        except (RedisError, OSError) as error:
            log.warning("presence_unavailable", error=str(error))
            written = []
        now = time.time()
        entries = [json.loads(raw) for raw in written]
        people = [one for entry in entries if entry["until"] > now for one in entry["people"]]
        people.sort(key=lambda one: one["moved"])
        return {one["user_id"]: one for one in people}

    def _tell_soon(self, project_id: UUID, moved: Connection | None) -> None:
        """Tell of one who moved, or of everybody, together with what else happens in a moment."""
        news = self._news.setdefault(project_id, set())
        if moved is None:
            self._news[project_id] = None
        elif news is not None:
            news.add(moved)
        if project_id not in self._telling:
            self._telling[project_id] = asyncio.create_task(
                self._tell(project_id), name=f"presence-{project_id}"
            )

    async def _tell(self, project_id: UUID) -> None:
        sockets = len(self._here.get(project_id, ()))
        await self.gather(GATHER_SECONDS + PER_SOCKET_SECONDS * sockets)
        # from here on another change is another round
        del self._telling[project_id]
        moved = self._news.pop(project_id)
        await self._write(project_id)
        if moved is None:
            name, told = "server:presence", await self.people(project_id)
        else:
            here = self._here.get(project_id, {})
            people = [PresentPerson.model_validate(here[one]) for one in moved if one in here]
            name, told = "server:presence.moved", PresenceMoved(people=people)
        await publish_ephemeral(self._bus, project_id, name, told.model_dump(mode="json"))

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
