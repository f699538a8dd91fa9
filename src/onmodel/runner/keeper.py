"""What happens in a pool while nobody calls: measuring, asking for health, ending, filling up."""

import threading
import time
from collections.abc import Callable, Iterable

import structlog

from onmodel.functions.manifest import Manifest
from onmodel.runner import client
from onmodel.runner.client import ProtocolError
from onmodel.runner.gpus import Ledger
from onmodel.runner.places import Places
from onmodel.runner.slots import Slot

log = structlog.get_logger(__name__)

Wanted = Callable[[], Iterable[Manifest]]
End = Callable[[Slot], None]
Fill = Callable[[Manifest], None]

BEAT_S = 1.0
HEALTH_S = 10.0
FILL_S = 5.0
_ANSWER_S = 2.0
_MISSED = 2


class Keeper:
    """A thread that looks after the places of a pool until it is closed.

    Args:
        places: whose.
        ledger: of video memory.
        end: ends an instance that was taken out of use.
        wanted: the functions of which some are to be kept warm.
        fill: starts one more of a function, if there is room.
        idle_s: instead of what the manifests say.
        beat_s: how often it looks.
        health_s: how often every idle instance is asked how it is.
    """

    def __init__(
        self,
        places: Places,
        ledger: Ledger,
        *,
        end: End,
        died: End,
        wanted: Wanted,
        fill: Fill,
        idle_s: float | None,
        beat_s: float = BEAT_S,
        health_s: float = HEALTH_S,
    ) -> None:
        self._places = places
        self._ledger = ledger
        self._end, self._died = end, died
        self._wanted, self._fill = wanted, fill
        self._idle_s = idle_s
        self._minimum: dict[str, int] = {}
        self._beat_s, self._health_s = beat_s, health_s
        # Both wait for functions, and neither may hold up the rest.
        self._asking = _Beside("pool-asker", self._ask)
        self._filling = _Beside("pool-filler", self._fill_up)
        self._thread = threading.Thread(target=self._run, name="pool-keeper", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until it has stopped, which it does when the places are closed."""
        self._thread.join()
        self._asking.join()
        self._filling.join()

    def _run(self) -> None:
        asked = filled = time.monotonic()
        while not self._places.wait_closed(self._pause_s()):
            now = time.monotonic()
            self.end_idle(None)
            self._measure()
            if now - asked >= self._health_s:
                asked = now
                self._asking.begin()
            if now - filled >= min(FILL_S, self._health_s):
                filled = now
                self._filling.begin()

    def _pause_s(self) -> float:
        """Return the seconds until the next look, or until the next one has been idle too long."""
        left = [
            self._idle_of(slot) - slot.age_s()
            for slot in self._places.all()
            if slot.state == "idle"
        ]
        # One of the minimum stays for ever, and its time is always over.
        ahead = [seconds for seconds in left if seconds > 0]
        return min([self._beat_s, *ahead])

    def end_idle(self, older_than_s: float | None) -> int:
        """End instances that have been idle for so long, or as their manifests say.

        Returns:
            How many. The minimum of a function that is wanted stays, unless a time is given.
        """
        spare = {
            slot.key: self._places.count(slot.key) - self._minimum.get(slot.key, 0)
            for slot in self._places.all()
        }

        def is_over(slot: Slot) -> bool:
            if older_than_s is not None:
                return slot.age_s() >= older_than_s
            if spare[slot.key] <= 0 or slot.age_s() < self._idle_of(slot):
                return False
            spare[slot.key] -= 1
            return True

        over = self._places.pick_idle(lambda slot: slot.key in spare and is_over(slot))
        for slot in over:
            self._end(slot)
        return len(over)

    def _idle_of(self, slot: Slot) -> float:
        return slot.manifest.warm.idle_s if self._idle_s is None else self._idle_s

    def _measure(self) -> None:
        """End whoever uses more video memory than is set aside for it, to protect the others."""
        slots = {id(slot.lease): slot for slot in self._places.all() if slot.lease is not None}
        for lease in self._ledger.measure() if slots else ():
            slot = slots.get(id(lease))
            if slot is None or slot.ready is None:
                continue
            told = f"used {lease.used_mb} MiB of {lease.vram_mb} set aside on {lease.gpu.uuid}"
            log.warning("vram_exceeded", function=slot.key, detail=told)
            if self._places.doom(slot, "vram_exceeded", told):
                # its call ends with its process, and gives the place back
                slot.ready.instance.kill()
            elif self._places.pick_idle(lambda one, over=slot: one is over):
                self._died(slot)

    def _ask(self) -> None:
        """Ask every idle instance how it is; end those that are dead or do not answer."""
        for slot in self._places.all():
            if self._places.closed:
                return
            if slot.state != "idle" or slot.ready is None:
                continue
            slot.missed = 0 if self._answers(slot) else slot.missed + 1
            gone = slot.ready.instance.wait(0) is not None
            if not gone and slot.missed < _MISSED:
                continue
            if self._places.pick_idle(lambda one, over=slot: one is over):
                log.warning("instance_lost", function=slot.key, gone=gone)
                self._died(slot)

    @staticmethod
    def _answers(slot: Slot) -> bool:
        assert slot.ready is not None
        try:
            told = client.health(slot.ready.instance, timeout_s=_ANSWER_S)
        except (OSError, ProtocolError):
            return False
        return told.status in {"READY", "BUSY"}

    def _fill_up(self) -> None:
        """Start what is to be kept warm; it may have to be installed."""
        wanted = list(self._wanted())
        self._minimum = {one.key: one.warm.minimum for one in wanted}
        for manifest in wanted:
            missing = manifest.warm.minimum - self._places.count(manifest.key)
            for _ in range(missing):
                if not self._places.closed:
                    self._fill(manifest)


class _Beside:
    """Work of a thread of its own, begun now and then, and never twice at once."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._name, self._work = name, work
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Begin, unless the last time is not over yet."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()

    def join(self) -> None:
        """Wait for its end."""
        if self._thread is not None:
            self._thread.join()
