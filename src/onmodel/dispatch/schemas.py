"""What goes into a call and what comes out, as plain data."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from onmodel.dispatch.failures import TABLE, Fault
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.dispatch.told import Curve
from onmodel.kit.ids import new_id
from onmodel.kit.lifecycle import State


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileInput(_Value):
    """A stored file that a function gets to read.

    Attributes:
        key: its key in the object store.
        name: what it is called in the call's input folder; letters, digits, dot, dash and
            underscore only.
        media_type: such as ``image/png``.
    """

    key: str
    name: str
    media_type: str


class FunctionPin(_Value):
    """Use this function and no other; with a version exactly that one, for the same bytes."""

    name: str
    version: str | None = None


class Offered(_Value):
    """What only those functions are given that say in their manifest that they read it."""

    values: dict[str, Any] = {}
    files: dict[str, FileInput] = {}

    def read_by(self, reads: Collection[str]) -> Self:
        """Return of it what has one of these names."""
        return self.model_copy(
            update={
                "values": {name: one for name, one in self.values.items() if name in reads},
                "files": {name: one for name, one in self.files.items() if name in reads},
            }
        )

    @property
    def names(self) -> list[str]:
        """Return the names of all that is in it, sorted."""
        return sorted([*self.values, *self.files])


class CallParams(_Value):
    """Everything a function is given: plain values, and files by the input's name.

    Attributes:
        offered: what a function may be given beside them, if it reads it.
        only: which function has to do it; None lets the worker select one.
    """

    values: dict[str, Any] = {}
    files: dict[str, FileInput | list[FileInput]] = {}
    offered: Offered = Offered()
    only: FunctionPin | None = None

    def given_to(self, reads: Collection[str]) -> Self:
        """Return what a function is given that reads this much of what is offered."""
        read = self.offered.read_by(reads)
        return self.model_copy(
            update={
                "values": {**self.values, **read.values},
                "files": {**self.files, **read.files},
                "offered": read,
            }
        )


class StoredFile(_Value):
    """A file that a function wrote, now in the object store.

    Attributes:
        output: which output it belongs to, such as ``image`` or ``crops``.
        name: its path inside the call's output folder.
        key: its key in the object store.
        bytes: its size.
    """

    output: str
    name: str
    key: str
    media_type: str
    bytes: int
    sha256: str


class CallOutputs(_Value):
    """What a call made: values as the function returned them, files in the order written."""

    values: dict[str, Any] = {}
    files: list[StoredFile] = []


class CallError(_Value):
    """Why a call failed.

    Attributes:
        code: stable, snake_case.
        message: a sentence for the artist.
        fault: whose it is.
        retry: whether another attempt may succeed; the table of failures decides.
        detail: what engineers want to know.
    """

    code: str
    message: str
    fault: Fault
    retry: bool = False
    detail: str = ""

    @classmethod
    def of(cls, code: str, *, message: str = "", detail: str = "") -> Self:
        """Make the error that the table of failures describes for ``code``."""
        known = TABLE[code]
        return cls(
            code=code,
            message=message or known.sentence,
            fault=known.fault,
            retry=known.retry,
            detail=detail,
        )


@dataclass(frozen=True, kw_only=True)
class NewCall:
    """A wish for one run of a function.

    Attributes:
        project_id: whose event log hears of it.
        created_by: the person whose share of the machines it uses.
        subject_kind: which noun's handler hears how it goes, such as ``variation``.
        subject_id: the noun's row.
        tier: the quality asked for.
        may_fall_back: whether a lower tier will do when no worker of the asked one is free.
        priority: each step is worth ``order.PRIORITY_STEP`` of waiting; 0 is normal, higher
            is sooner.
        urgent: whether it goes before everything that is not; whoever submits it has seen to
            it that the person may.
        due_at: by when it should be done; it becomes urgent when that comes near.
        max_attempts: how often it may be started before it counts as failed.
        importance: of the character that it is for, which decides who waits and who gives way
            (``choices.py``); None for what belongs to none.
        depends_on: calls of the same project that must succeed first; see ``dependencies.py``.
    """

    project_id: UUID
    created_by: UUID
    subject_kind: str
    subject_id: UUID
    task: Task
    params: CallParams
    tier: Tier = Tier.LOW
    may_fall_back: bool = True
    priority: int = 0
    urgent: bool = False
    due_at: datetime | None = None
    max_attempts: int = 3
    importance: str | None = None
    depends_on: tuple[UUID, ...] = ()
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True)
class Outcome:
    """How a call ended: one of the final states, with what it made or why it did not."""

    state: State
    outputs: CallOutputs | None = None
    error: CallError | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Progress:
    """Where a running call is.

    Attributes:
        percent: 0 to 100, never falling within one attempt.
        step: what happens now, in a few words.
        eta_seconds: how long it will still take, or None while nobody can tell.
        curve: what the curve of a training got since progress was told last; None for nothing.
    """

    percent: float
    step: str
    eta_seconds: float | None = None
    curve: Curve | None = None


@dataclass(frozen=True)
class Ephemeral:
    """An event worth nothing a second later: its name and payload."""

    name: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Claim:
    """A call that got a slot of one worker, its ``owner``; its id and fence travel there."""

    call_id: UUID
    fence: int
    task: Task
    tier: Tier
    owner: UUID
