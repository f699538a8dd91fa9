"""What the API says about the queue and the machines that empty it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from onmodel.accounts.schemas import PersonRead
from onmodel.dispatch.failures import Fault
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.told import Curve
from onmodel.functions.terms import Terms
from onmodel.kit.lifecycle import State
from onmodel.projects.schemas import FileRef, Quality

QueueVerb = Literal["cancel", "pause", "resume", "retry", "hurry", "unhurry"]
QueueRight = Literal["cancel", "pause", "resume", "retry", "hurry", "unhurry", "due", "move"]


class QueueCharacter(BaseModel):
    id: UUID
    name: str
    cover: FileRef | None


class QueueError(BaseModel):
    """Why a call failed, whose fault it is, and what to do: the table in docs/functions.md.

    ``log`` is for engineers, and empty for those who may only look.
    """

    code: str
    detail: str
    fault: Fault
    try_: str = Field(alias="try")
    log: str


class QueueEarlier(BaseModel):
    """A call that another one waits for, and what it is about."""

    id: UUID
    label: str
    character: str | None


class QueueItem(BaseModel):
    """One call.

    ``position`` is 1 for the next in line, null unless it waits and may be taken. ``eta_s`` is
    null while nobody can know; half of such calls end within ``eta_error_s`` of it.
    ``after`` is what has to succeed before it stands in line; its ``eta_s`` is then the earliest.
    ``urgent`` goes before everything that is not; when ``due_at`` comes near, it is. ``hold``
    says what of its project's limits keeps it from beginning, if so; beyond a quota there is no
    place in line.
    ``picture`` is what it works on or has made. ``person`` is null, except to themselves, while a
    blind decision hides who asked for its picture. ``tier_reason`` says why another tier than
    asked for was used, ``function_reason`` why this function; both have a code. ``terms`` are those
    of licences that forbid selling what it makes.
    ``curve`` is how the loss of a training went; while it runs it is a few seconds old.
    ``rights`` is what the reader may do with it now.
    """

    id: UUID
    project_id: UUID
    project_title: str
    task: Task
    subject_kind: str
    subject_id: UUID
    label: str
    character: QueueCharacter | None
    picture: FileRef | None
    person: PersonRead | None
    state: State
    position: int | None
    after: list[QueueEarlier]
    urgent: bool
    due_at: datetime | None
    hold: str | None
    eta_s: float | None
    eta_error_s: float | None
    progress: int
    step: str
    tier_asked: Quality
    tier_used: Quality | None
    tier_reason: str | None
    tier_reason_code: str | None
    function: str | None
    terms: list[Terms]
    function_reason: str | None
    function_reason_code: str | None
    worker: str | None
    attempt: int
    curve: Curve | None
    error: QueueError | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    rights: list[QueueRight]


class QueueElsewhere(BaseModel):
    """A call that is not listed and stands before one that is.

    All that is told of it: its place, or null while it works; its quality; and how many seconds
    it is expected to take, or still to take, null while nobody can know.
    """

    position: int | None
    tier: Quality
    seconds: float | None


class QueueRead(BaseModel):
    """What has not ended: what works, then the line, then what is paused.

    ``others`` counts the calls of projects that the reader does not see; they have their
    places, too. ``elsewhere`` are those of other projects that work now or stand before the last
    of ``items``. At most 500 are listed of each; ``more`` counts the rest of ``items``.

    ``ended`` is what ended in the last day and nobody has put away, newest first: 20 at most,
    the rest stands in the history (``ended_more``). ``clears_all`` says whether the reader may put
    away what others asked for, too.
    """

    items: list[QueueItem]
    others: int
    elsewhere: list[QueueElsewhere]
    more: int
    ended: list[QueueItem]
    ended_more: bool
    clears_all: bool


class QueueDue(BaseModel):
    """By when a call is needed; null for no such moment."""

    due_at: AwareDatetime | None


class QueueClear(BaseModel):
    """Whose ended calls are put away: one's own, or everybody's where one manages the project."""

    whose: Literal["mine", "all"] = "mine"
    project_id: UUID | None = None


class QueueCleared(BaseModel):
    """How many calls were put away, or stand again; ``id`` takes it back."""

    id: UUID
    count: int


class QueueMove(BaseModel):
    """Directly before, or directly after, another waiting call of the same person."""

    before: UUID | None = None
    after: UUID | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "QueueMove":
        if (self.before is None) == (self.after is None):
            raise ValueError("name one call: before or after")
        return self


class QueueBatch(BaseModel):
    verb: QueueVerb
    ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class QueueRefusal(BaseModel):
    """A call of a batch with which it did not work, and why."""

    id: UUID
    code: str
    detail: str


class QueueBatchDone(BaseModel):
    """``done`` are the calls changed, or with ``retry`` the new ones."""

    done: list[UUID]
    refused: list[QueueRefusal]


class QueueChanged(BaseModel):
    """Event ``server:queue.changed``: read the queue again. May be lost."""


class CallLog(BaseModel):
    """The last lines that the function printed in the newest attempt; at most 8,000 letters."""

    text: str


class GpuUse(BaseModel):
    """Use of one GPU in percent: of its time, where the driver tells, and of its memory."""

    busy: float | None
    vram: float | None


class UseSample(BaseModel):
    """Use of a machine in percent at one moment; its GPUs by their UUIDs."""

    at: datetime
    cpu: float | None
    memory: float | None
    gpus: dict[str, GpuUse] = {}


class GpuRead(BaseModel):
    """A GPU: MiB that it has, that are set aside for functions, and that anybody uses.

    ``busy`` is the percentage of time in which it computed, null where the driver does not tell.
    """

    uuid: str
    name: str
    vram_mb: int
    reserved_mb: int
    used_mb: int
    busy: int | None


class WorkerRead(BaseModel):
    """A worker: what it serves, what it does, and its use over the last five minutes."""

    id: UUID
    name: str
    tiers: list[Quality]
    slots: int
    busy: int
    accepts: bool
    gpu: str | None
    vram_mb: int | None
    started_at: datetime
    seen_at: datetime
    gpus: list[GpuRead]
    use: list[UseSample]
