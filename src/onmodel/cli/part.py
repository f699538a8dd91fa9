"""One process under the supervisor."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Protocol

from onmodel.embedded import service

_LOG_LINES = 3
_STOP_SECONDS = 6.0  # long enough for a web request or a step of a call to end


class Supervised(Protocol):
    """What the supervisor starts, watches and stops; the embedded services are such parts too."""

    name: str
    log: Path
    stop_signal: signal.Signals
    stop_seconds: float
    restarts: bool
    is_service: bool

    @property
    def process(self) -> subprocess.Popen[bytes] | None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def processes(self) -> dict[str, int]:
        """Return what has to be ended, by name, in that order."""
        ...


def onmodel(*words: str) -> list[str]:
    """Return the command line of one of our own commands."""
    return [sys.executable, "-P", "-m", "onmodel", *words]  # -P: no module from the working folder


class Part:
    """A process that is simply started and, at the end, asked to finish.

    Args:
        name: what people call it.
        command: the program and its arguments.
        log: gets everything it prints.
        environment: added to our own environment.
        files: open file descriptors that it inherits, by the name of the environment variable
            that tells it the number.
        once: the same, for its first start only.
        stop_seconds: how long it may take to finish.
    """

    restarts = True  # it is meant to run for ever
    is_service = False

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        log: Path,
        environment: dict[str, str],
        files: dict[str, int] | None = None,
        once: dict[str, int] | None = None,
        stop_seconds: float = _STOP_SECONDS,
    ) -> None:
        self.name = name
        self.log = log
        self.stop_signal = signal.SIGTERM
        self.stop_seconds = stop_seconds
        self.process: subprocess.Popen[bytes] | None = None
        self.command = command
        self.environment = environment
        self._files = files or {}
        self._once = once or {}

    def start(self) -> None:
        """Start it; whether it serves is told by the health page."""
        self.end_group()
        files = self.take_files()
        self.process = service.launch(
            self.command,
            log=self.log,
            folder=self.log.parent,
            environment=os.environ
            | self.environment
            | {name: str(descriptor) for name, descriptor in files.items()},
            files=tuple(files.values()),
        )

    def stop(self) -> None:
        """Ask it to finish; after some seconds end it and everything it started."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.stop_seconds)
        self.end_group()
        self.process.wait()

    def processes(self) -> dict[str, int]:
        """Return its one process."""
        return {} if self.process is None else {self.name: self.process.pid}

    def take_files(self) -> dict[str, int]:
        """Return the descriptors for the start that comes now."""
        files = self._files | self._once
        self._once = {}
        return files

    def end_group(self) -> None:
        """End whatever the last process left running in its group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def describe_status(status: int | None) -> str:
    """Say in words how a process ended."""
    if status is not None and status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"status {status}"


def last_lines(log: Path) -> list[str]:
    """Return the end of a log."""
    try:
        return log.read_text(errors="replace")[-2000:].strip().splitlines()[-_LOG_LINES:]
    except OSError:
        return []
