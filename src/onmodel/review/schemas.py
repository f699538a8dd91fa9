"""What the API says about consistency, people's verdicts, off-model alerts and golden sets."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from onmodel.identity.schemas import Look, Route, RouteChoice
from onmodel.projects.schemas import FileRef
from onmodel.variations.schemas import Seed, VariationRead

Judgement = Literal["same", "not_same", "cant_tell"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class VerdictTally(BaseModel):
    """What people said of one picture; ``mine`` is the asking person's own word."""

    same: int
    not_same: int
    cant_tell: int
    mine: Judgement | None


class JudgementWrite(BaseModel):
    judgement: Judgement


class VerdictCounts(BaseModel):
    """What people said of one picture, without saying who."""

    same: int
    not_same: int
    cant_tell: int


class JudgementUpdated(BaseModel):
    """Event ``server:judgement.updated``: the new counts, and what one person now says.

    ``judgement`` is null when they took their word back.
    """

    variation_id: UUID
    character_id: UUID
    person_id: UUID
    judgement: Judgement | None
    data: VerdictCounts


class Attribute(BaseModel):
    """One thing to act on: the wanted and the seen colour as sRGB hex, apart by CIEDE2000."""

    name: Literal["hair", "palette"]
    holds: bool
    delta_e: float
    wanted: list[str]
    seen: list[str]
    crop: FileRef | None
    text: str


class ConsistencyItem(BaseModel):
    """One picture of the character as the consistency page shows it."""

    variation: VariationRead
    verdicts: VerdictTally
    closest_other: Look | None
    attributes: list[Attribute]
    alert_id: UUID | None


class Coverage(BaseModel):
    """How many pictures could be judged; ``reasons`` counts why the others could not."""

    measured: int
    expected: int
    reasons: dict[str, int]


class Coherence(BaseModel):
    """How alike the pictures are to each other: mean pairwise p_same, and its lowest pair."""

    mean: float | None
    lowest: float | None
    lowest_pair: tuple[UUID, UUID] | None
    pairs: int


class WhatChanged(BaseModel):
    """A part of the recipe that differs on both sides of a change point."""

    part: Literal["function", "adapter", "tier", "parameters", "references"]
    before: str
    after: str


class ChangePoint(BaseModel):
    """Where the likeness moved: the first picture after the change, and the means beside it.

    ``mean_before`` and ``mean_after`` are of p_same, which saturates near 1; the change is found in
    the distances, and ``fidelity_before`` and ``fidelity_after`` show it where p_same hides it.
    """

    variation_id: UUID
    mean_before: float
    mean_after: float
    fidelity_before: float
    fidelity_after: float
    p_value: float
    changed: list[WhatChanged]


class Drift(BaseModel):
    """Pictures in an order, by id, and where their likeness moved."""

    order: Literal["story", "time"]
    variation_ids: list[UUID]
    changes: list[ChangePoint]


class ConsistencyRead(BaseModel):
    """Everything that the consistency page of a character shows.

    ``matrix[i][j]`` is p_same between the pictures ``matrix_ids[i]`` and ``matrix_ids[j]``.
    """

    character_id: UUID
    route: Route
    route_choice: RouteChoice
    encoder: str
    calibration_version: int
    basis: str
    coverage: Coverage
    mean_p_same: float | None
    mean_fidelity: float | None
    copy_paste: float | None
    coherence: Coherence
    items: list[ConsistencyItem]
    matrix_ids: list[UUID]
    matrix: list[list[float]]
    drift: list[Drift]
    off_model_below: float


class ConsistencySettings(BaseModel):
    """How a character is judged, and when its owner hears of it.

    With the character's ``version`` that was read, a stale change is refused.
    """

    version: int | None = None
    route: RouteChoice | None = None
    off_model_below: Annotated[float, Field(ge=0, le=1)] | None = None


class AlertRead(BaseModel):
    """A picture that left the model: what was seen, what it should be, who put it to sleep why.

    ``owner_id`` is who is to hear of it: who made the character. A snoozed alert whose time is
    over is open again. ``handled_by`` is null where the house closed it by itself.
    """

    id: UUID
    project_id: UUID
    character_id: UUID
    character_name: str
    variation: VariationRead
    reference_file: FileRef | None
    p_same: float
    below: float
    state: Literal["open", "snoozed", "closed"]
    snoozed_until: datetime | None
    reason: str | None
    handled_by: UUID | None
    owner_id: UUID | None
    created_at: datetime
    updated_at: datetime


class AlertSnooze(BaseModel):
    reason: Reason
    days: Annotated[int, Field(ge=1, le=90)] = 7


class AlertUpdated(BaseModel):
    """Event ``server:alert.updated``."""

    alert_id: UUID
    character_id: UUID
    data: AlertRead


class PairRead(BaseModel):
    """Two pictures, blind: no name, no score. ``token`` names the pair in the answer."""

    token: str
    left: FileRef
    right: FileRef
    left_crop: FileRef | None
    right_crop: FileRef | None
    answered: int


class PairAnswer(BaseModel):
    token: str
    judgement: Judgement


class Disagreement(BaseModel):
    """A picture on which people and the measure differ."""

    variation: VariationRead
    character_name: str
    reference_file: FileRef | None
    p_same: float
    verdicts: VerdictTally


class GoldenSlotWrite(BaseModel):
    key: Annotated[str, Field(max_length=60)]
    seed: Seed = 0


# the whole golden set of a character; an empty one ends it
GoldenSlots = Annotated[list[GoldenSlotWrite], Field(max_length=40)]


class GoldenSlot(BaseModel):
    """One fixed picture of a golden set: what is made, with which seed."""

    key: str
    label: str
    seed: int


class GoldenResult(BaseModel):
    slot: GoldenSlot
    variation: VariationRead


class GoldenComparison(BaseModel):
    """A run beside the one before; ``regression`` when it is worse beyond chance.

    ``mean_change`` is in points of fidelity, negative is worse; None when no picture could be
    judged in both. ``p_value`` is that of a paired test on the distances. ``worse`` are the keys of
    the pictures that are visibly worse or cannot be judged any more.
    """

    against: int
    pairs: int
    mean_change: float | None
    p_value: float | None
    regression: bool
    worse: list[str]
    text: str


class GoldenRunRead(BaseModel):
    """The golden set made once more, with whatever function and adapter there was then."""

    id: UUID
    character_id: UUID
    number: int
    function: str | None
    function_version: str | None
    adapter_number: int | None
    state: Literal["running", "done"]
    results: list[GoldenResult]
    mean_p_same: float | None
    mean_fidelity: float | None
    against_last: GoldenComparison | None
    created_by: UUID | None
    created_at: datetime
    finished_at: datetime | None


class GoldenRead(BaseModel):
    """A character's golden set and its runs, newest first."""

    character_id: UUID
    slots: list[GoldenSlot]
    runs: list[GoldenRunRead]


class GoldenRunUpdated(BaseModel):
    """Event ``server:golden.updated``."""

    run_id: UUID
    character_id: UUID
    data: GoldenRunRead


class GoldenSetUpdated(BaseModel):
    """Event ``server:golden_set.updated``: which pictures a character's golden set has now."""

    character_id: UUID
    data: list[GoldenSlot]
