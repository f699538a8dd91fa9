"""Which texts of which records are written together.

This room lies below the records. The room of each noun registers what only it can say: who may
read and write one of its texts, and what a pause makes of it.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from onmodel.accounts.service import Actor
from onmodel.kit.db.uow import UnitOfWork
from onmodel.text.documents import Bounds
from onmodel.writing.errors import TextNotFoundError

WIDE = Bounds()


@dataclass(frozen=True)
class Passage:
    """One text of one record, as the record shows it."""

    noun: str
    subject_id: UUID
    field: str
    project_id: UUID
    shown: str
    bounds: Bounds = WIDE

    @property
    def name(self) -> str:
        """What the socket calls it."""
        return name_of(self.noun, self.subject_id, self.field)


def name_of(noun: str, subject_id: UUID, field_: str) -> str:
    """Return the name of a document: ``<noun>:<id>:<field>``."""
    return f"{noun}:{subject_id}:{field_}"


class Found(NamedTuple):
    """A text that somebody may read."""

    passage: Passage
    can_write: bool


class Asked(NamedTuple):
    """Who asks for which text, over the socket of which project."""

    actor: Actor
    project_id: UUID
    subject_id: UUID
    field: str


@dataclass(frozen=True)
class Noun:
    """What a room knows about the texts of its records.

    Args:
        fields: which texts of a record are written together.
        look: finds one to be read; raises the room's own NotFoundError to strangers.
        claim: finds one to be written, with its record's row locked; raises ForbiddenError too.
        settle: puts what was written into the record; False when the record is gone for good.
    """

    fields: Collection[str]
    look: Callable[[UnitOfWork, Asked], Awaitable[Found]]
    claim: Callable[[UnitOfWork, Asked], Awaitable[Passage]]
    settle: Callable[[UnitOfWork, UUID, str], Awaitable[bool]]


_NOUNS: dict[str, Noun] = {}


def register_noun(name: str, noun: Noun) -> None:
    """Let a noun's texts be written together."""
    _NOUNS[name] = noun


def parse(name: str) -> tuple[Noun, UUID, str]:
    """Return what a document's name means; raises TextNotFoundError."""
    noun_name, _, rest = name.partition(":")
    id_, _, field_ = rest.partition(":")
    noun = _NOUNS.get(noun_name)
    try:
        if noun is not None and field_ in noun.fields:
            return noun, UUID(id_), field_
    except ValueError:
        pass
    raise TextNotFoundError("There is no text of this name.")
