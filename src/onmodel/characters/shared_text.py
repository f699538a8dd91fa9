"""Which facts of a character are written together, and how they become versions of it.

While people write, only the text's document changes. When they pause, the run becomes one version
of the character, with one line in its history: by its author, or by all of them where they wrote
at the same time, since nobody can say whose sentence that is. So the record, its events and its
version always agree, and lie behind the writers by a pause.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from onmodel.characters.models import Character
from onmodel.characters.schemas import SHARED_TEXTS, TextOperationRead
from onmodel.events.frames import channel, encode
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.ids import new_id
from onmodel.text import documents
from onmodel.text.difference import difference
from onmodel.text.documents import Accepted
from onmodel.text.models import TextDocument
from onmodel.text.operations import Operation


@dataclass(frozen=True)
class Settled:
    """Who wrote, and what a person reads about it in the history."""

    author_id: UUID
    change: dict[str, Any]


def document_name(character_id: UUID, field: str) -> str:
    """Return what the socket calls a text: ``character:<id>:<field>``."""
    return f"character:{character_id}:{field}"


async def document_of(uow: UnitOfWork, character: Character, field: str) -> TextDocument:
    """Return the document of a fact, locked; the character has to be locked."""
    return await documents.lock_or_create(uow, character.id, field, getattr(character, field))


async def settle(uow: UnitOfWork, character: Character, document: TextDocument) -> Settled | None:
    """Put what was written into the character; None when that changes nothing."""
    before = getattr(character, document.field)
    authors = documents.settle(document)
    await documents.compact(uow, document)
    await uow.session.flush()
    if not authors or before == document.text:
        return None
    setattr(character, document.field, document.text)
    character.version += 1
    character.updated_by = authors[0]
    character.updated_at = now()
    await uow.session.flush()
    change: dict[str, Any] = {
        "verb": "changed",
        "fields": {document.field: [before, document.text]},
    }
    if others := authors[1:]:
        change["with"] = [str(other) for other in others]
    return Settled(authors[0], change)


async def settle_all(uow: UnitOfWork, character: Character, fields: set[str]) -> list[Settled]:
    """End the runs of some texts, those that have one."""
    settled: list[Settled] = []
    for field in sorted(fields):
        document = await documents.lock(uow, character.id, field)
        if document is not None and document.run_authors:
            ended = await settle(uow, character, document)
            settled += [ended] if ended else []
    return settled


@dataclass(frozen=True)
class Seen:
    """A text as it stands in a version of the character."""

    text: str
    revision: int


async def seen(uow: UnitOfWork, character: Character, field: str) -> Seen:
    """Return what somebody who read the character's present version saw of a text."""
    document = await document_of(uow, character, field)
    return Seen(documents.plain(getattr(character, field)), document.settled_revision)


async def replace(
    uow: UnitOfWork, character: Character, field: str, *, was: Seen, new: str, author_id: UUID
) -> str:
    """Change a text that ``was`` into ``new`` and return it with what others wrote meanwhile."""
    document = await document_of(uow, character, field)
    operation = difference(was.text, documents.plain(new))
    if operation:
        accepted = await documents.submit(
            uow,
            document,
            operation,
            revision=was.revision,
            operation_id=str(new_id()),
            author_id=author_id,
        )
        tell(uow, character, document, accepted, author_id)
    documents.settle(document)
    await documents.compact(uow, document)
    await uow.session.flush()
    return document.text


def tell(
    uow: UnitOfWork,
    character: Character,
    document: TextDocument,
    accepted: Accepted,
    author_id: UUID,
    operation_id: str | None = None,
) -> None:
    """Show an operation to everybody who has the project open, after the commit."""
    name = document_name(character.id, document.field)
    payload = operation_read(name, accepted.revision, accepted.operation, operation_id)
    uow.notify(
        channel(character.project_id),
        encode("server:text.op", payload.model_dump(mode="json"), actor=author_id),
    )


def operation_read(
    document: str, revision: int, operation: Operation, operation_id: str | None
) -> TextOperationRead:
    """Return an operation as the protocol shows it."""
    return TextOperationRead.model_validate(
        {"document": document, "revision": revision, "op": operation, "id": operation_id}
    )


def is_shared(field: str) -> bool:
    """Say whether a fact is written together."""
    return field in SHARED_TEXTS
