"""Notes on pictures: written, answered, edited, settled, removed and brought back."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.characters.errors import StaleVersionError
from onmodel.kit.clock import now
from onmodel.kit.db import once
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.ids import new_id
from onmodel.kit.lifecycle import State
from onmodel.notes import checklist, door, repository, telling, texts
from onmodel.notes.carrying import carry, face_of
from onmodel.notes.errors import (
    ItemGoneError,
    NoFaceError,
    NoSuchItemError,
    NotYoursError,
    StrangerMentionedError,
    TooManyNotesError,
)
from onmodel.notes.marks import Floats, Mark, mark_adapter, tidy
from onmodel.notes.models import Note
from onmodel.notes.schemas import (
    CarriedNote,
    NoteEdit,
    NoteRead,
    NoteWrite,
    ReplyWrite,
    Settled,
    Ticked,
)
from onmodel.projects import access
from onmodel.variations import service as variations
from onmodel.variations.errors import NotFinishedError, VariationNotFoundError
from onmodel.variations.models import Variation

MOST_ON_A_PICTURE, MOST_ANSWERS = 200, 200
# who may write in a note that is not theirs changes these, and nothing else
_WORDS = {"version", "text"}


async def list_for_character(uow: UnitOfWork, actor: Actor, character_id: UUID) -> list[NoteRead]:
    """Return a character's notes and answers, oldest first; raises CharacterNotFoundError."""
    await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    return [telling.read(note) for note in await repository.of_character(uow, character_id)]


async def list_mentions(uow: UnitOfWork, actor: Actor) -> list[NoteRead]:
    """Return what mentions the actor in projects that they may see, newest first."""
    seen = await access.visible(uow, actor)
    return [telling.read(note) for note in await repository.mentioning(uow, actor.user_id, seen)]


async def list_carried(uow: UnitOfWork, actor: Actor, variation_id: UUID) -> list[CarriedNote]:
    """Return where open notes of earlier pictures of the slot stand on this one.

    Raises:
        VariationNotFoundError: it does not exist, or it is another team's.
    """
    shown = await variations.get_permitted(uow, actor, variation_id, Permission.VIEW)
    earlier = [
        note
        for note in await repository.open_of_slot(uow, shown.character_id, shown.key)
        if note.variation_id != shown.id
    ]
    if not earlier:
        return []
    pictures = await repository.measured(uow, {shown.id, *(note.variation_id for note in earlier)})
    faces = _faces(pictures.values())
    return [_carried(note, faces, shown.id) for note in earlier]


async def add(uow: UnitOfWork, actor: Actor, variation_id: UUID, data: NoteWrite) -> NoteRead:
    """Write a note on a picture; the same ``id`` again changes nothing.

    Raises:
        VariationNotFoundError: the picture does not exist, or it was removed.
        NotFinishedError: there is no picture yet.
        NoFaceError: it should hold on to a face, and none was found.
        StrangerMentionedError: somebody mentioned cannot see the project.
        TooManyNotesError: the picture is full of notes.
    """
    mark = await _stored(data.mark)
    picture = await variations.get_permitted(uow, actor, variation_id, Permission.REVIEW)
    if (known := await _known(uow, actor, data.id, picture.character_id)) is not None:
        return telling.read(known)
    if picture.removed_at is not None:
        raise VariationNotFoundError("This picture was removed meanwhile.")
    if State(picture.state) is not State.SUCCEEDED:
        raise NotFinishedError("There is no picture to write on yet.")
    if await repository.count(uow, variation_id=picture.id) >= MOST_ON_A_PICTURE:
        raise TooManyNotesError(f"A picture holds {MOST_ON_A_PICTURE} notes.")
    if data.on_face and (data.mark is None or not await _has_face(uow, picture.id)):
        raise NoFaceError("No face was found in this picture, or nothing is marked on it.")
    await _check_mentions(uow, picture.project_id, data.mentions)
    note = Note(
        id=data.id or new_id(),
        project_id=picture.project_id,
        character_id=picture.character_id,
        variation_id=picture.id,
        key=picture.key,
        number=await repository.next_number(uow, picture.character_id, picture.key),
        mark=mark,
        on_face=data.on_face,
        text=data.text,
        mentions=data.mentions,
        together=data.together,
        writers=[],
        version=1,
        created_by=actor.user_id,
        created_at=now(),
    )
    uow.session.add(note)
    return await telling.tell(uow, note, actor.user_id, {"verb": "left note"})


async def reply(uow: UnitOfWork, actor: Actor, note_id: UUID, data: ReplyWrite) -> NoteRead:
    """Answer a note; an answer to an answer belongs to the same note.

    Raises:
        NoteNotFoundError: it does not exist, was removed, or is another team's.
        StrangerMentionedError: somebody mentioned cannot see the project.
        TooManyNotesError: the thread is long enough.
    """
    note = await door.get(uow, actor, note_id, Permission.REVIEW)
    root = note if note.parent_id is None else await door.get(uow, actor, note.parent_id, None)
    if (known := await _known(uow, actor, data.id, root.character_id)) is not None:
        return telling.read(known)
    if await repository.count(uow, parent_id=root.id) >= MOST_ANSWERS:
        raise TooManyNotesError(f"A note holds {MOST_ANSWERS} answers.")
    await _check_mentions(uow, root.project_id, data.mentions)
    answer = Note(
        id=data.id or new_id(),
        project_id=root.project_id,
        character_id=root.character_id,
        variation_id=root.variation_id,
        key=root.key,
        parent_id=root.id,
        on_face=False,
        text=data.text,
        mentions=data.mentions,
        together=False,
        writers=[],
        version=1,
        created_by=actor.user_id,
        created_at=now(),
    )
    uow.session.add(answer)
    return await telling.tell(uow, answer, actor.user_id, {"verb": "answered note"})


async def edit(
    uow: UnitOfWork, actor: Actor, note_id: UUID, data: NoteEdit, *, key: str | None = None
) -> NoteRead:
    """Change one's own note, or the words of one that is written together.

    With a ``key`` a repeat changes nothing, here and below.

    Raises:
        NoteNotFoundError: it does not exist, was removed, or is another team's.
        NotYoursError: somebody else wrote it, and for themselves, or more than words should change.
        StaleVersionError: it changed since ``version``.
        StrangerMentionedError: somebody mentioned cannot see the project.
    """
    if await once.repeated(uow, actor.user_id, key, "note.edit", note_id, data):
        return telling.read(await door.get(uow, actor, note_id, Permission.VIEW))
    mark = await _stored(data.mark)
    note = await door.get(uow, actor, note_id, Permission.REVIEW)
    check = door.check_writes if data.model_fields_set <= _WORDS else door.check_author
    check(note, actor)
    if note.version != data.version:
        raise StaleVersionError(
            "This note has changed meanwhile.",
            extra={"current": telling.read(note).model_dump(mode="json")},
        )
    if data.mentions is not None:
        await _check_mentions(uow, note.project_id, data.mentions)
    change = None
    if data.text is not None and data.text != note.text:
        merged = await texts.merge(uow, note, data.text, actor.user_id)
        await texts.put(uow, note, merged, [actor.user_id])
        change = {"verb": "changed note"}
    if data.mentions is not None:
        note.mentions = data.mentions
    if note.parent_id is None:
        note.mark = note.mark if mark is None else mark
        note.together = note.together if data.together is None else data.together
    note.version += 1
    note.edited_at = now()
    return await telling.tell(uow, note, actor.user_id, change)


async def tick(
    uow: UnitOfWork,
    actor: Actor,
    note_id: UUID,
    number: int,
    data: Ticked,
    *,
    key: str | None = None,
) -> NoteRead:
    """Tick a line of a note's checklist off, or open it again; anybody who reviews may.

    Raises:
        NoteNotFoundError: it does not exist, was removed, or is another team's.
        NoSuchItemError: its checklist has no such line.
        ItemGoneError: the line with these words was changed or taken out meanwhile.
    """
    if await once.repeated(uow, actor.user_id, key, f"note.tick {number}", note_id, data):
        return telling.read(await door.get(uow, actor, note_id, Permission.VIEW))
    note = await door.get(uow, actor, note_id, Permission.REVIEW)
    await texts.end_run(uow, note)  # a line may have been put in just now
    ticked = checklist.tick(note.text, number, done=data.done, line=data.line)
    if ticked is None and data.line is not None:
        raise ItemGoneError("Somebody changed this line of the note, or took it out.")
    if ticked is None:
        raise NoSuchItemError(f"This note's checklist has no line {number + 1}.")
    if ticked == note.text:
        return telling.read(note)
    note.text = await texts.merge(uow, note, ticked, actor.user_id)
    note.version += 1
    return await telling.tell(uow, note, actor.user_id, None)


async def settle(
    uow: UnitOfWork, actor: Actor, note_id: UUID, data: Settled, *, key: str | None = None
) -> NoteRead:
    """Say that a note is settled, or open it again; an answer settles its note.

    Raises:
        NoteNotFoundError: it does not exist, was removed, or is another team's.
    """
    if await once.repeated(uow, actor.user_id, key, "note.settle", note_id, data):
        return telling.read(await door.get(uow, actor, note_id, Permission.VIEW))
    resolved = data.resolved
    note = await door.get(uow, actor, note_id, Permission.REVIEW)
    if note.parent_id is not None:
        note = await door.get(uow, actor, note.parent_id, None)
    if (note.resolved_at is not None) == resolved:
        return telling.read(note)
    note.resolved_at = now() if resolved else None
    note.resolved_by = actor.user_id if resolved else None
    note.version += 1
    change = {"verb": "resolved note"} if resolved else {"verb": "reopened note"}
    return await telling.tell(uow, note, actor.user_id, change)


async def remove(uow: UnitOfWork, actor: Actor, note_id: UUID) -> NoteRead:
    """Take a note away, with its answers; it can be brought back.

    Raises:
        NoteNotFoundError: it does not exist, is gone already, or is another team's.
        NotYoursError: somebody else wrote it, and the actor does not manage the project.
    """
    note = await door.get(uow, actor, note_id, Permission.REVIEW)
    await door.check_may_remove(uow, note, actor)
    # what is being written goes with it, so that it comes back whole
    await texts.end_run(uow, note)
    await texts.end_runs_below(uow, note)
    note.removed_at = now()
    note.version += 1
    return await telling.tell_removed(uow, note, actor.user_id)


async def restore(uow: UnitOfWork, actor: Actor, note_id: UUID) -> NoteRead:
    """Bring a removed note back.

    Raises:
        NoteNotFoundError: it does not exist, its note is gone, or it is another team's.
        NotYoursError: somebody else wrote it, and the actor does not manage the project.
    """
    note = await door.get(uow, actor, note_id, Permission.REVIEW, removed=True)
    if note.parent_id is not None:
        await door.get(uow, actor, note.parent_id, None)
    await door.check_may_remove(uow, note, actor)
    if note.removed_at is None:
        return telling.read(note)
    note.removed_at = None
    note.version += 1
    return await telling.tell(uow, note, actor.user_id, {"verb": "brought note back"})


async def _known(
    uow: UnitOfWork, actor: Actor, note_id: UUID | None, character_id: UUID
) -> Note | None:
    """Return what the actor has written under this id before."""
    note = await repository.find(uow, note_id) if note_id else None
    if note is None:
        return None
    if note.created_by != actor.user_id or note.character_id != character_id:
        raise NotYoursError("This id belongs to another note.", try_="Choose a new one.")
    return note


async def _check_mentions(uow: UnitOfWork, project_id: UUID, people: list[UUID]) -> None:
    if people and await access.who_may_see(uow, project_id, set(people)) != set(people):
        raise StrangerMentionedError("Somebody you mention is not part of this project.")


async def _has_face(uow: UnitOfWork, variation_id: UUID) -> bool:
    pictures = await repository.measured(uow, {variation_id})
    return bool(_faces(pictures.values()))


def _faces(pictures: Iterable[Variation]) -> dict[UUID, Floats]:
    """Return the face of each picture that shows one."""
    found = {picture.id: face_of(picture.measurement) for picture in pictures}
    return {id_: face for id_, face in found.items() if face is not None}


def _carried(note: Note, faces: dict[UUID, Floats], shown: UUID) -> CarriedNote:
    if not note.on_face or note.mark is None:
        return CarriedNote(note_id=note.id, mark=None, reason="not_on_face")
    if note.variation_id not in faces:
        return CarriedNote(note_id=note.id, mark=None, reason="no_face_then")
    if shown not in faces:
        return CarriedNote(note_id=note.id, mark=None, reason="no_face_now")
    mark = mark_adapter.validate_python(note.mark)
    placed = carry(mark, faces[note.variation_id], faces[shown])
    return CarriedNote(note_id=note.id, mark=placed, reason=None if placed else "outside")


async def _stored(mark: Mark | None) -> dict[str, Any] | None:
    """Return a mark as it is kept; a long line takes a while, so before a lock and off the loop."""
    if mark is None:
        return None
    return (await asyncio.to_thread(tidy, mark)).model_dump(mode="json")
