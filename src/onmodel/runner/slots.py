"""Places for instances: their states, and the choices that are made among them."""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from onmodel.functions.manifest import Manifest
from onmodel.runner.errors import CallFailed
from onmodel.runner.gpus import Lease, Room
from onmodel.runner.startup import Ready

# starting: its model is being loaded. idle: warm, and free. busy: in a call. ending: it is being
# ended, and what it held is not free yet. resting: there is none; it kept dying, and is started
# again in a while.
SlotState = Literal["starting", "idle", "busy", "ending", "resting"]


@dataclass(eq=False)
class Slot:
    """A place for one instance.

    Attributes:
        manifest: the function.
        vram_mb: video memory that is set aside for it, MiB.
        lease: of that memory; None for a function on the CPU.
        calls: that it came through.
        first_mb: memory that it held after its first call.
        memory_mb: memory that it held when last measured.
        missed: how often in a row it did not say how it is.
        doom: why it is being ended in the middle of a call.
    """

    manifest: Manifest
    vram_mb: int = 0
    lease: Lease | None = None
    state: SlotState = "starting"
    ready: Ready | None = None
    calls: int = 0
    since: float = field(default_factory=time.monotonic)
    first_mb: float | None = None
    memory_mb: float | None = None
    missed: int = 0
    doom: CallFailed | None = None

    @property
    def key(self) -> str:
        return self.manifest.key

    @property
    def gpu(self) -> str | None:
        """UUID of the GPU that it has."""
        return None if self.lease is None else self.lease.gpu.uuid

    def become(self, state: SlotState) -> None:
        """Change the state; the clock begins anew."""
        self.state, self.since = state, time.monotonic()

    def age_s(self) -> float:
        """Return the seconds in this state."""
        return time.monotonic() - self.since


@dataclass(frozen=True)
class SlotStatus:
    """What the health page shows of one instance, or of a function that rests.

    Attributes:
        function: its key.
        instance: names the process or container; empty without one.
        calls: that it came through.
        seconds: in this state; for a function that rests, until it is started again.
        tasks: what it can do.
        gpu: UUID of the GPU that it has.
        vram_mb: what is set aside for it there.
        vram_used_mb: what it uses there; None while nobody has measured it.
        memory_mb: main memory when last measured.
    """

    function: str
    instance: str
    state: SlotState
    calls: int
    seconds: float
    tasks: tuple[str, ...] = ()
    gpu: str | None = None
    vram_mb: int = 0
    vram_used_mb: int | None = None
    memory_mb: float | None = None


def status(slot: Slot) -> SlotStatus:
    """Describe a slot."""
    return SlotStatus(
        function=slot.key,
        instance=slot.ready.instance.id if slot.ready else "",
        state=slot.state,
        calls=slot.calls,
        seconds=slot.age_s(),
        tasks=slot.manifest.tasks,
        gpu=slot.gpu,
        vram_mb=slot.vram_mb,
        vram_used_mb=slot.lease.used_mb if slot.lease else None,
        memory_mb=slot.memory_mb,
    )


def warm(slots: Iterable[Slot], key: str, vram_mb: int) -> Slot | None:
    """Choose an idle instance that will do.

    On a GPU one with at least as much memory; the least that is enough, since another call may need
    more. Of equal ones the latest used: its memory is in the caches, and others can grow old.
    """
    fitting = [
        slot
        for slot in slots
        if slot.state == "idle"
        and slot.key == key
        and (slot.vram_mb >= vram_mb if vram_mb else slot.lease is None)
    ]
    return min(fitting, key=lambda slot: (slot.vram_mb, -slot.since), default=None)


def oldest(slots: Iterable[Slot]) -> Slot | None:
    """Return the instance that has been idle longest."""
    idle = [slot for slot in slots if slot.state == "idle"]
    return min(idle, key=lambda slot: slot.since, default=None)


def victims(slots: Collection[Slot], rooms: Sequence[Room], vram_mb: int) -> list[Slot]:
    """Choose the idle instances to end for so much video memory on one GPU.

    On the GPU where the fewest have to go; of each GPU those that were idle longest. None that runs
    is touched: the list is empty when ending all that is idle would not be enough.
    """
    found: list[list[Slot]] = []
    for room in rooms:
        free, going = room.free_mb, list[Slot]()
        idle = [one for one in slots if one.state == "idle" and one.gpu == room.gpu.uuid]
        for slot in sorted(idle, key=lambda one: one.since):
            if free >= vram_mb:
                break
            going.append(slot)
            free += slot.vram_mb
        if going and free >= vram_mb:
            found.append(going)
    return min(found, key=len, default=[])


def worn(slot: Slot) -> bool:
    """Whether a fresh instance should take over: after many calls, or when its memory grew."""
    terms = slot.manifest.warm
    if slot.calls >= terms.calls:
        return True
    if slot.memory_mb is None or slot.first_mb is None:
        return False
    return slot.memory_mb - slot.first_mb > terms.growth_mb
