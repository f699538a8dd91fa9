"""Which facts of a character are written together, and how they become versions of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from onmodel.characters.models import Character
from onmodel.characters.schemas import SHARED_TEXTS
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.writing import runs
from onmodel.writing.passages import Passage

NOUN = "character"


@dataclass(frozen=True)
class Settled:
    """Who wrote, and what a person reads about it in the history."""

    author_id: UUID
    change: dict[str, Any]


def is_shared(field: str) -> bool:
    """Say whether a fact is written together."""
    return field in SHARED_TEXTS


def passage(character: Character, field: str) -> Passage:
    """Return a fact as it is written together."""
    return Passage(NOUN, character.id, field, character.project_id, shown=getattr(character, field))


async def settle_all(uow: UnitOfWork, character: Character, fields: set[str]) -> list[Settled]:
    """Make versions of the runs of some texts, of those that have one."""
    settled: list[Settled] = []
    for field in sorted(fields):
        run = await runs.end(uow, passage(character, field))
        if run is not None:
            settled.append(await _settle(uow, character, field, run))
    return settled


async def _settle(uow: UnitOfWork, character: Character, field: str, run: runs.Run) -> Settled:
    author, *others = run.authors
    setattr(character, field, run.after)
    character.version += 1
    character.updated_by = author
    character.updated_at = now()
    await uow.session.flush()
    change: dict[str, Any] = {"verb": "changed", "fields": {field: [run.before, run.after]}}
    if others:
        change["with"] = [str(other) for other in others]
    return Settled(author, change)
