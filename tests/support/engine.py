"""A real container engine for the tests that need one.

- ``engine``: a running engine, one for each test run. Where none can run, the test is skipped, and
  the reason is in the summary.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import pytest

from bench.support.engine import NoEngineError, own_engine
from bench.support.house import shared_caches

SKIPPED = "CONTAINERS NOT TESTED"


@dataclass(frozen=True)
class OwnEngine:
    """Where the engine listens, and an image with Python and uv in it."""

    host: str
    base: str


@pytest.fixture(scope="session")
def engine() -> Iterator[OwnEngine]:
    """Return a running engine of our own."""
    try:
        with own_engine(shared_caches()) as (host, base):
            yield OwnEngine(host, base)
    except NoEngineError as error:
        pytest.skip(f"{SKIPPED}: no container engine can run here: {error}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let all tests without an engine be told in one line, as if all were skipped here."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and SKIPPED in report.longrepr[2]:
        report.longrepr = (__file__, 1, report.longrepr[2])
    return report
