"""What the API and the events say about versions."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from onmodel.projects.schemas import FileRef
from onmodel.variations.schemas import VariationRead
from onmodel.versions.snapshot import Facts
from onmodel.versions.wording import Span

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class VersionNameRead(BaseModel):
    """A name stays on its version for good."""

    id: UUID
    character_id: UUID
    number: int
    name: str
    note: str
    created_by: UUID | None
    created_at: datetime


class VersionNamed(BaseModel):
    """Event ``server:version.named``."""

    character_id: UUID
    number: int
    data: VersionNameRead


class VersionNameWrite(BaseModel):
    name: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$"
        ),
    ]
    note: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""


class VersionRead(BaseModel):
    """One version in the list.

    ``text`` is read after the authors' names, such as “changed the description”; without authors
    it is something that happened by itself. ``pictures`` are up to four that came or went.
    """

    id: UUID
    character_id: UUID
    number: int
    at: datetime
    author_ids: list[UUID]
    text: str
    back_to: int | None
    pictures: list[FileRef]
    names: list[VersionNameRead]


class VersionRestored(BaseModel):
    """Event ``server:version.restored``: ``by`` made version ``number``, which is as ``to`` was.

    ``data`` says whether all of it went back, or which parts. What changed is told beside it.
    """

    character_id: UUID
    number: int
    to: int
    by: UUID
    data: VersionRead


class ReferenceKept(BaseModel):
    """A reference as a version kept it."""

    id: UUID
    name: str
    file: FileRef


class PictureKept(BaseModel):
    """A picture of the sheet with its present scores, so that two are judged alike.

    ``landmarks`` are points of the main face as shares of width and height, by name.
    """

    variation: VariationRead
    file: FileRef
    landmarks: dict[str, tuple[float, float]] | None


class AdapterKept(BaseModel):
    """A trained model: its bytes' SHA-256, how it was trained and what it measured of itself."""

    id: UUID
    number: int
    kind: str
    function: str
    sha256: str
    bytes: int
    settings: dict[str, Any]
    summary: dict[str, Any]
    created_at: datetime


class SheetScores(BaseModel):
    """The identity of a whole sheet; the mean covers only what could be measured."""

    pictures: int
    measured: int
    p_same_mean: float | None
    p_same_lowest: float | None


class VersionState(BaseModel):
    """The whole character as it was."""

    version: VersionRead
    facts: Facts
    face: ReferenceKept | None
    references: list[ReferenceKept]
    pictures: list[PictureKept]
    adapter: AdapterKept | None
    removed: bool
    scores: SheetScores


class FactChange(BaseModel):
    """``words`` is there for texts: the pieces in reading order."""

    part: str
    name: str
    label: str
    before: Any
    after: Any
    words: list[Span] | None


class ReferenceChange(BaseModel):
    part: str
    kind: Literal["added", "removed"]
    reference: ReferenceKept


class FaceChange(BaseModel):
    part: str
    before: ReferenceKept | None
    after: ReferenceKept | None


class PictureChange(BaseModel):
    part: str
    key: str
    label: str
    before: PictureKept | None
    after: PictureKept | None


class AdapterChange(BaseModel):
    part: str
    before: AdapterKept | None
    after: AdapterKept | None


class VersionDifference(BaseModel):
    """What is to be done to ``before`` to make it ``after``; ``part`` names can be gone back to."""

    before: VersionRead
    after: VersionRead
    facts: list[FactChange]
    references: list[ReferenceChange]
    face: FaceChange | None
    pictures: list[PictureChange]
    adapter: AdapterChange | None
    scores_before: SheetScores
    scores_after: SheetScores


class GoBack(BaseModel):
    """Make these parts as they were; null means all.

    ``onto`` is the newest version that the person saw: a newer one refuses the request.
    """

    onto: Number
    parts: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=500)] | None = (
        None
    )
