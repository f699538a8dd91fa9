"""A real container engine for the tests that need one.

- ``engine``: a running engine, one for each test run. Where none can run, the test is skipped, and
  the reason is in the summary.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bench.support.engine import NoEngineError, own_engine
from bench.support.house import shared_caches


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
        pytest.skip(f"CONTAINERS NOT TESTED: no container engine can run here: {error}")
