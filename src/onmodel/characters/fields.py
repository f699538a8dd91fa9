"""Two people change the facts of one character: other facts merge, the same one is shown to both.

Whoever sends what stood in a field when they began (``seen``) needs no newest version: as long
as that still stands there, the change is theirs to make.
"""

from typing import Any
from uuid import UUID

from onmodel.characters.errors import FieldConflictError, StaleVersionError
from onmodel.characters.models import Character
from onmodel.characters.schemas import CharacterRead, FieldConflict, FieldContested
from onmodel.events import log as events
from onmodel.events.frames import channel, encode
from onmodel.kit.db.uow import UnitOfWork


def is_contested(character: Character, field: str, seen: dict[str, Any], value: object) -> bool:
    """Say whether somebody put a third value there since ``seen``."""
    now = getattr(character, field)
    return field in seen and now not in (seen[field], value)


def check_version(
    character: Character, version: int, values: dict[str, Any], seen: dict[str, Any]
) -> bool:
    """Say whether a change may be judged: it is on the newest version, or says what it saw."""
    return version == character.version or set(values) <= set(seen)


def stale(character: Character, current: CharacterRead) -> StaleVersionError:
    """Return the refusal of a change that does not say what it saw."""
    return StaleVersionError(
        f"{character.name} was changed while you were editing.",
        extra={"current": current.model_dump(mode="json")},
    )


async def conflict(
    uow: UnitOfWork,
    character: Character,
    current: CharacterRead,
    contested: dict[str, Any],
    actor_id: UUID,
) -> FieldConflictError:
    """Return the refusal of a change, and tell whoever is here what the actor wished.

    Everybody who has the character open hears of it, although nothing was changed: so the one
    whose value stands can choose, too. Where nobody else has changed the field, the actor claims
    to have seen what never stood there, and that is between them and the server.
    """
    conflicts: list[FieldConflict] = []
    for field, value in contested.items():
        theirs = await events.last_change_of(uow, character.id, field)
        found = FieldConflict(
            field=field,
            value=value,
            current=getattr(character, field),
            changed_by=theirs.actor_id if theirs else None,
            changed_at=theirs.at if theirs else None,
        )
        conflicts.append(found)
        if found.changed_by not in (None, actor_id):
            _tell_others(uow, character, found, actor_id)
    names = " and ".join(field.replace("_", " ") for field in contested)
    return FieldConflictError(
        f"Somebody changed the {names} of {character.name} while you were editing.",
        extra={
            "current": current.model_dump(mode="json"),
            "conflicts": [one.model_dump(mode="json") for one in conflicts],
        },
    )


def _tell_others(
    uow: UnitOfWork, character: Character, found: FieldConflict, actor_id: UUID
) -> None:
    payload = FieldContested(character_id=character.id, version=character.version, conflict=found)
    frame = encode("server:field.contested", payload.model_dump(mode="json"), actor=actor_id)
    uow.notify_anyway(channel(character.project_id), frame)
