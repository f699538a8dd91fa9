"""The places of a pool: who may start, who waits, who goes. Starts and ends nothing itself."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from onmodel.functions.manifest import Manifest
from onmodel.runner.calls import IsCancelled
from onmodel.runner.conversation import POLL_S
from onmodel.runner.errors import failed
from onmodel.runner.gpus import Ledger
from onmodel.runner.restarts import Restarts
from onmodel.runner.slots import Slot, SlotStatus, oldest, status, victims, warm
from onmodel.runner.startup import Ready

# How long a call waits for video memory that others than this worker hold.
GPU_PATIENCE_S = 60.0
# Memory is measured after the first call and now and then: it is a look at every process there is.
_MEASURED_EVERY = 25


class Places:
    """Keeps the slots. Every method may be used from every thread.

    Args:
        max_per_function: most instances of one function.
        max_total: most instances altogether.
        ledger: of video memory.
    """

    def __init__(self, *, max_per_function: int, max_total: int, ledger: Ledger) -> None:
        self._max_per_function = max_per_function
        self._max_total = max_total
        self._ledger = ledger
        self._changed = threading.Condition()
        self._slots: list[Slot] = []
        self._restarts = Restarts()
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def take(self, manifest: Manifest, vram_mb: int, cancelled: IsCancelled) -> Slot | list[Slot]:
        """Wait for a place.

        Returns:
            An instance that was idle and is now ours; or a slot without one, for which memory is
            set aside; or instances that have to be ended first, before asking again.

        Raises:
            CallFailed: `runner_closed`, `cancelled`, `gpu_too_small`, `gpu_busy`.
        """
        patience = time.monotonic() + GPU_PATIENCE_S
        with self._changed:
            while True:
                if self._closed:
                    raise failed("runner_closed")
                if cancelled():
                    raise failed("cancelled")
                found = self._find(manifest, vram_mb)
                if found is not None:
                    return found
                if vram_mb and time.monotonic() > patience and not self._will_be_free():
                    raise failed("gpu_busy", detail=f"{vram_mb} MiB wanted; {self._told()}")
                self._changed.wait(POLL_S)

    def take_spare(self, manifest: Manifest, vram_mb: int) -> Slot | None:
        """Take an empty place at once, if it costs nobody anything; as for a minimum kept warm."""
        with self._changed:
            mine = [slot for slot in self._slots if slot.key == manifest.key]
            full = len(self._slots) >= self._max_total or len(mine) >= self._max_per_function
            if self._closed or full or self._restarts.pause_s(manifest.key):
                return None
            return self._new(manifest, vram_mb)

    def rests(self, manifest: Manifest) -> bool:
        """Whether a function kept dying, and is not to be started yet."""
        with self._changed:
            return self._restarts.pause_s(manifest.key) > 0

    def died(self, manifest: Manifest) -> None:
        """Note that a function could not even be installed."""
        with self._changed:
            self._restarts.died(manifest.key)

    def occupy(self, slot: Slot, ready: Ready, *, idle: bool = False) -> bool:
        """Let an instance move in; False when the pool was closed meanwhile."""
        with self._changed:
            slot.ready = ready
            if slot.lease is not None:
                slot.lease.owns = ready.instance.covers
            slot.become("idle" if idle else "busy")
            self._changed.notify_all()
            return slot in self._slots

    def give_back(self, slot: Slot, *, worn: Callable[[Slot], bool]) -> bool:
        """Let an instance rest after a call; False when it has to be ended."""
        self._measure(slot)
        with self._changed:
            slot.calls += 1
            self._restarts.lived(slot.key)
            stays = slot in self._slots and slot.doom is None and not worn(slot)
            slot.become("idle" if stays else "ending")
            self._changed.notify_all()
            return stays

    @contextmanager
    def ending(self, slot: Slot, *, died: bool = False) -> Generator[None]:
        """Keep the place, and the memory set aside, until the instance has ended."""
        with self._changed:
            slot.become("ending")
            if died:
                self._restarts.died(slot.key)
        try:
            yield
        finally:
            with self._changed:
                if slot.lease is not None:
                    slot.lease.release()
                if slot in self._slots:
                    self._slots.remove(slot)
                self._changed.notify_all()

    def pick_idle(self, condition: Callable[[Slot], bool]) -> list[Slot]:
        """Take the idle instances for which it holds out of use; whoever picks them ends them."""
        with self._changed:
            found = [slot for slot in self._slots if slot.state == "idle" and condition(slot)]
            for slot in found:
                slot.become("ending")
            return found

    def doom(self, slot: Slot, code: str, detail: str) -> bool:
        """Say why an instance is ended in the middle of its call; False when it is not in one."""
        with self._changed:
            if slot.state == "busy":
                slot.doom = failed(code, detail=detail)
            return slot.state == "busy"

    def all(self) -> list[Slot]:
        with self._changed:
            return list(self._slots)

    def count(self, key: str) -> int:
        with self._changed:
            return sum(slot.key == key and slot.state != "ending" for slot in self._slots)

    def snapshot(self) -> list[SlotStatus]:
        """Describe every place, and every function that rests."""
        with self._changed:
            resting = [
                SlotStatus(key, "", "resting", 0, left)
                for key, left in self._restarts.resting().items()
            ]
            return [*map(status, self._slots), *resting]

    def room_mb(self) -> int:
        """Return the video memory that one function could get now, were all that is idle ended."""
        with self._changed:
            return max(
                (
                    room.free_mb
                    + sum(
                        slot.vram_mb
                        for slot in self._slots
                        if slot.state == "idle" and slot.gpu == room.gpu.uuid
                    )
                    for room in self._ledger.rooms()
                ),
                default=0,
            )

    def close(self) -> list[Slot]:
        """Let nobody in any more; returns what has to be ended."""
        with self._changed:
            self._closed = True
            slots, self._slots = self._slots, []
            self._changed.notify_all()
            return slots

    def wait_closed(self, timeout_s: float) -> bool:
        """Wait for the end of the pool; True when it has come."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed, timeout_s)

    def _find(self, manifest: Manifest, vram_mb: int) -> Slot | list[Slot] | None:
        slot = warm(self._slots, manifest.key, vram_mb)
        if slot is not None:
            slot.become("busy")
            return slot
        if self._restarts.pause_s(manifest.key):
            return None
        mine = [slot for slot in self._slots if slot.key == manifest.key]
        if len(mine) >= self._max_per_function:
            return self._gone(oldest(mine))
        if len(self._slots) >= self._max_total:
            return self._gone(oldest(self._slots))
        made = self._new(manifest, vram_mb)
        if made is not None or not vram_mb:
            return made
        rooms = self._ledger.rooms()
        largest = max((room.gpu.vram_mb for room in rooms), default=0)
        if largest < vram_mb:
            raise failed("gpu_too_small", detail=f"{vram_mb} MiB wanted, the largest has {largest}")
        return self._gone(*victims(self._slots, rooms, vram_mb))

    def _new(self, manifest: Manifest, vram_mb: int) -> Slot | None:
        lease = self._ledger.reserve(vram_mb) if vram_mb else None
        if vram_mb and lease is None:
            return None
        slot = Slot(manifest, vram_mb, lease)
        self._slots.append(slot)
        return slot

    @staticmethod
    def _gone(*slots: Slot | None) -> list[Slot] | None:
        """Take idle instances out of use, to be ended; None while there are none."""
        going = [slot for slot in slots if slot is not None]
        for slot in going:
            slot.become("ending")
        return going or None

    def _will_be_free(self) -> bool:
        """Whether calls of our own hold video memory, which ends by itself."""
        return any(slot.lease is not None for slot in self._slots)

    def _told(self) -> str:
        rooms = self._ledger.rooms()
        return ", ".join(f"{room.free_mb} MiB free on {room.gpu.uuid}" for room in rooms)

    def _measure(self, slot: Slot) -> None:
        if slot.ready is not None and slot.calls % _MEASURED_EVERY == 0:
            slot.memory_mb = slot.ready.instance.memory_mb()
            if slot.first_mb is None:
                slot.first_mb = slot.memory_mb
