"""``onmodel up --json`` as a program that tests start, read and kill."""

import http.client
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from onmodel.embedded.process import ProcessIdentity
from tests.support.waiting import eventually

# Generous: they end a test that hangs, and busy machines are slow.
START_SECONDS = 300.0
STOP_SECONDS = 120.0


class Running:
    """One ``onmodel up`` and what it has said so far."""

    def __init__(self, process: "subprocess.Popen[str]", home: Path) -> None:
        self.process = process
        self.home = home
        self.ready: dict[str, Any] = {}

    def wait_until_ready(self) -> None:
        """Read its lines until it is ready, or fail with its last words."""
        assert self.process.stdout is not None
        said: list[str] = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("{") and '"ready"' in line:
                self.ready = json.loads(line)
                return
        raise AssertionError(f"onmodel up ended: {''.join(said)}")

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.ready['url']}/api/health", timeout=30) as answer:
            return json.load(answer)

    def wait_until_healthy(self) -> None:
        """Ask until every part works; one that has just come may be slow to answer."""
        eventually(self._is_healthy, what="everything is healthy")

    def _is_healthy(self) -> bool:
        try:
            return self.health()["status"] == "ok"
        # the page answers 503 while a part is away, and its own process may be the one
        except (OSError, http.client.HTTPException, ValueError):
            return False

    def parts(self) -> list[ProcessIdentity]:
        """Return the processes that the supervisor says it runs."""
        record = json.loads((self.home / "run" / "parts.json").read_text())
        return [ProcessIdentity(part["pid"], part["started"]) for part in record]

    def part(self, name: str) -> ProcessIdentity | None:
        """Return a part's process; None while it is away."""
        record = json.loads((self.home / "run" / "parts.json").read_text())
        found = next((part for part in record if name in part["name"]), None)
        return None if found is None else ProcessIdentity(found["pid"], found["started"])

    def last_words(self) -> str:
        """Return what it said since it was ready; only after its end."""
        assert self.process.stdout is not None
        return self.process.stdout.read()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment for one data folder, on any free port."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONMODEL_")}
    return kept | {"ONMODEL_HOME": str(home), "ONMODEL_PORT": "0"} | more


def run(home: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "onmodel", *words],
        env=environment(home, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )


@contextmanager
def start(home: Path, **more: str) -> Generator[Running]:
    """Start everything in ``home`` without waiting for it; nothing is left afterwards."""
    command = [sys.executable, "-P", "-m", "onmodel", "up", "--json"]
    with subprocess.Popen(
        command, env=environment(home, **more), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Running(process, home)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


@contextmanager
def up(home: Path, **more: str) -> Generator[Running]:
    """Start everything in ``home`` and wait until it is ready."""
    with start(home, **more) as running:
        running.wait_until_ready()
        yield running
