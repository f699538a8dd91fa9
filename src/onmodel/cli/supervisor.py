"""Starts the parts, keeps them running, stops them: one loop over one queue of events.

Everything that takes time (starting a database, waiting for the web page) runs in a thread
and reports to the queue, so that Ctrl-C is noticed at once at any moment and nothing is
interrupted half-way through.
"""

import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import FrameType
from typing import Any

from onmodel.cli.backoff import Backoff
from onmodel.cli.output import escape, output
from onmodel.cli.part import Supervised, describe_status, last_lines
from onmodel.embedded import service
from onmodel.embedded.process import ProcessIdentity
from onmodel.embedded.watchdog import RunningPart, Watchdog
from onmodel.kit.errors import ProblemError

_RETRY_SECONDS = 30.0
_ROTATE_SECONDS = 60.0


class StopRequestedError(Exception):
    """Somebody pressed Ctrl-C (or sent SIGTERM) during the start."""


@dataclass(frozen=True)
class _Stop:
    """A signal came."""

    signal: signal.Signals


@dataclass(frozen=True)
class _Exited:
    """A part's process ended."""

    part: Supervised
    pid: int


@dataclass(frozen=True)
class _Restart:
    """A part's waiting time is over."""

    part: Supervised


@dataclass(frozen=True)
class _Done:
    """A step finished."""

    future: "Future[Any]"


class Supervisor:
    """Starts parts, restarts them, stops them."""

    def __init__(self, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self._events: queue.SimpleQueue[_Stop | _Exited | _Restart | _Done] = queue.SimpleQueue()
        self._parts: dict[Supervised, Backoff] = {}
        self._threads = ThreadPoolExecutor(thread_name_prefix="supervisor")
        self._lock = threading.Lock()
        self._restarting = threading.Lock()
        self._stopping = False

    def catch_signals(self) -> None:
        """Turn Ctrl-C, SIGTERM and a closed terminal into an orderly stop."""
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, self._on_signal)

    def begin(self) -> list[str]:
        """End what a crash left running and start the watchdog; return what was left."""
        return self._watchdog.start()

    def start(self, *parts: Supervised) -> None:
        """Start parts side by side and return when all of them are started.


        Raises:
            ProblemError: a part's own reason.
            StopRequestedError: somebody wants to stop; what was started still runs.
        """
        for part in parts:
            self._parts[part] = Backoff()
        self.run_all(*[lambda part=part: self._start(part) for part in parts])

    def run_all(self, *steps: Callable[[], object]) -> list[Any]:
        """Run steps side by side in threads; return their results in order.

        Raises:
            StopRequestedError: somebody wants to stop; the steps were finished first.
        """
        futures = [self._threads.submit(step) for step in steps]
        for future in futures:
            future.add_done_callback(lambda done: self._events.put(_Done(done)))
        waiting = set(futures)
        stop = False
        while waiting:
            event = self._events.get()
            if isinstance(event, _Done):
                waiting.discard(event.future)
            elif isinstance(event, _Stop):
                stop = True
                self._note_stop(event)
            else:
                self._handle(event)
        if stop:
            raise StopRequestedError
        return [future.result() for future in futures]

    def submit(self, step: Callable[[], object]) -> None:
        """Run something in the background; its end is of no importance."""
        self._threads.submit(step)

    @property
    def stopping(self) -> bool:
        """Whether the end has begun; long steps look at it."""
        return self._stopping

    def keep_running(self) -> None:
        """Restart what ends, until somebody wants to stop."""
        while True:
            try:
                event = self._events.get(timeout=_ROTATE_SECONDS)
            except queue.Empty:
                for part in self._parts:
                    service.rotate(part.log)
                continue
            if isinstance(event, _Stop):
                self._note_stop(event)
                return
            self._handle(event)

    def stop(self) -> None:
        """Stop our own processes side by side, then the services that they used."""
        with self._restarting:  # a restart under way is finished first, so that it is seen here
            self._stopping = True
        for services in (False, True):  # nobody loses the database while they still use it
            futures = [
                self._threads.submit(part.stop)
                for part in self._parts
                if part.is_service is services
            ]
            for future in futures:
                future.result()
        self._watchdog.dismiss()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _note_stop(self, event: _Stop) -> None:
        if not self._stopping:
            output.event(event="stopping", signal=event.signal.name)
            output.say(f"\nStopping ({event.signal.name}) …")
        self._stopping = True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._events.put(_Stop(signal.Signals(number)))

    def _start(self, part: Supervised) -> None:
        began = time.monotonic()
        part.start()
        with self._lock:
            self._parts[part].started()
        self.tell_watchdog()
        process = part.process
        if process is not None:
            threading.Thread(target=self._await_end, args=(part, process), daemon=True).start()
        output.event(event="started", part=part.name, seconds=round(time.monotonic() - began, 3))

    def _await_end(self, part: Supervised, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        self._events.put(_Exited(part, process.pid))

    def _handle(self, event: _Stop | _Exited | _Restart | _Done) -> None:
        if self._stopping:
            return
        if isinstance(event, _Exited):
            self._schedule_restart(event.part, event.pid)
        elif isinstance(event, _Restart):
            self.submit(lambda: self._restart(event.part))

    def _schedule_restart(self, part: Supervised, pid: int) -> None:
        if part.process is None or part.process.pid != pid:
            return  # an older process of a part that was restarted meanwhile
        if not part.restarts:
            with self._lock:
                del self._parts[part]
            self.tell_watchdog()
            return
        wait, status = self._parts[part].failed(), part.process.returncode
        output.event(event="crashed", part=part.name, status=status, retry_s=wait)
        output.say(
            f"[bold yellow]![/] {part.name} ended unexpectedly ({describe_status(status)}); "
            f"starting it again in {wait:g} s. Its log: {escape(part.log)}"
        )
        for line in last_lines(part.log):
            output.say(f"    [dim]{escape(line)}[/]")
        self._restart_in(part, wait)

    def _restart_in(self, part: Supervised, seconds: float) -> None:
        timer = threading.Timer(seconds, lambda: self._events.put(_Restart(part)))
        timer.daemon = True
        timer.start()

    def _restart(self, part: Supervised) -> None:
        try:
            with self._restarting:
                if self._stopping:
                    return
                self._start(part)
        except ProblemError as error:
            output.problem(error)
            self._restart_in(part, _RETRY_SECONDS)
        else:
            output.event(event="restarted", part=part.name)
            output.say(f"[green]✓[/] {part.name} runs again.")

    def tell_watchdog(self) -> None:
        """Give the watchdog the list of what runs now."""
        with self._lock:
            if not self._stopping:
                self._watchdog.tell(self._running())

    def _running(self) -> list[RunningPart]:
        """Return what the watchdog has to know, in the order of stopping."""
        parts: list[RunningPart] = []
        for part in sorted(self._parts, key=lambda part: part.is_service):
            for name, pid in part.processes().items():
                identity = ProcessIdentity.of(pid)
                if identity is not None:
                    parts.append(
                        RunningPart(
                            name=name,
                            pid=pid,
                            started=identity.started,
                            signal=part.stop_signal,
                            seconds=part.stop_seconds,
                        )
                    )
        return parts
