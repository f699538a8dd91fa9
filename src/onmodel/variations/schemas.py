"""What the API and the events say about variations."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from onmodel.dispatch.choices import sentence
from onmodel.dispatch.timing import Timing
from onmodel.functions.terms import Terms
from onmodel.identity.schemas import Route
from onmodel.kit.lifecycle import State
from onmodel.projects.schemas import FileRef, Quality
from onmodel.training.schemas import ErrorRead

Verdict = Literal["approved", "rejected"]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]


class GenerateRequest(Timing):
    """Which pictures of the standard set; null makes those that are missing."""

    keys: Annotated[list[str], Field(min_length=1, max_length=60)] | None = None
    seed: Seed = 0
    tier: Quality | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        default=None, description="Start from the character as it was in this version"
    )


class RegenerateRequest(Timing):
    """Without a seed the next one is taken, so that something new comes."""

    seed: Seed | None = None


class VariationUpdate(BaseModel):
    verdict: Verdict | None = None
    starred: bool | None = None


class SlotRead(BaseModel):
    """One place of the standard set; ``available`` says whether this house can fill it."""

    key: str
    section: str
    name: str
    label: str
    available: bool


class JudgeRead(BaseModel):
    """Who judged, by what, and what the numbers rest on.

    ``version`` is the one whose references it was held against; null: the present ones.
    """

    encoder: str
    route: Route
    calibration_version: int
    references: int
    distance: float
    basis: str
    nearest_reference_id: UUID | None
    version: int | None = None


class RecipeInput(BaseModel):
    name: str
    sha256: str
    media_type: str
    reference_id: UUID | None = None


class UsedModel(BaseModel):
    """The trained model of a version; ``terms`` are those of what trained it."""

    id: UUID
    number: int
    kind: str
    file_id: UUID
    sha256: str
    terms: list[Terms] = []


class MadeOf(BaseModel):
    """The version of the character that a picture was made of, with what generators read of it.

    ``names`` are those that it had then; ``pinned`` is false where it was simply the newest.
    """

    number: int
    names: list[str]
    pinned: bool
    trigger_word: str
    positive_prompt: str
    negative_prompt: str
    adapter: UsedModel | None


class Recipe(BaseModel):
    """Everything that is needed to make the same bytes again.

    ``terms`` are those of licences that forbid work that is sold; the picture stands under them.
    ``reads`` names what the function was given of the version beside pictures: it says in its
    manifest what it has inputs for. A picture that somebody brought is made of no version.
    ``tier_used`` is null for a picture that somebody brought. The reasons are sentences: why not
    the tier that was asked for, and why this function.
    ``prompt`` is what somebody wished beside the keywords: the function was given it where
    ``reads`` has ``positive_prompt``.
    """

    task: str
    function: str | None
    version: str | None
    parameters: dict[str, Any]
    seed: int
    inputs: list[RecipeInput]
    terms: list[Terms] = []
    tier_asked: Quality | None = None
    tier_used: Quality | None = None
    tier_reason: Annotated[str | None, AfterValidator(sentence)] = None
    function_reason: Annotated[str | None, AfterValidator(sentence)] = None
    made_of: MadeOf | None = None
    reads: list[str] = []
    prompt: str = ""


class VariationRead(BaseModel):
    """``p_same`` is a probability, ``fidelity`` a percentile among real pictures.

    ``commercial`` is false where a licence of what made it forbids work that is sold; the terms
    are in the recipe.
    """

    id: UUID
    project_id: UUID
    character_id: UUID
    call_id: UUID | None
    key: str
    section: str
    label: str
    tier: Quality
    state: State
    progress: int
    current: bool
    candidate_of: UUID | None
    golden_run_id: UUID | None
    file: FileRef | None
    preview: bool
    commercial: bool
    measurable: Literal["pending", "measured", "not_measurable"]
    reason: str | None
    reason_text: str | None
    p_same: float | None
    p_same_low: float | None
    p_same_high: float | None
    fidelity: float | None
    copy_paste: bool
    judge: JudgeRead | None
    crop: FileRef | None
    verdict: Verdict | None
    verdict_by: UUID | None
    starred: bool
    recipe: Recipe
    error: ErrorRead | None
    created_by: UUID | None
    created_at: datetime
    finished_at: datetime | None
    removed_at: datetime | None


class PresentScore(BaseModel):
    """How a picture fits the character as it is now, whatever it was made of.

    ``p_same`` and the numbers after it are null where that cannot be judged; then there is a
    reason.
    """

    reason: str | None
    reason_text: str | None
    p_same: float | None
    p_same_low: float | None
    p_same_high: float | None
    fidelity: float | None
    references: int


class VariationUpdated(BaseModel):
    """Event ``server:variation.updated``."""

    variation_id: UUID
    character_id: UUID
    data: VariationRead


class VariationRemoved(BaseModel):
    """Event ``server:variation.removed``."""

    variation_id: UUID
    character_id: UUID
    data: VariationRead


class GenerationResult(BaseModel):
    """Event ``server:generation.result``; ``image_url`` is an id that the API resolves."""

    character_id: UUID
    variation_id: UUID
    image_url: str
