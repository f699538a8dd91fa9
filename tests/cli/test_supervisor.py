"""The supervisor with real processes: crashes, signals, and its own violent death."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from onmodel.embedded.process import ProcessIdentity
from tests.support.waiting import eventually

_NAMES = ("polite", "stubborn", "child")


@contextmanager
def _house(folder: Path) -> Generator[subprocess.Popen[str]]:
    """Run tests/cli/house.py until it says that everything is started."""
    before = {name: len(_pids(folder, name)) for name in _NAMES}

    def started() -> bool:
        return all(len(_pids(folder, name)) > before[name] for name in _NAMES)

    command = [sys.executable, "-m", "tests.cli.house", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert "up\n" in iter(process.stdout.readline, "")
            eventually(started, what="parts started")
            yield process
        finally:
            process.terminate()
            process.wait(120)


def _pids(folder: Path, name: str) -> list[int]:
    path = folder / f"{name}.started"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def _last(folder: Path, name: str) -> ProcessIdentity:
    identity = ProcessIdentity.of(_pids(folder, name)[-1])
    assert identity is not None
    return identity


def test_a_killed_part_is_started_again(home: Path) -> None:
    with _house(home):
        os.kill(_last(home, "polite").pid, signal.SIGKILL)
        eventually(lambda: len(_pids(home, "polite")) == 2, what="second start")
        os.kill(_last(home, "polite").pid, signal.SIGKILL)
        eventually(lambda: len(_pids(home, "polite")) == 3, what="third start")
        assert len(_pids(home, "stubborn")) == 1


def test_ctrl_c_stops_everything_that_it_started_and_nothing_else(home: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as stranger:
        with _house(home) as process:
            parts = [_last(home, name) for name in _NAMES]
            process.send_signal(signal.SIGINT)
            assert process.wait(120) == 0
        # the stubborn part's child is killed with it, and nobody can wait for a grandchild
        eventually(lambda: not any(part.alive() for part in parts), what="all ended")
        assert stranger.poll() is None
        assert not (home / "parts.json").exists()
        stranger.kill()


def test_nothing_outlives_a_supervisor_that_is_killed(home: Path) -> None:
    with _house(home) as process:
        parts = [_last(home, name) for name in _NAMES]
        process.kill()
        eventually(lambda: not any(part.alive() for part in parts), what="all ended")


def test_the_next_start_ends_what_is_left_when_the_watchdog_is_killed_too(home: Path) -> None:
    with _house(home) as process:
        parts = [_last(home, name) for name in _NAMES]
        for watchdog in _children(process.pid):
            if "watchdog" in Path(f"/proc/{watchdog}/cmdline").read_text():
                os.kill(watchdog, signal.SIGKILL)
        process.kill()
        process.wait()
        assert all(part.alive() for part in parts)
    with _house(home):
        eventually(lambda: not any(part.alive() for part in parts), what="all ended")
        assert _last(home, "polite").alive()


def _children(pid: int) -> list[int]:
    result = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    return [int(line) for line in result.stdout.split()]
