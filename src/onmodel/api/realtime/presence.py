"""Who is here: kept in Valkey so that every API process knows, gone when nobody renews it."""

import json
import time
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel
from redis.exceptions import RedisError

from onmodel.accounts.service import Actor
from onmodel.api.realtime.connection import Connection
from onmodel.events.bus import Bus
from onmodel.events.ephemeral import publish_ephemeral

log = structlog.get_logger(__name__)

TTL_SECONDS = 45


class PresentPerson(BaseModel):
    """Somebody who has the project open, and which character they look at."""

    user_id: UUID
    name: str
    colour: str
    character_id: UUID | None = None


class Presence(BaseModel):
    """Event ``server:presence``."""

    people: list[PresentPerson]


def _key(project_id: UUID) -> str:
    return f"onmodel:presence:{project_id}"


async def enter(
    bus: Bus, connection: Connection, actor: Actor, *, character_id: UUID | None, tell: bool = True
) -> None:
    """Write or renew a socket's presence; with ``tell`` everybody hears of it."""
    entry = {
        "user_id": str(actor.user_id),
        "name": actor.name,
        "colour": actor.colour,
        "character_id": str(character_id) if character_id else None,
        "until": time.time() + TTL_SECONDS,
    }
    try:
        await bus.client.hset(_key(connection.project_id), str(connection.id), json.dumps(entry))
        await bus.client.expire(_key(connection.project_id), TTL_SECONDS * 2)
        if tell:
            await _tell(bus, connection.project_id)
    except (RedisError, OSError) as error:
        log.warning("presence_unavailable", error=str(error))


async def leave(bus: Bus, connection: Connection) -> None:
    """Take a socket out."""
    try:
        await bus.client.hdel(_key(connection.project_id), str(connection.id))
        await _tell(bus, connection.project_id)
    except (RedisError, OSError) as error:
        log.warning("presence_unavailable", error=str(error))


async def people(bus: Bus, project_id: UUID) -> list[dict[str, Any]]:
    """Return who is here; several sockets of one person count once, the newest tells where."""
    try:
        entries = await bus.client.hgetall(_key(project_id))
    except (RedisError, OSError):
        return []
    here: dict[str, dict[str, Any]] = {}
    now = time.time()
    for raw in entries.values():
        entry = json.loads(raw)
        known = here.get(entry["user_id"])
        if entry["until"] > now and (known is None or entry["until"] >= known["until"]):
            here[entry["user_id"]] = entry
    return [
        PresentPerson.model_validate(entry).model_dump(mode="json")
        for entry in sorted(here.values(), key=lambda entry: (entry["name"], entry["user_id"]))
    ]


async def _tell(bus: Bus, project_id: UUID) -> None:
    await publish_ephemeral(
        bus, project_id, "server:presence", {"people": await people(bus, project_id)}
    )
