"""Telling processes apart and ending them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from onmodel.embedded import process
from onmodel.embedded.process import ProcessIdentity


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(["sleep", "600"])
    yield child
    child.kill()
    child.wait()


def _identity(child: "subprocess.Popen[bytes]") -> ProcessIdentity:
    identity = ProcessIdentity.of(child.pid)
    assert identity is not None
    return identity


def test_a_living_process_is_alive_until_it_ends(sleeper: "subprocess.Popen[bytes]") -> None:
    identity = _identity(sleeper)
    assert identity.alive()
    sleeper.kill()
    assert identity.wait(60)
    assert not identity.alive()


def test_a_zombie_is_not_alive(sleeper: "subprocess.Popen[bytes]") -> None:
    identity = _identity(sleeper)
    os.kill(sleeper.pid, signal.SIGKILL)
    assert identity.wait(60)  # nobody has collected it yet
    assert sleeper.returncode is None


def test_a_later_process_with_the_same_id_is_left_alone(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    earlier = ProcessIdentity(sleeper.pid, "started at another time")
    assert not earlier.alive()
    assert not earlier.send(signal.SIGKILL)
    assert process.end(earlier)
    assert sleeper.poll() is None


def test_who_ignores_the_request_is_killed() -> None:
    code = "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        assert not process.end(_identity(stubborn), seconds=0.1)
        assert stubborn.wait() == -signal.SIGKILL


def test_a_pid_file_survives_the_round_trip(home: Path, sleeper: "subprocess.Popen[bytes]") -> None:
    path = home / "some.pid"
    _identity(sleeper).save(path)
    assert ProcessIdentity.load(path) == _identity(sleeper)


@pytest.mark.parametrize(
    "content", ["", "12", "{}", '{"pid": "x"}', json.dumps({"pid": 1, "started": "never"})]
)
def test_a_broken_or_stale_pid_file_names_nobody(home: Path, content: str) -> None:
    path = home / "some.pid"
    path.write_text(content)
    assert ProcessIdentity.load(path) is None
