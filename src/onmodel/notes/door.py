"""Who may read, write and remove a note."""

from uuid import UUID

from onmodel.accounts.permissions import Permission, allows
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.characters.errors import CharacterNotFoundError
from onmodel.kit.db.uow import UnitOfWork
from onmodel.notes import repository
from onmodel.notes.errors import NoteNotFoundError, NotYoursError
from onmodel.notes.models import Note
from onmodel.projects import access

_STRANGE = "This note does not exist, or you cannot see it."


def not_there() -> NoteNotFoundError:
    """Return what a stranger is told, of a note as of none."""
    return NoteNotFoundError(_STRANGE)


async def get(
    uow: UnitOfWork,
    actor: Actor,
    note_id: UUID,
    permission: Permission | None,
    *,
    removed: bool = False,
) -> Note:
    """Return a note, with its character's row locked; None for one that was let in already."""
    note = await repository.find(uow, note_id)
    if note is None:
        raise not_there()
    if permission is not None:
        try:
            await characters.get_permitted(
                uow, actor, note.character_id, permission, lock=permission is not Permission.VIEW
            )
        except CharacterNotFoundError as error:
            raise not_there() from error
        await uow.session.refresh(note)  # somebody may have changed it before we had the lock
    if note.removed_at is not None and not removed:
        raise NoteNotFoundError("This note was removed.")
    return note


def writes(note: Note, actor: Actor) -> bool:
    """Tell whether somebody who reviews may change a note's words: its author, or all of them."""
    return note.together or note.created_by == actor.user_id


def check_writes(note: Note, actor: Actor) -> None:
    """Raise NotYoursError unless the actor may change a note's words."""
    if not writes(note, actor):
        raise NotYoursError("Only who wrote a note changes its words.")


def check_author(note: Note, actor: Actor) -> None:
    """Raise NotYoursError unless the actor wrote the note."""
    if note.created_by != actor.user_id:
        raise NotYoursError("Only who wrote a note changes more than its words.")


async def check_may_remove(uow: UnitOfWork, note: Note, actor: Actor) -> None:
    """Raise NotYoursError unless the actor wrote the note or owns the project."""
    if note.created_by == actor.user_id:
        return
    role = await access.role_in(uow, actor, note.project_id)
    assert role is not None  # the door has just let them in
    if not allows(role, Permission.MANAGE):
        raise NotYoursError("Only who wrote a note, or an owner of the project, removes it.")
