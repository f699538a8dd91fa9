"""Writing a character's texts together: open, change, and versions at each pause."""

from datetime import timedelta
from typing import cast
from uuid import UUID

import structlog
from sqlalchemy import or_, select

from onmodel.accounts.permissions import Permission, allows
from onmodel.accounts.service import Actor
from onmodel.characters import repository, service, shared_text
from onmodel.characters.errors import CharacterNotFoundError
from onmodel.characters.models import Character
from onmodel.characters.schemas import SHARED_TEXTS, TextAck, TextRead
from onmodel.kit.clock import now
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.projects import access
from onmodel.text import documents
from onmodel.text.models import TextDocument

log = structlog.get_logger(__name__)

PAUSE = timedelta(seconds=3)
# who never pauses gets a version now and then, so that the record does not lie far behind
LONGEST_RUN = timedelta(seconds=60)


def _parsed(name: str) -> tuple[UUID, str]:
    """Return the character and the field that a document's name means."""
    noun, _, rest = name.partition(":")
    id_, _, field = rest.partition(":")
    try:
        if noun == "character" and field in SHARED_TEXTS:
            return UUID(id_), field
    except ValueError:
        pass
    raise _not_there()


def _not_there() -> CharacterNotFoundError:
    return CharacterNotFoundError("This character does not exist, or you cannot see it.")


async def open_text(
    uow: UnitOfWork, actor: Actor, project_id: UUID, name: str, revision: int | None
) -> TextRead:
    """Return a text, or only what happened to it since ``revision`` if that is still known.

    Raises:
        CharacterNotFoundError: there is no such text in the project, or it is not theirs to see.
    """
    character_id, field = _parsed(name)
    role = await access.role_in(uow, actor, project_id)
    # one statement: a document that appears between two would be told twice
    found = (
        await uow.session.execute(
            select(Character, TextDocument)  # the document may be missing
            .outerjoin(
                TextDocument,
                (TextDocument.subject_id == Character.id) & (TextDocument.field == field),
            )
            .where(Character.id == character_id)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if found is None or role is None or found[0].project_id != project_id:
        raise _not_there()
    character: Character = found[0]
    document = cast(TextDocument | None, found[1])
    can_write = allows(role, Permission.EDIT) and character.removed_at is None
    if document is None:
        text = documents.plain(getattr(character, field))
        return TextRead(document=name, revision=0, text=text, ops=None, can_write=can_write)
    if revision is not None:
        missed = await documents.since(uow, document.id, revision, document.revision)
        if missed is not None:
            ops = [
                shared_text.operation_read(name, at, operation, id_)
                for at, (id_, operation) in enumerate(missed, start=revision)
            ]
            return TextRead(
                document=name,
                revision=document.revision,
                text=None,
                ops=ops,
                can_write=can_write,
            )
    return TextRead(
        document=name,
        revision=document.revision,
        text=document.text,
        ops=None,
        can_write=can_write,
    )


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
        CharacterNotFoundError: as for ``open_text``, or the character was removed.
        ForbiddenError: they may read it, but not write.
        ProblemError: what ``documents.submit`` refuses.
    """
    character_id, field = _parsed(name)
    character = await service.get_present(uow, actor, character_id, Permission.EDIT)
    if character.project_id != project_id:
        raise _not_there()
    document = await shared_text.document_of(uow, character, field)
    accepted = await documents.submit(
        uow,
        document,
        operation,
        revision=revision,
        operation_id=operation_id,
        author_id=actor.user_id,
    )
    if not accepted.repeated:
        shared_text.tell(uow, character, document, accepted, actor.user_id, operation_id)
    return TextAck(document=name, id=operation_id, revision=accepted.revision)


async def settle_due(database: Database) -> int:
    """Make versions of the runs that paused, or went on for long; return how many there were."""
    moment = now()
    async with database.read() as uow:
        due = (
            await uow.session.execute(
                select(TextDocument.subject_id, TextDocument.field).where(
                    TextDocument.touched_at.is_not(None),
                    or_(
                        TextDocument.touched_at <= moment - PAUSE,
                        TextDocument.run_began_at <= moment - LONGEST_RUN,
                    ),
                )
            )
        ).all()
    for character_id, field in due:
        async with database.begin() as uow:
            await settle_text(uow, character_id, field)
    return len(due)


async def settle_text(uow: UnitOfWork, character_id: UUID, field: str) -> None:
    """End the run of one text; another process may have done so already."""
    character = await repository.lock(uow, character_id)
    if character is None:
        return
    for settled in await shared_text.settle_all(uow, character, {field}):
        await service.tell(uow, character, settled.author_id, settled.change)
