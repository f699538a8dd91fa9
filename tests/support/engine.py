"""A real container engine for the tests that need one.

- ``engine``: a running engine, one for each test run. Where none can run, the test is skipped, and
  the reason is in the summary.
"""

import io
import tarfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.support.engine import NoEngineError, own_engine
from bench.support.house import shared_caches
from onmodel.functions.patience import ENDLESS
from onmodel.runner.engine import Engine

SKIPPED = "CONTAINERS NOT TESTED"


@dataclass(frozen=True)
class OwnEngine:
    """Where the engine listens, and an image with Python and uv in it."""

    host: str
    base: str

    def build(self, name: str, dockerfile: str, folders: Mapping[str, Path]) -> None:
        """Build an image from a Dockerfile, whose ``{base}`` is ours, beside these folders."""
        context = io.BytesIO()
        with tarfile.open(fileobj=context, mode="w") as archive:
            for place, folder in folders.items():
                archive.add(folder, place)
            text = dockerfile.format(base=self.base).encode()
            member = tarfile.TarInfo("Dockerfile")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
        context.seek(0)
        with closing(Engine(self.host)) as building:
            lines = building.build(
                context, dockerfile="Dockerfile", name=name, arguments={}, patience=ENDLESS
            )
            list(lines)


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
