"""Fixtures of the fault tests: those of the worker tests, and real Producer and API processes."""

from collections.abc import Callable
from subprocess import Popen

import pytest

from tests.runner.contained import contained, containers, image, own, run_folder
from tests.support.services import TestServices
from tests.support.turned_clock import TurnedClock
from tests.worker.conftest import (
    StartProcess,
    database,
    gate,
    noun,
    resources,
    settings,
    start_process,
    start_worker,
)

__all__ = [
    "contained",
    "containers",
    "database",
    "gate",
    "image",
    "noun",
    "own",
    "resources",
    "run_folder",
    "settings",
    "start_process",
    "start_worker",
]

StartPart = Callable[[], "Popen[bytes]"]


@pytest.fixture
def start_producer(start_process: StartProcess) -> StartPart:
    """Return a function that starts a Producer process."""
    return lambda: start_process("producer", "tests.support.stand_in_producer")


@pytest.fixture
def clock(services: TestServices, database_url: str) -> TurnedClock:
    """Return the clock of this test's database; ask for it before anything connects."""
    return TurnedClock(services, database_url)
