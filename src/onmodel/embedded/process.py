"""Know a process again, and end it without hurting another one.

A process id alone is not enough: after a crash the system may have given it to somebody
else. The pair of id and start time is unique until the next boot; the boot's id covers that.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from onmodel.embedded.errors import FolderError

_STAT_STATE, _STAT_START = 0, 19  # places after the process name in /proc/PID/stat, proc(5)
_POLL_SECONDS = 0.01


@dataclass(frozen=True)
class ProcessIdentity:
    """A process that can be told apart from a later one with the same id."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "ProcessIdentity | None":
        """Return the identity of a living process, or None when there is none."""
        started = _start_time(pid)
        return None if started is None else cls(pid, started)

    def alive(self) -> bool:
        """Say whether this very process still runs (a zombie does not)."""
        return _start_time(self.pid) == self.started

    def send(self, sig: signal.Signals, *, group: bool = False) -> bool:
        """Send a signal if the process is still this one; say whether it was.

        Args:
            sig: the signal.
            group: send it to the whole process group, which the process must lead.
        """
        if not self.alive():
            return False
        try:
            (os.killpg if group else os.kill)(self.pid, sig)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Wait until it is gone; False when it still runs after ``seconds``."""
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)  # it may be no child of ours, so there is nothing to wait on
        return True

    def save(self, path: Path) -> None:
        """Write a pid file, in one step."""
        temporary = path.with_suffix(".new")
        try:
            temporary.write_text(json.dumps(asdict(self)))
            temporary.replace(path)
        except OSError as error:
            raise FolderError(f"I cannot write {path}: {error.strerror}.") from error

    @classmethod
    def load(cls, path: Path) -> "ProcessIdentity | None":
        """Read a pid file; None when it is missing, broken, or its process is gone."""
        try:
            record = json.loads(path.read_text())
            identity = cls(int(record["pid"]), str(record["started"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return identity if identity.alive() else None


def end(
    identity: ProcessIdentity,
    *,
    sig: signal.Signals = signal.SIGTERM,
    seconds: float = 10.0,
    group: bool = False,
) -> bool:
    """Ask a process to stop, and kill it when it has not after ``seconds``.

    Returns:
        True when it went by itself, False when it had to be killed.
    """
    identity.send(sig)
    if identity.wait(seconds):
        return True
    identity.send(signal.SIGKILL, group=group)
    identity.wait(seconds)
    return False


def _start_time(pid: int) -> str | None:
    """Return the boot id and start time of a running process as one opaque text."""
    if sys.platform != "linux":
        return _start_time_from_ps(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name may hold spaces and brackets itself
    return None if fields[_STAT_STATE] in "ZX" else f"{boot}/{fields[_STAT_START]}"


def _start_time_from_ps(pid: int) -> str | None:
    result = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, started = result.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()
