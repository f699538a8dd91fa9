"""Ends what a supervisor started when the supervisor itself is killed.

A supervisor that gets SIGKILL can stop nothing any more. This small process holds the other
end of a pipe from it: while the supervisor lives, the pipe is open and carries the list of
running parts; when it ends without a goodbye, the parts are ended in order. It works for any
program on any system, unlike a parent-death signal. The same list lies in a file, for the
next start, in case the watchdog was killed as well.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from onmodel.embedded import process
from onmodel.embedded.process import ProcessIdentity


@dataclass(frozen=True)
class RunningPart:
    """One process to end, and how it wants to be asked."""

    name: str
    pid: int
    started: str
    signal: int
    seconds: float

    def end(self) -> None:
        """Stop it if it is still the same process."""
        process.end(
            ProcessIdentity(self.pid, self.started),
            sig=signal.Signals(self.signal),
            seconds=self.seconds,
            group=True,
        )
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)  # what it left in its group


class Watchdog:
    """The supervisor's end: tell it what runs, say goodbye at the end.

    Args:
        record: the file that keeps the list for the next start.
    """

    def __init__(self, record: Path) -> None:
        self._record = record
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> list[str]:
        """End what an earlier crash left running, then start watching.

        Returns:
            The names of the parts that were still running.
        """
        left = [part for part in _read(self._record) if ProcessIdentity.of(part.pid)]
        left = [part for part in left if ProcessIdentity(part.pid, part.started).alive()]
        for part in left:
            part.end()
        self._record.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "onmodel.embedded.watchdog"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            cwd="/",
        )
        return [part.name for part in left]

    def tell(self, parts: list[RunningPart]) -> None:
        """Give the list of what runs now, in the order in which it should be ended."""
        text = json.dumps([asdict(part) for part in parts])
        temporary = self._record.with_suffix(".new")
        temporary.write_text(text)
        temporary.replace(self._record)
        if self._process is not None and self._process.stdin is not None:
            try:
                self._process.stdin.write(text + "\n")
                self._process.stdin.flush()
            except BrokenPipeError:  # somebody killed it; the file is still there
                self._process = None

    def dismiss(self) -> None:
        """Say that everything is stopped."""
        self.tell([])
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()
        self._record.unlink(missing_ok=True)


def watch(lines: IO[str]) -> None:
    """Read lists until the supervisor is gone, then end what the last one names."""
    last = "[]"
    for line in lines:
        last = line
    for part in _parse(last):
        part.end()


def _read(record: Path) -> list[RunningPart]:
    try:
        return _parse(record.read_text())
    except OSError:
        return []


def _parse(text: str) -> list[RunningPart]:
    try:
        return [RunningPart(**item) for item in json.loads(text)]
    except (ValueError, TypeError):
        return []


if __name__ == "__main__":
    os.umask(0o077)
    watch(sys.stdin)
