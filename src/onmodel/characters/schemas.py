"""What the API and the events say about characters and their references."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from onmodel.kit.lifecycle import State
from onmodel.projects.schemas import FileRef, Quality

Importance = Literal["lead", "supporting", "background"]

# Pictures of a character that training needs, per tier (contracts, section 4)
REFERENCES_NEEDED: dict[str, int] = {"low": 5, "standard": 10, "high": 20}


def _tags(tags: list[str]) -> list[str]:
    cleaned = [" ".join(tag.split()) for tag in tags]
    return list(dict.fromkeys(tag for tag in cleaned if tag))


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
TriggerWord = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=60, pattern=r"^[\w-]+$"),
]
Tags = Annotated[
    list[Annotated[str, Field(max_length=60)]], Field(max_length=30), AfterValidator(_tags)
]
Text = Annotated[str, Field(max_length=10_000)]


class CharacterCreate(BaseModel):
    """A new character; without a trigger word one is made from the name."""

    name: Name
    description: Text = ""
    trigger_word: TriggerWord | None = None
    positive_prompt: Text = ""
    negative_prompt: Text = ""
    importance: Importance = "supporting"
    tier: Quality = "low"
    tags: Tags = []
    licence: Text = ""
    consent: Text = ""


class FieldsSeen(BaseModel):
    """What stood in some fields when a person began to write over them."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = None
    description: Text | None = None
    trigger_word: Text | None = None
    positive_prompt: Text | None = None
    negative_prompt: Text | None = None
    importance: Text | None = None
    tier: Text | None = None
    tags: Annotated[list[Text], Field(max_length=30)] | None = None
    licence: Text | None = None
    consent: Text | None = None


class CharacterUpdate(BaseModel):
    """A change against the ``version`` that was read; a stale one is refused.

    With ``seen`` for each field that changes, a stale version merges: a field is refused only
    when it now holds neither what was seen nor what is wished.
    """

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    seen: FieldsSeen | None = None
    name: Name | None = None
    description: Text | None = None
    trigger_word: TriggerWord | None = None
    positive_prompt: Text | None = None
    negative_prompt: Text | None = None
    importance: Importance | None = None
    tier: Quality | None = None
    tags: Tags | None = None
    licence: Text | None = None
    consent: Text | None = None


class TrainingBrief(BaseModel):
    """Where the newest training of a character stands."""

    job_id: UUID
    state: State


class AdapterBrief(BaseModel):
    """The adapter that the character uses now."""

    id: UUID
    number: int


class CharacterRead(BaseModel):
    id: UUID
    project_id: UUID
    name: str
    description: str
    trigger_word: str
    positive_prompt: str
    negative_prompt: str
    importance: Importance
    tier: Quality
    tags: list[str]
    licence: str
    consent: str
    cover: FileRef | None
    base_reference_id: UUID | None
    reference_count: int
    usable_reference_count: int
    variation_count: int
    training: TrainingBrief | None
    adapter: AdapterBrief | None
    version: int
    created_by: UUID | None
    created_at: datetime
    updated_by: UUID | None
    updated_at: datetime
    removed_at: datetime | None


class Finding(BaseModel):
    """One reason why a picture helps or hurts."""

    code: str
    tone: Literal["good", "info", "warn", "bad"]
    text: str


class FaceRead(BaseModel):
    """The face that was measured in a picture; lengths in pixels, angles in degrees."""

    box: tuple[float, float, float, float]
    face_px: float
    yaw: float
    pitch: float
    roll: float
    sharpness: float
    angle: str
    expression: str


class ReferenceRead(BaseModel):
    id: UUID
    project_id: UUID
    character_id: UUID
    file: FileRef
    name: str
    state: Literal["checking", "ready", "failed"]
    verdict: Literal["helps", "neutral", "hurts"] | None
    findings: list[Finding]
    face: FaceRead | None
    is_base: bool
    created_by: UUID | None
    created_at: datetime
    removed_at: datetime | None


class CharacterUpdated(BaseModel):
    """Event ``server:character.updated``."""

    character_id: UUID
    data: CharacterRead


class FieldConflict(BaseModel):
    """Two values for one field: ``value`` was wished, ``current`` stands there."""

    field: str
    value: Any
    current: Any
    changed_by: UUID | None
    changed_at: datetime | None


class FieldContested(BaseModel):
    """Event ``server:field.contested``: a value that was not taken, as another stands there.

    ``actor`` wished it. May be lost: the same is in the answer to the actor, who keeps it.
    """

    character_id: UUID
    version: int
    conflict: FieldConflict


class CharacterRemoved(BaseModel):
    """Event ``server:character.removed``; ``data`` lets a page offer to bring it back."""

    character_id: UUID
    data: CharacterRead


class ReferenceUpdated(BaseModel):
    """Event ``server:reference.updated``."""

    reference_id: UUID
    character_id: UUID
    data: ReferenceRead


class ReferenceRemoved(BaseModel):
    """Event ``server:reference.removed``."""

    reference_id: UUID
    character_id: UUID
    data: ReferenceRead


# the facts that people write together, letter by letter
SHARED_TEXTS = ("description", "positive_prompt", "negative_prompt")


class HistoryEntry(BaseModel):
    """Who changed what and when."""

    seq: int
    at: datetime
    actor_id: UUID | None
    event: str
    change: dict[str, Any]
