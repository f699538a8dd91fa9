"""The parts of one worker process, put together once and shared by its threads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from onmodel.composition import Resources
from onmodel.dispatch.tiers import Tier
from onmodel.functions.manifest import Manifest
from onmodel.functions.registry import Registry
from onmodel.runner.calls import CallRequest, CallResult, IsCancelled, OnEvent
from onmodel.runner.gpus import Room
from onmodel.runner.slots import SlotStatus
from onmodel.worker.held import HeldCalls
from onmodel.worker.loop import LoopThread
from onmodel.worker.previews import Previews
from onmodel.worker.progress import Throttle
from onmodel.worker.scratch import Scratch


class FunctionPool(Protocol):
    """What runs functions; ``onmodel.runner.pool.Pool`` in earnest."""

    def call(
        self,
        manifest: Manifest,
        request: CallRequest,
        *,
        on_event: OnEvent,
        cancelled: IsCancelled,
    ) -> CallResult:
        """Run one call to its end; raises CallFailed."""
        ...

    def snapshot(self) -> list[SlotStatus]:
        """Tell which functions are kept, working or warm."""
        ...

    def gpus(self) -> list[Room]:
        """Tell which GPUs there are and what is free of them."""
        ...

    def room_mb(self) -> int:
        """Return the video memory that one function could get now, MiB."""
        ...

    def close(self) -> None:
        """End every function that still runs."""
        ...


@dataclass(frozen=True)
class Capabilities:
    """What a worker tells the registry about itself.

    Attributes:
        largest_mb: memory of its largest GPU, MiB, even of one that is too small for any tier.
    """

    name: str
    tiers: tuple[Tier, ...]
    slots: int
    gpu: str | None = None
    vram_mb: int | None = None
    largest_mb: int = 0


@dataclass
class WorkerProcess:
    """Everything that running a call needs.

    Attributes:
        functions: reads the installed functions anew, so that a new one needs no restart.
        stopping: True once the process has been asked to end; nothing is begun any more.
    """

    id: UUID
    resources: Resources
    loop: LoopThread
    pool: FunctionPool
    functions: Callable[[], Registry]
    scratch: Scratch
    throttle: Throttle
    previews: Previews
    capabilities: Capabilities
    held: HeldCalls = field(default_factory=HeldCalls)
    stopping: bool = False
