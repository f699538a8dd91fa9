"""A note's words, as those who write them together find them."""

from typing import Any
from uuid import UUID

from onmodel.accounts.permissions import Permission, allows
from onmodel.characters import repository as characters
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.words import is_plain
from onmodel.notes import door, repository, telling
from onmodel.notes.models import Note
from onmodel.notes.schemas import MOST_LETTERS
from onmodel.projects import access, mentions
from onmodel.text import documents
from onmodel.text.documents import Bounds
from onmodel.writing import runs
from onmodel.writing.passages import Asked, Found, Noun, Passage, register_noun

NOUN, FIELD = "note", "text"
BOUNDS = Bounds(MOST_LETTERS, is_plain)


def passage(note: Note) -> Passage:
    """Return a note's words as they are written together."""
    return Passage(NOUN, note.id, FIELD, note.project_id, shown=note.text, bounds=BOUNDS)


async def look(uow: UnitOfWork, asked: Asked) -> Found:
    """Find a note's words to be read; raises NoteNotFoundError."""
    role = await access.role_in(uow, asked.actor, asked.project_id)
    note = await repository.find(uow, asked.subject_id)
    if role is None or note is None or note.project_id != asked.project_id:
        raise door.not_there()
    may = allows(role, Permission.REVIEW) and door.writes(note, asked.actor)
    return Found(passage(note), may and note.removed_at is None)


async def claim(uow: UnitOfWork, asked: Asked) -> Passage:
    """Find a note's words to be written, with its character locked.

    Raises:
        NoteNotFoundError: it does not exist, it or its note was removed, or it is another team's.
        ForbiddenError: they may read it, but not write notes.
        NotYoursError: somebody else wrote it, and for themselves.
    """
    note = await door.get(uow, asked.actor, asked.subject_id, Permission.REVIEW)
    if note.project_id != asked.project_id:
        raise door.not_there()
    if note.parent_id is not None:
        await door.get(uow, asked.actor, note.parent_id, None)
    door.check_writes(note, asked.actor)
    return passage(note)


async def settle(uow: UnitOfWork, note_id: UUID, field: str) -> bool:
    """Put what was written into a note."""
    assert field == FIELD  # the only one that is registered
    note = await repository.find(uow, note_id)
    if note is None:
        return False
    await characters.lock(uow, note.character_id)
    await uow.session.refresh(note)
    await end_run(uow, note)
    return True


async def end_run(uow: UnitOfWork, note: Note) -> None:
    """Let a note have the words that were written in it; its character is locked."""
    run = await runs.end(uow, passage(note))
    if run is None:
        return
    author, *others = run.authors
    await put(uow, note, run.after, run.authors)
    note.version += 1
    note.edited_at = now()
    change: dict[str, Any] = {"verb": "changed note"}
    if others:
        change["with"] = [str(other) for other in others]
    await telling.tell(uow, note, author, change)


async def end_runs_below(uow: UnitOfWork, root: Note) -> None:
    """Do the same for the answers to a note."""
    for answer_id in await documents.being_written(uow, await repository.answers(uow, root.id)):
        answer = await repository.find(uow, answer_id)
        assert answer is not None  # its character is locked
        await end_run(uow, answer)


async def merge(uow: UnitOfWork, note: Note, text: str, author_id: UUID) -> str:
    """Return ``text`` with what others are writing in a note; their part is told before.

    What becomes of the note then is for the caller to say.
    """
    was = await runs.seen(uow, passage(note))
    await end_run(uow, note)
    return await runs.replace(uow, passage(note), was=was, new=text, author_id=author_id)


async def put(uow: UnitOfWork, note: Note, text: str, authors: list[UUID]) -> None:
    """Let the record have other words: whom they mention, and who wrote them."""
    note.mentions = await mentions.after(uow, note.project_id, note.mentions, note.text, text)
    note.text = text
    others = [one for one in authors if one != note.created_by and one not in note.writers]
    note.writers = [*note.writers, *others]


def register() -> None:
    """Let notes and answers be written together."""
    register_noun(NOUN, Noun((FIELD,), look, claim, settle))
