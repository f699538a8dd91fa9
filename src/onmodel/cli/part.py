"""One process under the supervisor."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Protocol

from onmodel.embedded import service

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
        self._command = command
        self._environment = environment
        self._files = files or {}
        self._once = once or {}

    def start(self) -> None:
        """Start it; whether it serves is told by the health page."""
        files = self._files | self._once
        self._once = {}
        self.process = service.launch(
            self._command,
            log=self.log,
            folder=self.log.parent,
            environment=os.environ
            | self._environment
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
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # what it left in its group, too
        self.process.wait()
