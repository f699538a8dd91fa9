"""The calls that a worker process holds right now, seen by its threads and its loop."""

import threading
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from onmodel.dispatch.leases import Held
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import Progress
from onmodel.dispatch.told import CURVE_STEP, Curve, CurvePoint, Told

# Below this a guess of the time left says more about the start than about the rest.
_FIRST_GUESS_PERCENT = 5.0


# How much of what a function prints is kept.
LOG_LINES, LOG_CHARACTERS = 100, 8000


class StopReason(StrEnum):
    """Why a call is to stop before its end."""

    NOT_OURS = "not_ours"
    SHUTDOWN = "shutdown"


@dataclass
class HeldCall:
    """One call in the hands of one thread.

    Attributes:
        call: the row as it was at the start; None before that.
        progress: the newest that the function told.
        stop: set when the function is to be stopped.
        lines: the last lines that the function printed.
        label: what the loss is that it may tell.
        losses: what it told of it, by the percent that was done, to the half.
        fresh: the points of these that nobody has been told.
        preview: the newest picture of what it makes, until somebody took it.
        previewed: whether its pictures are looked at.
        over: whether this worker is done with it.
    """

    call_id: UUID
    fence: int
    call: Call | None = None
    progress: Progress = field(default_factory=lambda: Progress(0.0, ""))
    stop: threading.Event = field(default_factory=threading.Event)
    stop_reason: StopReason | None = None
    began: float = field(default_factory=time.monotonic)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LOG_LINES))
    label: str = ""
    losses: dict[float, float] = field(default_factory=dict[float, float])
    fresh: deque[CurvePoint] = field(default_factory=lambda: deque(maxlen=round(100 / CURVE_STEP)))
    preview: bytes | None = None
    previewed: bool = True
    over: bool = False

    @property
    def told(self) -> Told:
        """What the function told so far, as the call keeps it."""
        log = "\n".join(list(self.lines))[-LOG_CHARACTERS:]
        points = [CurvePoint(percent=at, loss=one) for at, one in list(self.losses.items())]
        return Told(log, self._curve(points))

    def news(self) -> Progress:
        """Return the newest progress with the points that nobody has been told; once."""
        points: list[CurvePoint] = []
        while self.fresh:
            points.append(self.fresh.popleft())
        return replace(self.progress, curve=self._curve(points))

    def _curve(self, points: list[CurvePoint]) -> Curve | None:
        return Curve(label=self.label, points=points) if points else None

    def note(self, fraction: float | None, step: str, loss: float | None = None) -> Progress:
        """Take in what the function told; progress never goes back."""
        told = 0.0 if fraction is None else min(max(fraction, 0.0), 1.0) * 100
        percent = max(told, self.progress.percent)
        eta = None
        if percent >= _FIRST_GUESS_PERCENT:
            eta = (time.monotonic() - self.began) * (100 - percent) / percent
        self.progress = Progress(percent, step or self.progress.step, eta)
        if loss is not None:
            at = percent // CURVE_STEP * CURVE_STEP
            self.losses[at] = loss
            self.fresh.append(CurvePoint(percent=at, loss=loss))
        return self.progress

    def ask_to_stop(self, reason: StopReason) -> None:
        """Let the function be stopped; the first reason counts."""
        if self.stop_reason is None:
            self.stop_reason = reason
        self.stop.set()


class HeldCalls:
    """All of a process's calls, by id."""

    def __init__(self) -> None:
        self._calls: dict[UUID, HeldCall] = {}
        self._lock = threading.Lock()

    @contextmanager
    def holding(self, call_id: UUID, fence: int) -> Generator[HeldCall]:
        """Hold a call for the length of the block."""
        held = HeldCall(call_id, fence)
        with self._lock:
            before = self._calls.get(call_id)
            self._calls[call_id] = held
        if before is not None:  # we were thought dead and got it again
            before.ask_to_stop(StopReason.NOT_OURS)
        try:
            yield held
        finally:
            held.over = True
            with self._lock:
                if self._calls.get(call_id) is held:
                    del self._calls[call_id]

    def all(self) -> list[HeldCall]:
        """Return all calls held now."""
        with self._lock:
            return list(self._calls.values())

    def get(self, call_id: UUID) -> HeldCall | None:
        """Return one call if it is held here."""
        with self._lock:
            return self._calls.get(call_id)

    def leases(self) -> list[Held]:
        """Return what a heartbeat has to tell: the calls that have been started."""
        return [
            Held(held.call_id, held.fence, held.progress.percent, held.progress.step, held.told)
            for held in self.all()
            if held.call is not None
        ]
