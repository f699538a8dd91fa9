"""What travels over the bus and the sockets: one JSON text, encoded once.

Form (contracts, WebSocket protocol): ``{"event", "payload"}`` and beside them ``seq`` on
durable events, ``actor`` and ``at``.
"""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

CHANNEL = "onmodel:project:"
PERSON_CHANNEL = "onmodel:person:"


def channel(project_id: UUID) -> str:
    """Return the bus channel of a project."""
    return f"{CHANNEL}{project_id}"


def person_channel(person_id: UUID) -> str:
    """Return the bus channel of what only one person may hear."""
    return f"{PERSON_CHANNEL}{person_id}"


def encode(
    name: str,
    payload: dict[str, Any],
    *,
    seq: int | None = None,
    actor: UUID | None = None,
    at: datetime | None = None,
    id: str | None = None,  # noqa: A002 - the protocol's word
) -> bytes:
    """Return one frame as UTF-8 JSON; keys that have no value are left out."""
    frame: dict[str, Any] = {"event": name}
    if seq is not None:
        frame["seq"] = seq
    if id is not None:
        frame["id"] = id
    if actor is not None:
        frame["actor"] = str(actor)
    if at is not None:
        frame["at"] = at.isoformat()
    frame["payload"] = payload
    return json.dumps(frame, separators=(",", ":"), ensure_ascii=False, default=str).encode()
