"""The web process, the Producer and the worker, forked from one process that loaded the code.

They share most of their code, and loading it takes two seconds on a laptop. Loaded once, it
is there for all three: the start takes half the time, the memory is shared, and a part that
crashed is back in a tenth of a second. This process has one thread, holds no connection and
does nothing but wait for its children; so a fork is safe at any time.
"""

import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onmodel.cli import handover
from onmodel.cli.backoff import Backoff
from onmodel.embedded.service import open_log

_STOP_SECONDS = 6.0  # long enough for a web request or a step of a call to end
_SIGNALS = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT)
_COMMAND_NAME = Path("/proc/self/comm")  # what ``ps`` and ``top`` show, 15 letters at most


@dataclass
class _Member:
    """One process: what it does, and the name of its log; several web processes serve one port."""

    role: str
    name: str
    pid: int | None = None
    due_at: float | None = 0.0
    backoff: Backoff = field(default_factory=Backoff)


class Crew:
    """Forks the members and keeps them running.

    Args:
        logs: the folder in which each member has its log.
        web_processes: how many processes answer browsers.
    """

    def __init__(self, logs: Path, *, web_processes: int = 1) -> None:
        self._logs = logs
        self._members = [
            _Member("serve", "serve"),
            *(_Member("serve", f"serve-{number}") for number in range(2, web_processes + 1)),
            _Member("producer", "producer"),
            _Member("worker", "worker"),
        ]
        self._stopping = False

    def attend(self) -> str | None:
        """Look after the members until SIGTERM.

        Returns twice, as ``fork`` does: in a new member its role, and in this process, when
        everything is stopped, None.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        while True:
            for member in self._due():
                if self._fork(member):
                    return member.role
            # the first start alone gets the gate and the way to tell the link
            for name in (handover.GATE, handover.LINK):
                if (descriptor := handover.take(name)) is not None:
                    os.close(descriptor)
            received = signal.sigtimedwait(_SIGNALS, self._patience())
            if received is not None and received.si_signo != signal.SIGCHLD:
                self._stop()
                return None
            self._reap()

    def _due(self) -> list[_Member]:
        now = time.monotonic()
        return [m for m in self._members if m.due_at is not None and m.due_at <= now]

    def _patience(self) -> float:
        """Return the seconds until the next member is due."""
        due = [m.due_at for m in self._members if m.due_at is not None]
        return max(0.0, min(due) - time.monotonic()) if due else 3600.0

    def _fork(self, member: _Member) -> bool:
        """Start a member; say whether we are it."""
        pid = os.fork()
        if pid == 0:
            self._become(member)
            return True
        member.pid, member.due_at = pid, None
        member.backoff.started()
        _report(event="started", member=member.name, pid=pid)
        return False

    def _become(self, member: _Member) -> None:
        """Turn a fresh fork into an ordinary process with its own log."""
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        with open_log(self._logs / f"{member.name}.log") as log:
            os.dup2(log.fileno(), sys.stdout.fileno())
            os.dup2(log.fileno(), sys.stderr.fileno())
        with contextlib.suppress(OSError):
            _COMMAND_NAME.write_text(f"onmodel-{member.name}"[:15])
        unused = [] if member.name == "serve" else [handover.LINK]  # one link is enough
        if member.role != "serve":
            unused.append(handover.LISTEN)
        for name in unused:
            if (descriptor := handover.take(name)) is not None:
                os.close(descriptor)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for member in self._members:
                if member.pid != pid:
                    continue
                if self._stopping:  # it was asked to end: no crash, and nothing to start again
                    member.pid = None
                else:
                    wait = member.backoff.failed()
                    member.pid, member.due_at = None, time.monotonic() + wait
                    code = os.waitstatus_to_exitcode(status)
                    _report(event="crashed", member=member.name, status=code, retry_s=wait)

    def _stop(self) -> None:
        deadline = time.monotonic() + _STOP_SECONDS
        self._stopping = True
        self._send(signal.SIGTERM)
        while any(member.pid for member in self._members):
            left = deadline - time.monotonic()
            if left <= 0:
                self._send(signal.SIGKILL)
                left = _STOP_SECONDS
            signal.sigtimedwait((signal.SIGCHLD,), left)
            self._reap()

    def _send(self, number: signal.Signals) -> None:
        for member in self._members:
            if member.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(member.pid, number)


def _report(**event: Any) -> None:
    """Tell the supervisor; when it is gone, its watchdog ends us in a moment."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()
