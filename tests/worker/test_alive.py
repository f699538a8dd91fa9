"""A part that hangs is told from one that works."""

import json
import os
import time
from pathlib import Path

from onmodel.worker import alive
from tests.cli.running import run


def test_a_part_that_never_began_is_not_alive(home: Path) -> None:
    assert alive.silent_seconds(home / "run", "worker") is None
    told = run(home, "alive", "worker", "--json")
    assert told.returncode == 1
    assert json.loads(told.stdout)["code"] == "part_silent"


def test_a_part_that_works_is_alive_and_one_that_hangs_is_not(home: Path) -> None:
    alive.show(home / "run", "producer")
    assert run(home, "alive", "producer").returncode == 0
    long_ago = time.time() - alive.SILENCE_SECONDS - 30
    os.utime(home / "run" / "producer.alive", (long_ago, long_ago))
    told = run(home, "alive", "producer", "--json")
    assert told.returncode == 1
    assert "silent for 9" in json.loads(told.stdout)["detail"]
