"""Notes on pictures over REST."""

from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path, Response

from onmodel.accounts.signed_in import SignedIn
from onmodel.characters.errors import CharacterNotFoundError, StaleVersionError
from onmodel.http.deps import DatabaseDep, Reading, StoreDep, Writing
from onmodel.http.keys import ChangeKey
from onmodel.http.problems import problems
from onmodel.kit.db.once import KeyReusedError
from onmodel.kit.errors import ForbiddenError
from onmodel.notes import service
from onmodel.notes.errors import (
    ItemGoneError,
    NoFaceError,
    NoSuchItemError,
    NoteNotFoundError,
    NothingNotedError,
    NotYoursError,
    StrangerMentionedError,
    TooManyNotesError,
)
from onmodel.notes.export import MEDIA_TYPES, annotated
from onmodel.notes.schemas import (
    CarriedNote,
    NoteEdit,
    NoteRead,
    NoteWrite,
    ReplyWrite,
    Settled,
    Ticked,
)
from onmodel.storage.names import clean_name
from onmodel.text.errors import TextTooLongError
from onmodel.variations.errors import NotFinishedError, VariationNotFoundError

router = APIRouter(tags=["notes"])

NOT_YOURS = (NoteNotFoundError, ForbiddenError)


@router.get("/characters/{character_id}/notes", responses=problems(CharacterNotFoundError))
async def list_notes(character_id: UUID, uow: Reading, actor: SignedIn) -> list[NoteRead]:
    """Every note on a character's pictures, and every answer, oldest first."""
    return await service.list_for_character(uow, actor, character_id)


@router.get("/notes/mentions")
async def list_mentions(uow: Reading, actor: SignedIn) -> list[NoteRead]:
    """Notes and answers that mention you, newest first, in all your projects."""
    return await service.list_mentions(uow, actor)


@router.get("/variations/{variation_id}/carried-notes", responses=problems(VariationNotFoundError))
async def list_carried_notes(
    variation_id: UUID, uow: Reading, actor: SignedIn
) -> list[CarriedNote]:
    """Where open notes of earlier pictures of the same slot stand on this one."""
    return await service.list_carried(uow, actor, variation_id)


@router.post(
    "/variations/{variation_id}/notes",
    status_code=201,
    responses=problems(
        VariationNotFoundError,
        ForbiddenError,
        NotFinishedError,
        NoFaceError,
        StrangerMentionedError,
        TooManyNotesError,
    ),
)
async def add_note(variation_id: UUID, data: NoteWrite, uow: Writing, actor: SignedIn) -> NoteRead:
    """Write a note on a picture."""
    return await service.add(uow, actor, variation_id, data)


@router.post(
    "/notes/{note_id}/replies",
    status_code=201,
    responses=problems(*NOT_YOURS, StrangerMentionedError, TooManyNotesError),
)
async def reply(note_id: UUID, data: ReplyWrite, uow: Writing, actor: SignedIn) -> NoteRead:
    """Answer a note."""
    return await service.reply(uow, actor, note_id, data)


@router.patch(
    "/notes/{note_id}",
    responses=problems(
        *NOT_YOURS,
        NotYoursError,
        StaleVersionError,
        StrangerMentionedError,
        TextTooLongError,
        KeyReusedError,
    ),
)
async def edit_note(
    note_id: UUID, data: NoteEdit, uow: Writing, actor: SignedIn, key: ChangeKey = None
) -> NoteRead:
    """Change your words, move your mark, or let others write in your note."""
    return await service.edit(uow, actor, note_id, data, key=key)


@router.put("/notes/{note_id}/resolved", responses=problems(*NOT_YOURS, KeyReusedError))
async def settle_note(
    note_id: UUID, data: Settled, uow: Writing, actor: SignedIn, key: ChangeKey = None
) -> NoteRead:
    """Say that a note is settled, or open it again."""
    return await service.settle(uow, actor, note_id, data, key=key)


@router.put(
    "/notes/{note_id}/checklist/{number}",
    responses=problems(*NOT_YOURS, NoSuchItemError, ItemGoneError, KeyReusedError),
)
async def tick(
    note_id: UUID,
    number: Annotated[int, Path(ge=0, le=1000)],
    data: Ticked,
    uow: Writing,
    actor: SignedIn,
    key: ChangeKey = None,
) -> NoteRead:
    """Tick a line of the note's checklist off, counted from 0; with its words never another."""
    return await service.tick(uow, actor, note_id, number, data, key=key)


@router.delete("/notes/{note_id}", responses=problems(*NOT_YOURS, NotYoursError))
async def remove_note(note_id: UUID, uow: Writing, actor: SignedIn) -> NoteRead:
    """Take a note away, with its answers; ``restore`` brings it back."""
    return await service.remove(uow, actor, note_id)


@router.post("/notes/{note_id}/restore", responses=problems(*NOT_YOURS, NotYoursError))
async def restore_note(note_id: UUID, uow: Writing, actor: SignedIn) -> NoteRead:
    """Bring a removed note back."""
    return await service.restore(uow, actor, note_id)


@router.get(
    "/characters/{character_id}/annotated.{kind}",
    responses=problems(CharacterNotFoundError, NothingNotedError),
    response_class=Response,
)
async def export_notes(
    character_id: UUID,
    kind: Literal["png", "zip", "pdf"],
    database: DatabaseDep,
    store: StoreDep,
    actor: SignedIn,
    variation_id: UUID | None = None,
) -> Response:
    """Pictures with their notes drawn on them; one picture, or all that have notes.

    ``png`` is one tall picture (where it would be too tall it says how many more there are),
    ``pdf`` has a page for each, ``zip`` holds a picture for each and the notes as JSON and as text.
    """
    data, name = await annotated(database, store, actor, character_id, variation_id, kind)
    filename = quote(f"{clean_name(name)} notes.{kind}")
    disposition = {"Content-Disposition": f"attachment; filename*=UTF-8''{filename}"}
    return Response(data, media_type=MEDIA_TYPES[kind], headers=disposition)
