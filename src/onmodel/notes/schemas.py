"""What the API and the events say about notes."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from onmodel.kit.words import plain
from onmodel.notes.marks import Mark

MOST_LETTERS = 4000

NoteText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_LETTERS),
    AfterValidator(plain),
]
Mentions = Annotated[list[UUID], Field(max_length=20)]


class NoteWrite(BaseModel):
    """A new note; without a mark it is about the whole picture.

    ``id`` may be chosen by who writes, so that sending it again makes no second one. ``on_face``
    lets the mark hold on to the face: it stays there when another picture takes the slot.
    ``together`` lets everybody who reviews change its words.
    """

    id: UUID | None = None
    text: NoteText
    mark: Mark | None = None
    on_face: bool = False
    mentions: Mentions = []
    together: bool = False


class ReplyWrite(BaseModel):
    """An answer to a note."""

    id: UUID | None = None
    text: NoteText
    mentions: Mentions = []


class NoteEdit(BaseModel):
    """What changes; ``version`` is the one that was seen.

    What others write in the note meanwhile stays beside a new ``text``. Without ``mentions`` those
    are mentioned whose names come with it.
    """

    version: Annotated[int, Field(ge=1)]
    text: NoteText | None = None
    mark: Mark | None = None
    mentions: Mentions | None = None
    together: bool | None = None


class Settled(BaseModel):
    resolved: bool


class Ticked(BaseModel):
    """``line`` is what stands behind the box: it is found where somebody moved it."""

    done: bool
    line: Annotated[str, Field(max_length=MOST_LETTERS)] | None = None


class NoteRead(BaseModel):
    """A note, or with ``parent_id`` an answer to one.

    ``mark`` is in shares of the picture that it was drawn on (``variation_id``). Lines of ``text``
    that begin with ``- [ ]`` or ``- [x]`` are a checklist. ``text`` lies behind those who are
    writing it by a pause; with ``together`` everybody who reviews may, and ``writers`` are those
    besides ``created_by`` who did.
    """

    id: UUID
    project_id: UUID
    character_id: UUID
    variation_id: UUID
    key: str
    label: str
    parent_id: UUID | None
    number: int | None
    mark: Mark | None
    on_face: bool
    text: str
    mentions: list[UUID]
    together: bool
    writers: list[UUID]
    version: int
    resolved_at: datetime | None
    resolved_by: UUID | None
    created_by: UUID | None
    created_at: datetime
    edited_at: datetime | None


class CarriedNote(BaseModel):
    """Where an open note of an earlier picture of the slot stands on a newer one.

    Without a mark it stands beside the picture, and ``reason`` says why.
    """

    note_id: UUID
    mark: Mark | None
    reason: Literal["not_on_face", "no_face_then", "no_face_now", "outside"] | None


class NoteUpdated(BaseModel):
    """Event ``server:note.updated``."""

    note_id: UUID
    character_id: UUID
    variation_id: UUID
    data: NoteRead


class NoteRemoved(BaseModel):
    """Event ``server:note.removed``; with a note go its answers."""

    note_id: UUID
    character_id: UUID
    variation_id: UUID
    data: NoteRead
