"""What the API and the events say about training."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from onmodel.dispatch.timing import Timing
from onmodel.dispatch.told import Curve
from onmodel.functions.terms import Terms
from onmodel.kit.lifecycle import State
from onmodel.projects.schemas import Quality


class TrainRequest(Timing):
    quality: Quality = "low"
    urgent: bool = False


class ErrorRead(BaseModel):
    """Why something failed, and what to do."""

    code: str
    detail: str
    try_: str = Field(alias="try")


class TrainingJobRead(BaseModel):
    """``position`` is 1 for the next in line; ``eta_s`` is null while nobody can know.

    ``terms`` are those of licences that forbid selling what was trained. ``curve`` is how its loss
    went, null where the function tells none; while it runs it is a few seconds old.
    """

    id: UUID
    project_id: UUID
    character_id: UUID
    call_id: UUID | None
    state: State
    progress: int
    step: str
    position: int | None
    eta_s: float | None
    asked_tier: Quality
    used_tier: Quality | None
    tier_reason: str | None
    tier_reason_code: str | None
    function_reason: str | None
    function_reason_code: str | None
    function: str | None
    terms: list[Terms]
    reference_count: int
    adapter_id: UUID | None
    curve: Curve | None
    error: ErrorRead | None
    created_by: UUID | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class AdapterRead(BaseModel):
    id: UUID
    character_id: UUID
    kind: str
    number: int
    function: str
    summary: dict[str, Any]
    created_at: datetime


class TrainingUpdated(BaseModel):
    """Event ``server:training.updated``."""

    job_id: UUID
    character_id: UUID
    data: TrainingJobRead


class TrainingComplete(BaseModel):
    """Event ``server:training.complete``; ``model_url`` is an id that the API resolves."""

    job_id: UUID
    character_id: UUID
    model_url: str
