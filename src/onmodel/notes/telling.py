"""How the world hears of a note."""

from typing import Any
from uuid import UUID

from onmodel.events import log as events
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.words import first_line
from onmodel.notes.models import Note
from onmodel.notes.schemas import NoteRead, NoteRemoved, NoteUpdated
from onmodel.variations.standard import label_of


def read(note: Note) -> NoteRead:
    """Return the whole read schema of a note."""
    return NoteRead.model_validate(
        {
            **{name: getattr(note, name) for name in NoteRead.model_fields if name != "label"},
            "label": label_of(note.key),
        }
    )


async def tell(
    uow: UnitOfWork, note: Note, actor_id: UUID, change: dict[str, Any] | None
) -> NoteRead:
    """Record that a note is there or changed, and return what everybody now sees.

    Args:
        uow: the transaction.
        note: as it is now.
        actor_id: who did it.
        change: what the history says beside the note's first line and its picture; None where
            it stays silent.
    """
    return await _record(uow, note, actor_id, "server:note.updated", NoteUpdated, change)


async def tell_removed(uow: UnitOfWork, note: Note, actor_id: UUID) -> NoteRead:
    """Record that a note is gone with its answers, and return what it was."""
    change = {"verb": "removed note"}
    return await _record(uow, note, actor_id, "server:note.removed", NoteRemoved, change)


async def _record(
    uow: UnitOfWork,
    note: Note,
    actor_id: UUID,
    name: str,
    payload: type[NoteUpdated | NoteRemoved],
    change: dict[str, Any] | None,
) -> NoteRead:
    await uow.session.flush()
    data = read(note)
    about = {"note": first_line(note.text), "picture": label_of(note.key)}
    await events.record(
        uow,
        note.project_id,
        name,
        payload(
            note_id=note.id,
            character_id=note.character_id,
            variation_id=note.variation_id,
            data=data,
        ),
        actor_id=actor_id,
        subject_id=note.character_id,
        change=None if change is None else change | about,
    )
    return data
