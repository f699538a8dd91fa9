"""What the API says about encoders, calibrations, likeness across the library, and checks."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from onmodel.kit.lifecycle import State
from onmodel.projects.schemas import FileRef

Route = Literal["photographic", "illustrated", "appearance"]
RouteChoice = Literal["auto", "photographic", "illustrated", "appearance"]
Source = Literal["shipped", "verdicts", "pairs"]


class EncoderRead(BaseModel):
    """A model that turns a face or a figure into a vector; ``default`` judges its route."""

    name: str
    title: str
    route: Route
    dimensions: int
    licence: str
    licence_url: str | None
    commercial: bool
    installed: bool
    default: bool


class ReliabilityBin(BaseModel):
    """Pairs whose probability lies in ``low`` to ``high``: what was said, and what was so."""

    low: float
    high: float
    pairs: int
    predicted: float
    observed: float


class CalibrationRead(BaseModel):
    """One version of the way from a distance to a probability, for one encoder."""

    id: UUID
    encoder: str
    route: Route
    version: int
    active: bool
    source: Source
    slope: float
    midpoint: float
    genuine_mean: float
    genuine_deviation: float
    impostor_rate: float
    pairs: int
    people: int
    ece: float | None
    auc: float | None
    reliability: list[ReliabilityBin]
    basis: str
    created_by: UUID | None
    created_at: datetime


class CalibrationFit(BaseModel):
    """Fit a new version on the team's verdicts; it judges nothing until it is activated."""

    encoder: str


class Look(BaseModel):
    """Somebody whom a picture resembles, at the stated false-identification rate."""

    character_id: UUID
    name: str
    p_same: float
    cover: FileRef | None


class SimilarPicture(BaseModel):
    """A picture of the library near to a character or a picture; ``distance`` is the encoder's."""

    kind: Literal["reference", "variation"]
    id: UUID
    project_id: UUID
    character_id: UUID
    character_name: str
    label: str
    file: FileRef
    distance: float
    p_same: float


class SimilarRead(BaseModel):
    encoder: str
    route: Route
    milliseconds: float
    pictures: list[SimilarPicture]


class CheckFace(BaseModel):
    """One face of a checked picture, given to at most one of the project's characters.

    ``box`` is x, y, width, height in fractions of the picture. ``bleed`` is somebody of the cast
    whom the face also resembles more than chance allows: two characters have run together.
    """

    box: tuple[float, float, float, float]
    reason: str | None
    reason_text: str | None
    character: Look | None
    bleed: Look | None


class Lacking(BaseModel):
    """Something that a set of references does not show."""

    code: str
    text: str


class ReferenceSetRead(BaseModel):
    """A character's references as a whole: what they lack, and what one more would bring.

    ``width_now`` and ``width_next`` are widths of the 95 % interval of p_same for a borderline
    picture, with the references that there are and with one more; null where the route compares
    no faces.
    """

    character_id: UUID
    route: Route
    encoder: str
    usable: int
    lacks: list[Lacking]
    width_now: float | None
    width_next: float | None
    text: str


class AbsentCast(BaseModel):
    """Somebody who was expected and given no face; ``p_same`` is that of the nearest face."""

    character_id: UUID
    name: str
    p_same: float | None
    cover: FileRef | None


class CheckRead(BaseModel):
    """Any picture, checked against the cast of a project.

    ``expected`` names who should be in it; ``reason`` says why nobody could be looked for.
    """

    id: UUID
    project_id: UUID
    name: str
    file: FileRef
    state: State
    reason: str | None
    reason_text: str | None
    route: Route | None
    expected: list[UUID]
    faces: list[CheckFace]
    missing: list[AbsentCast]
    created_by: UUID | None
    created_at: datetime


class CheckUpdated(BaseModel):
    """Event ``server:check.updated``."""

    check_id: UUID
    data: CheckRead


class CheckRemoved(BaseModel):
    """Event ``server:check.removed``."""

    check_id: UUID
    data: CheckRead


class CalibrationChanged(BaseModel):
    """Event ``server:identity.calibrated``: scores of this encoder were computed anew."""

    encoder: str
    version: int


Limit = Annotated[int, Field(ge=1, le=200)]
