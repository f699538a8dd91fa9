"""The authority over shared texts: operations come in, are transformed, kept and applied.

Callers hold the row of the noun (or the document's) locked, so one operation of a text is applied
at a time, in whichever process it arrives.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select

from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.text import operations as ot
from onmodel.text.errors import (
    OperationRefusedError,
    RevisionGoneError,
    TextTooLongError,
    UnknownRevisionError,
)
from onmodel.text.models import TextDocument, TextOperation

MAX_CHARACTERS = 10_000
MAX_COMPONENTS = 1_000
# who was away for more than so many operations gets the whole text
KEPT_OPERATIONS = 2_000
# parts that one request may have read and transformed: some twenty milliseconds
MOST_PARTS = 20_000


@dataclass(frozen=True)
class Accepted:
    """An operation as it was applied to ``revision``; ``repeated`` when that was earlier."""

    revision: int
    operation: ot.Operation
    repeated: bool


def is_storable(text: str) -> bool:
    """Say whether PostgreSQL and a browser's text field can hold it unchanged."""
    return not any(one in "\0\r" or "\ud800" <= one <= "\udfff" for one in text)


@dataclass(frozen=True)
class Bounds:
    """What a text may become: how many characters, and of which kinds."""

    most: int = MAX_CHARACTERS
    may_hold: Callable[[str], bool] = is_storable


def plain(text: str) -> str:
    """Return ``text`` with line ends as a browser's text field has them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


async def find(uow: UnitOfWork, subject_id: UUID, field: str) -> TextDocument | None:
    """Return a document as it is now, without keeping others from it."""
    return await uow.session.scalar(_one(subject_id, field))


async def lock(uow: UnitOfWork, subject_id: UUID, field: str) -> TextDocument | None:
    """Return a document as it is now and keep others from changing it meanwhile."""
    return await uow.session.scalar(_one(subject_id, field).with_for_update())


def _one(subject_id: UUID, field: str) -> Select[TextDocument]:
    return (
        select(TextDocument)
        .where(TextDocument.subject_id == subject_id, TextDocument.field == field)
        .execution_options(populate_existing=True)
    )


async def lock_or_create(
    uow: UnitOfWork, noun: str, subject_id: UUID, field: str, text: str
) -> TextDocument:
    """Return a document, made at revision 0 from ``text`` if there is none.

    The row of its noun has to be locked: two of them must not be made.
    """
    document = await lock(uow, subject_id, field)
    if document is None:
        document = TextDocument(
            noun=noun,
            subject_id=subject_id,
            field=field,
            text=plain(text),
            revision=0,
            settled_revision=0,
            run_authors=[],
        )
        uow.session.add(document)
        await uow.session.flush()
    return document


async def forget(uow: UnitOfWork, subject_id: UUID, field: str) -> None:
    """Take a document away whose record is gone."""
    await uow.session.execute(
        delete(TextDocument).where(
            TextDocument.subject_id == subject_id, TextDocument.field == field
        )
    )


async def being_written(uow: UnitOfWork, subject_ids: Collection[UUID]) -> list[UUID]:
    """Return those of some records that have a run."""
    rows = await uow.session.scalars(
        select(TextDocument.subject_id).where(
            TextDocument.subject_id.in_(subject_ids), TextDocument.touched_at.is_not(None)
        )
    )
    return list(rows)


async def submit(
    uow: UnitOfWork,
    document: TextDocument,
    operation: list[Any],
    *,
    revision: int,
    operation_id: str,
    author_id: UUID,
    bounds: Bounds,
) -> Accepted:
    """Apply an operation that was made on ``revision``, transformed over all that came since.

    One that comes again (same ``operation_id``) changes nothing and gets the same answer.

    Raises:
        OperationRefusedError: malformed, too many parts, or not fitting the text.
        UnknownRevisionError: the text has not come to this revision yet.
        RevisionGoneError: it left this revision too long ago, or too much was changed since.
        TextTooLongError: the text would have more characters than ``bounds`` allow.
    """
    wished = _checked(operation, bounds)
    if not 0 <= revision <= document.revision:
        raise UnknownRevisionError(
            f"The text is at revision {document.revision}, the change was made on {revision}."
        )
    known = await _find(uow, document, operation_id)
    if known is not None:
        if known.author_id != author_id:
            raise OperationRefusedError("Another change has this id.", try_="Choose a new id.")
        return Accepted(known.revision, known.operation, repeated=True)
    for _, earlier in await _require_since(uow, document, revision, len(wished)):
        # both put text in at one place: what was there first stays first
        wished = ot.transform(wished, earlier, "right")
    document.text = _applied(document.text, wished, bounds)
    uow.session.add(
        TextOperation(
            document_id=document.id,
            revision=document.revision,
            operation_id=operation_id,
            author_id=author_id,
            operation=wished,
        )
    )
    _touch(document, author_id)
    document.revision += 1
    await uow.session.flush()
    return Accepted(document.revision - 1, wished, repeated=False)


def _checked(operation: list[Any], bounds: Bounds) -> ot.Operation:
    if len(operation) > MAX_COMPONENTS:
        raise OperationRefusedError(f"A change has at most {MAX_COMPONENTS} parts.")
    try:
        ot.check(operation)
    except ot.OperationError as error:
        raise OperationRefusedError(str(error)) from error
    if any(ot.length(one) > MAX_CHARACTERS for one in operation):
        raise TextTooLongError(f"A text has at most {MAX_CHARACTERS:,} characters.")
    if any(isinstance(one, str) and not bounds.may_hold(one) for one in operation):
        raise OperationRefusedError("The change puts in characters that no text may have.")
    return ot.normalise(operation)


def _applied(text: str, operation: ot.Operation, bounds: Bounds) -> str:
    try:
        changed = ot.apply(text, operation)
    except ot.OperationError as error:
        raise OperationRefusedError(str(error)) from error
    if len(changed) > max(bounds.most, len(text)):
        raise TextTooLongError(
            f"This text has at most {bounds.most:,} characters; this would be {len(changed):,}."
        )
    return changed


def _touch(document: TextDocument, author_id: UUID) -> None:
    moment = now()
    document.touched_at = moment
    document.run_began_at = document.run_began_at or moment
    if author_id not in document.run_authors:
        document.run_authors = [*document.run_authors, author_id]


def settle(document: TextDocument) -> list[UUID]:
    """End the run; return who took part, in the order in which they began."""
    authors = document.run_authors
    document.settled_revision = document.revision
    document.run_authors = []
    document.run_began_at = document.touched_at = None
    return authors


async def compact(uow: UnitOfWork, document: TextDocument) -> None:
    """Forget the operations that nobody may refer to any more."""
    oldest = min(document.settled_revision, document.revision - KEPT_OPERATIONS)
    if oldest > 0:
        await uow.session.execute(
            delete(TextOperation).where(
                TextOperation.document_id == document.id, TextOperation.revision < oldest
            )
        )


async def since(
    uow: UnitOfWork, document_id: UUID, revision: int, until: int, *, parts: int = 0
) -> list[tuple[str, ot.Operation]] | None:
    """Return id and operation of each revision from ``revision`` to before ``until``.

    None when some of them were forgotten, when the text never came to ``revision``, or when they
    have more than ``MOST_PARTS``; ``parts`` more are counted for each, which somebody else's has
    that is transformed over them.
    """
    missed = (
        TextOperation.document_id == document_id,
        TextOperation.revision >= revision,
        TextOperation.revision < until,
    )
    if revision > until:
        return None
    if until - revision > 1:  # before they are read: so much JSON takes as long as transforming
        size = func.jsonb_array_length(TextOperation.operation)
        total = await uow.session.scalar(select(func.sum(size + parts)).where(*missed))
        if total is not None and total > MOST_PARTS:
            return None
    rows = await uow.session.execute(
        select(TextOperation.operation_id, TextOperation.operation)
        .where(*missed)
        .order_by(TextOperation.revision)
    )
    found = [(row.operation_id, row.operation) for row in rows]
    return found if len(found) == until - revision else None


async def _require_since(
    uow: UnitOfWork, document: TextDocument, revision: int, parts: int
) -> list[tuple[str, ot.Operation]]:
    found = await since(uow, document.id, revision, document.revision, parts=parts)
    if found is None:
        raise RevisionGoneError("Too much was changed since this change began.")
    return found


async def _find(uow: UnitOfWork, document: TextDocument, operation_id: str) -> TextOperation | None:
    return await uow.session.scalar(
        select(TextOperation).where(
            TextOperation.document_id == document.id, TextOperation.operation_id == operation_id
        )
    )
