"""The crew as the supervisor sees it: one process that tells about its members."""

import json
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from onmodel.cli.output import escape, output
from onmodel.cli.part import Part, describe_status, last_lines, onmodel
from onmodel.embedded.service import open_log

_NAMES = {"serve": "The web process", "producer": "The Producer", "worker": "The worker"}
_STOP_SECONDS = 9.0  # the crew gives its members six


class CrewPart(Part):
    """Starts ``onmodel crew`` and listens to it.

    Args:
        logs: where the members' logs are.
        on_change: called when a member has started, so that the watchdog can be told.
    """

    def __init__(
        self,
        *,
        logs: Path,
        environment: dict[str, str],
        files: dict[str, int],
        once: dict[str, int],
        on_change: Callable[[], None],
    ) -> None:
        super().__init__(
            "The processes of OnModel",
            onmodel("crew"),
            log=logs / "crew.log",
            # they compute nothing large, and a library's threads do not survive a fork
            environment=environment | {"OPENBLAS_NUM_THREADS": "1"},
            files=files,
            once=once,
            stop_seconds=_STOP_SECONDS,
        )
        self._logs = logs
        self._on_change = on_change
        self._members: dict[str, int] = {}

    def start(self) -> None:
        """Start it; the members are reported as they come."""
        self.end_group()
        self._members = {}
        files = self.take_files()
        with open_log(self.log) as log:
            self.process = process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self._logs,
                env=os.environ | self.environment | {n: str(d) for n, d in files.items()},
                start_new_session=True,
                pass_fds=tuple(files.values()),
            )
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()

    def processes(self) -> dict[str, int]:
        """Return the crew itself, which stops its members, and then them."""
        return super().processes() | self._members

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                event = json.loads(line)
                if event["event"] == "started":
                    self._note_start(_name(event["member"]), event["pid"])
                else:
                    self._note_crash(_name(event["member"]), event)

    def _note_start(self, name: str, pid: int) -> None:
        again = name in self._members
        self._members = self._members | {name: pid}
        self._on_change()
        output.event(event="restarted" if again else "started", part=name)
        if again:
            output.say(f"[green]✓[/] {name} runs again.")

    def _note_crash(self, name: str, event: dict[str, Any]) -> None:
        log = self._logs / f"{event['member']}.log"
        output.event(**{**event, "part": name})
        output.say(
            f"[bold yellow]![/] {name} ended unexpectedly ({describe_status(event['status'])}); "
            f"starting it again in {event['retry_s']:g} s. Its log: {escape(log)}"
        )
        for line in last_lines(log):
            output.say(f"    [dim]{escape(line)}[/]")


def _name(member: str) -> str:
    """Return what people call a member: "The web process", "The web process 2"."""
    role, _, number = member.partition("-")
    return f"{_NAMES[role]} {number}".strip()
