"""One call of the function: its state, its events, and those who wait for them."""

import base64
import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Literal

Status = Literal["starting", "processing", "succeeded", "failed", "canceled"]
FINAL: frozenset[Status] = frozenset({"succeeded", "failed", "canceled"})

# Nobody reads more, and a function that prints without end must not fill the memory.
MAX_LOG_LINES = 2_000
MAX_LINE_CHARACTERS = 4_000
MAX_STAGE_CHARACTERS = 200
PREVIEW_BYTES = 64 * 1024
# From one preview to the next, seconds; in a long call this part of the time that it has run, so
# that an hour has some hundred of them.
PREVIEW_SECONDS, PREVIEW_SHARE = 0.5, 0.02
# A bar cannot show less than half a percent.
PROGRESS_STEP = 0.005


@dataclass(frozen=True)
class Event:
    """A message of the stream: its name and its JSON fields."""

    name: str
    data: dict[str, object]


@dataclass(frozen=True)
class Failure:
    """Why a call failed.

    `fault` is "input" for the caller's, "function" for the author's. `fatal` means that the
    process ends with this call.
    """

    code: str
    message: str
    fault: Literal["input", "function"]
    field: str | None = None
    fatal: bool = False

    def as_json(self) -> dict[str, object]:
        """Write the fields of `error_detail`."""
        return {
            "code": self.code,
            "message": self.message,
            "fault": self.fault,
            "field": self.field,
            "fatal": self.fatal,
        }


class Prediction:
    """A call that is waiting, running or done. Safe to use from every thread."""

    def __init__(
        self, call_id: str, values: dict[str, object], input_dir: Path, output_dir: Path
    ) -> None:
        self.id = call_id
        self.values = values
        self.input_dir = input_dir
        self.output_dir = output_dir
        self._changed = threading.Condition()
        self._status: Status = "starting"
        self._events: list[Event] = []
        self._log_lines = 0
        self._progress: tuple[float, str] | None = None
        self._losses: list[float] = []
        self._diverged = False
        self._next_preview = 0.0
        self._cancel = threading.Event()
        self._output: dict[str, object] | None = None
        self._failure: Failure | None = None
        self._created_at = _now()
        self._began = 0.0
        self._seconds = 0.0

    @property
    def finished(self) -> bool:
        """Whether the call has ended, in whatever way."""
        return self._status in FINAL

    def cancel(self) -> None:
        """Ask the function to stop; it does so when it next looks."""
        self._cancel.set()

    def is_cancelled(self) -> bool:
        """Whether somebody asked."""
        return self._cancel.is_set()

    def start(self) -> None:
        """Mark the call as running."""
        with self._changed:
            self._began = time.monotonic()
            self._status = "processing"
            self._publish("start", {"id": self.id, "status": self._status})

    def progress(self, fraction: float, stage: str) -> None:
        """Publish how far the call is, unless nobody could see the difference."""
        stage = stage[:MAX_STAGE_CHARACTERS]
        with self._changed:
            last = self._progress
            if self.finished or (
                last is not None and last[1] == stage and abs(last[0] - fraction) < PROGRESS_STEP
            ):
                return
            self._progress = (fraction, stage)
            told: dict[str, object] = {"id": self.id, "fraction": fraction, "stage": stage}
            if self._losses:
                told["loss"] = fmean(self._losses)
                self._losses.clear()
            self._publish("progress", told)

    def loss(self, loss: float) -> None:
        """Keep a training's loss for the next progress that is published."""
        if math.isfinite(loss):
            with self._changed:
                self._losses.append(loss)
        elif not self._diverged:
            self._diverged = True
            self.log("stderr", f"the loss is {loss}: what is no number is left out of its curve")

    def preview(self, picture: bytes | Callable[[], bytes]) -> None:
        """Publish what the result looks like so far, unless it is too soon after the last one."""
        with self._changed:
            now = time.monotonic()
            if self.finished or now < self._next_preview:
                return
            pause = max(PREVIEW_SECONDS, PREVIEW_SHARE * (now - self._began))
            self._next_preview = now + pause
        data = picture() if callable(picture) else picture
        if len(data) > PREVIEW_BYTES:
            self.log("stderr", f"a preview of {len(data)} bytes was left out: too large")
            return
        with self._changed:
            if not self.finished:
                encoded = base64.b64encode(data).decode("ascii")
                self._publish("preview", {"id": self.id, "data": encoded})

    def log(self, source: str, line: str) -> None:
        """Publish a line that the function printed, up to the limit."""
        with self._changed:
            if self.finished or self._log_lines > MAX_LOG_LINES:
                return
            self._log_lines += 1
            if self._log_lines > MAX_LOG_LINES:
                line = "(the function printed more; the rest is left out)"
            data: dict[str, object] = {"source": source, "data": line[:MAX_LINE_CHARACTERS]}
            self._publish("log", {"id": self.id, **data})

    def succeed(self, output: dict[str, object]) -> None:
        """End the call with its outputs."""
        self._output = output
        self._end("succeeded", "completed")

    def fail(self, failure: Failure) -> None:
        """End the call with a reason."""
        self._failure = failure
        self._end("failed", "failed")

    def end_cancelled(self) -> None:
        """End the call because somebody cancelled it and the function stopped."""
        self._end("canceled", "failed")

    def snapshot(self) -> dict[str, object]:
        """Tell everything known about the call, for `GET /predictions/{id}`."""
        with self._changed:
            return self._snapshot()

    def stream(self, keep_alive_s: float) -> Iterator[Event | None]:
        """Yield all events from the first on; None when nothing came for a while."""
        position = 0
        while True:
            with self._changed:
                # The wait also ends on every event, so a busy call never looks silent.
                came = self._changed.wait_for(
                    lambda seen=position: len(self._events) > seen, keep_alive_s
                )
                fresh = self._events[position:]
                position += len(fresh)
                done = self.finished
            if not came:
                yield None
            yield from fresh
            if done:
                return

    def wait(self) -> None:
        """Wait until the call has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self.finished)

    def _end(self, status: Status, event: str) -> None:
        with self._changed:
            self._seconds = time.monotonic() - self._began if self._began else 0.0
            self._status = status
            self._publish(event, self._snapshot())

    def _publish(self, name: str, data: dict[str, object]) -> None:
        self._events.append(Event(name, data))
        self._changed.notify_all()

    def _snapshot(self) -> dict[str, object]:
        snapshot: dict[str, object] = {
            "id": self.id,
            "status": self._status,
            "created_at": self._created_at,
            "metrics": {"predict_time": round(self._seconds, 6)},
        }
        if self._progress is not None:
            fraction, stage = self._progress
            snapshot["progress"] = {"fraction": fraction, "stage": stage}
        if self._output is not None:
            snapshot["output"] = self._output
        if self._failure is not None:
            snapshot["error"] = self._failure.message
            snapshot["error_detail"] = self._failure.as_json()
        return snapshot


def _now() -> str:
    return datetime.now(UTC).isoformat()
