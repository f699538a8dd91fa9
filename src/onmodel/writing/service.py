"""Writing together: open a text, change it, and let each pause go into its record."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from onmodel.accounts.service import Actor
from onmodel.kit.clock import now
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.text import documents
from onmodel.text.models import TextDocument
from onmodel.writing import runs
from onmodel.writing.passages import Asked, name_of, parse
from onmodel.writing.schemas import TextAck, TextOperationRead, TextRead

PAUSE = timedelta(seconds=3)
# who never pauses gets a version now and then, so that the record does not lie far behind
LONGEST_RUN = timedelta(seconds=60)


async def open_text(
    uow: UnitOfWork, actor: Actor, project_id: UUID, name: str, revision: int | None
) -> TextRead:
    """Return a text, or only what happened to it since ``revision`` if that is still known.

    Raises:
        NotFoundError: there is no such text in the project, or it is not theirs to see.
    """
    noun, subject_id, field = parse(name)
    # the record first: a document that appears after it was read holds all that came meanwhile
    passage, can_write = await noun.look(uow, Asked(actor, project_id, subject_id, field))
    document = await documents.find(uow, subject_id, field)
    if document is None:
        text = documents.plain(passage.shown)
        return TextRead(document=name, revision=0, text=text, ops=None, can_write=can_write)
    ops = await _missed(uow, name, document, revision) if revision is not None else None
    return TextRead(
        document=name,
        revision=document.revision,
        text=document.text if ops is None else None,
        ops=ops,
        can_write=can_write,
    )


async def _missed(
    uow: UnitOfWork, name: str, document: TextDocument, revision: int
) -> list[TextOperationRead] | None:
    found = await documents.since(uow, document.id, revision, document.revision)
    if found is None:
        return None
    return [
        runs.operation_read(name, at, operation, id_)
        for at, (id_, operation) in enumerate(found, start=revision)
    ]


async def change_text(
    uow: UnitOfWork,
    actor: Actor,
    project_id: UUID,
    name: str,
    operation: list[object],
    *,
    revision: int,
    operation_id: str,
) -> TextAck:
    """Apply one person's operation and show it to everybody.

    Raises:
        NotFoundError: as for ``open_text``, or the record was removed.
        ForbiddenError: they may read it, but not write.
        ProblemError: what ``documents.submit`` refuses.
    """
    noun, subject_id, field = parse(name)
    passage = await noun.claim(uow, Asked(actor, project_id, subject_id, field))
    document = await runs.document_of(uow, passage)
    accepted = await documents.submit(
        uow,
        document,
        operation,
        revision=revision,
        operation_id=operation_id,
        author_id=actor.user_id,
        bounds=passage.bounds,
    )
    if not accepted.repeated:
        runs.tell(uow, passage, accepted, actor.user_id, operation_id)
    return TextAck(document=name, id=operation_id, revision=accepted.revision)


async def settle_due(database: Database) -> int:
    """Put the runs into their records that paused, or went on for long; return how many."""
    moment = now()
    async with database.read() as uow:
        due = (
            await uow.session.execute(
                select(TextDocument.noun, TextDocument.subject_id, TextDocument.field).where(
                    TextDocument.touched_at.is_not(None),
                    or_(
                        TextDocument.touched_at <= moment - PAUSE,
                        TextDocument.run_began_at <= moment - LONGEST_RUN,
                    ),
                )
            )
        ).all()
    for one in due:
        async with database.begin() as uow:
            await settle_text(uow, name_of(*one))
    return len(due)


async def settle_text(uow: UnitOfWork, name: str) -> None:
    """End the run of one text; another process may have done so already."""
    noun, subject_id, field = parse(name)
    if not await noun.settle(uow, subject_id, field):
        await documents.forget(uow, subject_id, field)
