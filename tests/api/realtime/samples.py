"""One well-formed message of each kind that a client may send, made from the schema's own list.

A new message without a sample here fails ``test_every_message_has_a_sample``: so its permission
and its bad input cannot be forgotten.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from onmodel.api.realtime import messages


@dataclass(frozen=True)
class Target:
    """What a message is about."""

    character_id: str

    @classmethod
    def nowhere(cls) -> "Target":
        return cls(str(uuid4()))

    @property
    def document(self) -> str:
        return f"character:{self.character_id}:description"


Sample = Callable[[Target], dict[str, Any]]

# who only looks may send these; an answer to them holds nothing of another project
READING: dict[str, Sample] = {
    "client:ping": lambda _: {},
    "client:sync_request": lambda _: {"since": 0},
    "client:presence": lambda to: {"page": "character", "character_id": to.character_id},
    "client:live": lambda to: {"selected": to.character_id},
    "client:view": lambda to: {"path": f"/c/{to.character_id}", "scroll": 0.5},
    "client:text.open": lambda to: {"document": to.document, "revision": 0},
    "client:text.cursor": lambda to: {
        "document": to.document,
        "revision": 0,
        "anchor": 0,
        "head": 0,
    },
}
# these change something, or have something made
CHANGING: dict[str, Sample] = {
    "client:character.update": lambda to: {
        "character_id": to.character_id,
        "data": {"version": 1, "name": "Evil", "seen": {"name": "Mara"}},
        "key": "a-key-of-mine",
    },
    "client:update_node_data": lambda to: {
        "node_id": to.character_id,
        "data": {"version": 1, "tags": ["evil"]},
    },
    "client:character.train": lambda to: {"character_id": to.character_id, "quality": "low"},
    "client:character.generate": lambda to: {
        "character_id": to.character_id,
        "params": {"keys": ["expression/angry"]},
    },
    "client:start_generation": lambda to: {"node_id": to.character_id},
    "client:text.op": lambda to: {
        "document": to.document,
        "revision": 0,
        "op": ["Evil "],
        "id": "an-id-of-mine",
    },
}
SAMPLES = READING | CHANGING


def known_events() -> set[str]:
    """Return the name of every message that the schema lets a client send."""
    schema = messages.client_message.json_schema()
    return set(schema["discriminator"]["mapping"])
