"""What is written between two pauses, and how it becomes the record's.

While people write, only the text's document changes. When they pause, their run goes into the
record at once: by its author, or by all of them where they wrote at the same time, since nobody
can say whose sentence that is. So the record, its events and its version always agree, and lie
behind the writers by a pause.
"""

from dataclasses import dataclass
from uuid import UUID

from onmodel.events.frames import channel, encode
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.ids import new_id
from onmodel.text import documents
from onmodel.text.difference import difference
from onmodel.text.documents import Accepted
from onmodel.text.models import TextDocument
from onmodel.text.operations import Operation
from onmodel.writing.passages import Passage
from onmodel.writing.schemas import TextOperationRead


@dataclass(frozen=True)
class Run:
    """What a run made of a text, and who took part, in the order in which they began."""

    before: str
    after: str
    authors: list[UUID]


async def document_of(uow: UnitOfWork, passage: Passage) -> TextDocument:
    """Return the document of a text, locked; the record has to be locked."""
    return await documents.lock_or_create(
        uow, passage.noun, passage.subject_id, passage.field, passage.shown
    )


async def end(uow: UnitOfWork, passage: Passage) -> Run | None:
    """End a text's run; None when there is none, or when it changes nothing."""
    document = await documents.lock(uow, passage.subject_id, passage.field)
    if document is None or not document.run_authors:
        return None
    authors = documents.settle(document)
    await documents.compact(uow, document)
    await uow.session.flush()
    if passage.shown == document.text:
        return None
    return Run(passage.shown, document.text, authors)


@dataclass(frozen=True)
class Seen:
    """A text as it stands in a version of its record."""

    text: str
    revision: int


async def seen(uow: UnitOfWork, passage: Passage) -> Seen:
    """Return what somebody who read the record's present version saw of a text."""
    document = await document_of(uow, passage)
    return Seen(documents.plain(passage.shown), document.settled_revision)


async def replace(
    uow: UnitOfWork, passage: Passage, *, was: Seen, new: str, author_id: UUID
) -> str:
    """Change a text that ``was`` into ``new`` and return it with what others wrote meanwhile."""
    document = await document_of(uow, passage)
    operation = difference(was.text, documents.plain(new))
    if operation:
        accepted = await documents.submit(
            uow,
            document,
            operation,
            revision=was.revision,
            operation_id=str(new_id()),
            author_id=author_id,
            bounds=passage.bounds,
        )
        tell(uow, passage, accepted, author_id)
    documents.settle(document)
    await documents.compact(uow, document)
    await uow.session.flush()
    return document.text


def tell(
    uow: UnitOfWork,
    passage: Passage,
    accepted: Accepted,
    author_id: UUID,
    operation_id: str | None = None,
) -> None:
    """Show an operation to everybody who has the project open, after the commit."""
    payload = operation_read(passage.name, accepted.revision, accepted.operation, operation_id)
    uow.notify(
        channel(passage.project_id),
        encode("server:text.op", payload.model_dump(mode="json"), actor=author_id),
    )


def operation_read(
    document: str, revision: int, operation: Operation, operation_id: str | None
) -> TextOperationRead:
    """Return an operation as the protocol shows it."""
    return TextOperationRead.model_validate(
        {"document": document, "revision": revision, "op": operation, "id": operation_id}
    )
