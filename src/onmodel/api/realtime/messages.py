"""What a client may say, and what the server says: the protocol as types.

They are part of ``openapi.json``, from which the web application's types are made.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter

from onmodel.api.realtime.presence import Presence, PresentPerson
from onmodel.api.state import ProjectState
from onmodel.characters.schemas import (
    CharacterRemoved,
    CharacterUpdate,
    CharacterUpdated,
    ReferenceRemoved,
    ReferenceUpdated,
)
from onmodel.http.problems import Problem
from onmodel.identity.schemas import CalibrationChanged, CheckRemoved, CheckUpdated
from onmodel.projects.schemas import MembersUpdated, ProjectUpdated, Quality
from onmodel.review.schemas import (
    AlertUpdated,
    GoldenRunUpdated,
    GoldenSetUpdated,
    JudgementUpdated,
)
from onmodel.training.schemas import TrainingComplete, TrainingUpdated
from onmodel.variations.schemas import (
    GenerateRequest,
    GenerationResult,
    VariationRemoved,
    VariationUpdated,
)

PROTOCOL_VERSION = 1


class SyncRequest(BaseModel):
    since: int | None = Field(default=None, ge=0)


class PresenceUpdate(BaseModel):
    character_id: UUID | None = None


class CharacterUpdateRequest(BaseModel):
    character_id: UUID
    data: CharacterUpdate


class NodeUpdateRequest(BaseModel):
    """The canvas's word for it: a character is a node."""

    node_id: UUID
    data: CharacterUpdate


class TrainMessage(BaseModel):
    character_id: UUID
    quality: Quality = "low"


class GenerateMessage(BaseModel):
    character_id: UUID
    params: GenerateRequest = GenerateRequest()


class StartGeneration(BaseModel):
    node_id: UUID


class _Message(BaseModel):
    id: str | None = Field(default=None, max_length=100)


class SyncMessage(_Message):
    event: Literal["client:sync_request"]
    payload: SyncRequest = SyncRequest()


class PresenceMessage(_Message):
    event: Literal["client:presence"]
    payload: PresenceUpdate


class CharacterUpdateMessage(_Message):
    event: Literal["client:character.update"]
    payload: CharacterUpdateRequest


class NodeUpdateMessage(_Message):
    event: Literal["client:update_node_data"]
    payload: NodeUpdateRequest


class CharacterTrainMessage(_Message):
    event: Literal["client:character.train"]
    payload: TrainMessage


class CharacterGenerateMessage(_Message):
    event: Literal["client:character.generate"]
    payload: GenerateMessage


class StartGenerationMessage(_Message):
    event: Literal["client:start_generation"]
    payload: StartGeneration


ClientMessage = Annotated[
    SyncMessage
    | PresenceMessage
    | CharacterUpdateMessage
    | NodeUpdateMessage
    | CharacterTrainMessage
    | CharacterGenerateMessage
    | StartGenerationMessage,
    Field(discriminator="event"),
]

client_message: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)


class FullSync(ProjectState):
    """Event ``server:full_sync``."""

    protocol: int = PROTOCOL_VERSION
    presence: list[PresentPerson]


class TrainingProgress(BaseModel):
    """Event ``server:training.progress``; may be lost."""

    job_id: UUID
    progress: int
    step: str
    eta_s: float | None


class TaskProgress(BaseModel):
    """Event ``server:task_progress``; may be lost."""

    task_id: UUID
    node_id: UUID
    progress: float
    step: str


class Ok(BaseModel):
    """Event ``server:ok``: the answer to a client's message, with its ``id``."""

    data: dict[str, Any] | list[dict[str, Any]] | None = None


# event name -> payload, for everything that the server may send
SERVER_EVENTS: dict[str, type[BaseModel]] = {
    "server:full_sync": FullSync,
    "server:project.updated": ProjectUpdated,
    "server:members.updated": MembersUpdated,
    "server:character.updated": CharacterUpdated,
    "server:character.removed": CharacterRemoved,
    "server:reference.updated": ReferenceUpdated,
    "server:reference.removed": ReferenceRemoved,
    "server:check.updated": CheckUpdated,
    "server:check.removed": CheckRemoved,
    "server:identity.calibrated": CalibrationChanged,
    "server:training.updated": TrainingUpdated,
    "server:training.complete": TrainingComplete,
    "server:training.progress": TrainingProgress,
    "server:variation.updated": VariationUpdated,
    "server:variation.removed": VariationRemoved,
    "server:generation.result": GenerationResult,
    "server:judgement.updated": JudgementUpdated,
    "server:alert.updated": AlertUpdated,
    "server:golden.updated": GoldenRunUpdated,
    "server:golden_set.updated": GoldenSetUpdated,
    "server:task_progress": TaskProgress,
    "server:presence": Presence,
    "server:ok": Ok,
    "server:error": Problem,
}
