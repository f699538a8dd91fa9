"""What a client may say, and what the server says: the protocol as types.

They are part of ``openapi.json``, from which the web application's types are made.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, TypeAdapter

from onmodel.api.queue.schemas import QueueChanged
from onmodel.api.queue.share_schemas import ShareUpdated
from onmodel.api.realtime.live.schemas import Live, LiveUpdate, View, ViewUpdate
from onmodel.api.realtime.presence import Page, Presence, PresenceMoved, PresentPerson
from onmodel.api.state import ProjectState
from onmodel.characters.schemas import (
    CharacterRemoved,
    CharacterUpdate,
    CharacterUpdated,
    FieldContested,
    ReferenceRemoved,
    ReferenceUpdated,
)
from onmodel.decisions.schemas import DecisionUpdated
from onmodel.dispatch.told import Curve
from onmodel.http.problems import Problem
from onmodel.identity.schemas import CalibrationChanged, CheckRemoved, CheckUpdated
from onmodel.inbox.schemas import InboxChanged
from onmodel.kit.db.once import KEY_PATTERN
from onmodel.notes.schemas import NoteRemoved, NoteUpdated
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
from onmodel.versions.schemas import VersionNamed, VersionRestored
from onmodel.writing.schemas import TextAck, TextCursor, TextOperationRead, TextRead

# grows when a client that knows only the one before would go wrong; what is merely new does not
PROTOCOL_VERSION = 1
# the oldest one that is still spoken
OLDEST_PROTOCOL = 1


class SyncRequest(BaseModel):
    since: int | None = Field(default=None, ge=0, le=2**31 - 1)


class PresenceUpdate(BaseModel):
    """Where the sender is and whom they follow.

    A picture, or a decision, says which character it is of.
    """

    page: Page = "other"
    character_id: UUID | None = None
    variation_id: UUID | None = None
    decision_id: UUID | None = None
    following: UUID | None = None


Key = Annotated[str, Field(pattern=KEY_PATTERN)]


class CharacterUpdateRequest(BaseModel):
    """As ``PATCH /characters/{id}``; ``key`` is what ``Idempotency-Key`` is there."""

    character_id: UUID
    data: CharacterUpdate
    key: Key | None = None


class NodeUpdateRequest(BaseModel):
    """The canvas's word for it: a character is a node."""

    node_id: UUID
    data: CharacterUpdate
    key: Key | None = None


class Nothing(BaseModel):
    """A message that says all by its name."""


class TrainMessage(BaseModel):
    character_id: UUID
    quality: Quality = "low"


class GenerateMessage(BaseModel):
    character_id: UUID
    params: GenerateRequest = GenerateRequest()


class StartGeneration(BaseModel):
    node_id: UUID


DocumentName = Annotated[str, Field(max_length=100)]
Revision = Annotated[int, Field(ge=0, le=2**31 - 1)]
Position = Annotated[int, Field(ge=0, le=20_000)]


class TextOpen(BaseModel):
    """Read a text and hear of it; with the revision that is known, only what was missed."""

    document: DocumentName
    revision: Revision | None = None


class TextChange(BaseModel):
    """An operation made on ``revision``; ``id`` is new for each one and the same when repeated."""

    document: DocumentName
    revision: Revision
    op: list[Any]
    id: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[\w-]+$")]


class TextCursorUpdate(BaseModel):
    """Where the sender stands, in code points at ``revision``; None when they left the text."""

    document: DocumentName
    revision: Revision
    anchor: Position | None = None
    head: Position | None = None


class _Message(BaseModel):
    id: str | None = Field(default=None, max_length=100)


class PingMessage(_Message):
    event: Literal["client:ping"]
    payload: Nothing = Nothing()


class SyncMessage(_Message):
    event: Literal["client:sync_request"]
    payload: SyncRequest = SyncRequest()


class PresenceMessage(_Message):
    event: Literal["client:presence"]
    payload: PresenceUpdate


class LiveUpdateMessage(_Message):
    event: Literal["client:live"]
    payload: LiveUpdate


class ViewMessage(_Message):
    event: Literal["client:view"]
    payload: ViewUpdate


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


class TextOpenMessage(_Message):
    event: Literal["client:text.open"]
    payload: TextOpen


class TextChangeMessage(_Message):
    event: Literal["client:text.op"]
    payload: TextChange


class TextCursorMessage(_Message):
    event: Literal["client:text.cursor"]
    payload: TextCursorUpdate


TextMessage = TextOpenMessage | TextChangeMessage | TextCursorMessage

LiveMessage = PresenceMessage | LiveUpdateMessage | ViewMessage

ChangeMessage = (
    CharacterUpdateMessage
    | NodeUpdateMessage
    | CharacterTrainMessage
    | CharacterGenerateMessage
    | StartGenerationMessage
)

ClientMessage = Annotated[
    PingMessage | SyncMessage | ChangeMessage | LiveMessage | TextMessage,
    Field(discriminator="event"),
]

client_message: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)


class FullSync(ProjectState):
    """Event ``server:full_sync``."""

    protocol: int = PROTOCOL_VERSION
    presence: list[PresentPerson]


class Hello(BaseModel):
    """Event ``server:hello``: the first word on every socket, and the answer to a ping.

    ``version`` is the server's own: when it changes, a page may be older than its server.
    """

    protocol: int = PROTOCOL_VERSION
    oldest: int = OLDEST_PROTOCOL
    version: str


class TrainingProgress(BaseModel):
    """Event ``server:training.progress``; may be lost.

    ``curve`` is what the curve of its loss got since the last one, null for nothing.
    """

    job_id: UUID
    progress: int
    step: str
    eta_s: float | None
    curve: Curve | None


class TaskProgress(BaseModel):
    """Event ``server:task_progress``; may be lost."""

    task_id: UUID
    node_id: UUID
    progress: float
    step: str


class TaskPreview(BaseModel):
    """Event ``server:task_preview``; may be lost: what a running call has made so far.

    ``image`` is a data URL of a WebP picture, 256 pixels at most on a side. It is to be forgotten
    when the call ends or goes back to the queue.
    """

    task_id: UUID
    node_id: UUID
    image: str


class TextOpened(TextRead):
    """Event ``server:text.document``: the answer to opening; ``client`` is who we are there."""

    client: str


class Ok(BaseModel):
    """Event ``server:ok``: the answer to a client's message, with its ``id``."""

    data: dict[str, Any] | list[dict[str, Any]] | None = None


# event name -> payload, for everything that the server may send
SERVER_EVENTS: dict[str, type[BaseModel]] = {
    "server:hello": Hello,
    "server:full_sync": FullSync,
    "server:project.updated": ProjectUpdated,
    "server:members.updated": MembersUpdated,
    "server:character.updated": CharacterUpdated,
    "server:character.removed": CharacterRemoved,
    "server:field.contested": FieldContested,
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
    "server:version.named": VersionNamed,
    "server:version.restored": VersionRestored,
    "server:generation.result": GenerationResult,
    "server:judgement.updated": JudgementUpdated,
    "server:alert.updated": AlertUpdated,
    "server:decision.updated": DecisionUpdated,
    "server:golden.updated": GoldenRunUpdated,
    "server:golden_set.updated": GoldenSetUpdated,
    "server:note.updated": NoteUpdated,
    "server:note.removed": NoteRemoved,
    "server:inbox.changed": InboxChanged,
    "server:task_progress": TaskProgress,
    "server:task_preview": TaskPreview,
    "server:queue.changed": QueueChanged,
    "server:share.updated": ShareUpdated,
    "server:presence": Presence,
    "server:presence.moved": PresenceMoved,
    "server:live": Live,
    "server:view": View,
    "server:text.document": TextOpened,
    "server:text.op": TextOperationRead,
    "server:text.ack": TextAck,
    "server:text.cursor": TextCursor,
    "server:ok": Ok,
    "server:error": Problem,
}
