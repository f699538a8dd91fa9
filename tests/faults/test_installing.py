"""A worker that is killed in the middle of an installation leaves nothing of it running."""

import asyncio
from pathlib import Path

import psutil
import pytest

from onmodel.kit.db.uow import Database
from onmodel.settings import Settings
from tests.faults.conftest import StartPart
from tests.faults.watching import is_gone
from tests.functions.conftest import manifest_text, write_function
from tests.support.calls import submit
from tests.worker.conftest import StartProcess, until

PROJECT = """
[project]
name = "slow"
version = "1.0.0"
requires-python = ">=3.11"

[build-system]
requires = []
build-backend = "builds"
backend-path = ["."]
"""
LOCK = """
version = 1
requires-python = ">=3.11"

[[package]]
name = "slow"
version = "1.0.0"
source = { editable = "." }
"""
# A build that never ends, and has begun something itself.
BUILDS = """
import os, signal, subprocess, sys

def build_wheel(*_, **__):
    child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    with open("{place}.new", "w") as told:
        told.write(f"{{os.getpid()}} {{child.pid}}")
    os.replace("{place}.new", "{place}")
    signal.pause()
"""


@pytest.fixture
def building(tmp_path: Path) -> Path:
    """Where the build writes its number and that of what it has begun."""
    return tmp_path / "building"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path, building: Path) -> Settings:
    """Settings with one function, whose installation never ends."""
    folder = write_function(tmp_path / "functions", "slow", manifest_text("slow"))
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "uv.lock").write_text(LOCK)
    (folder / "builds.py").write_text(BUILDS.format(place=building))
    return settings.model_copy(update={"functions_dir": tmp_path / "functions"})


async def test_the_installer_and_its_build_end_with_the_worker(
    database: Database,
    start_process: StartProcess,
    start_producer: StartPart,
    building: Path,
) -> None:
    async def builds() -> bool:
        return await asyncio.to_thread(building.exists)

    start_producer()
    victim = start_process("worker", "tests.support.installing_worker")
    await submit(database)
    await until(builds)
    told = await asyncio.to_thread(building.read_text)
    build, begun = map(int, told.split())
    started = psutil.Process(victim.pid).children(recursive=True)
    assert {build, begun} < {one.pid for one in started}
    assert "uv" in {one.name() for one in started}
    victim.kill()
    for one in started:
        await is_gone(one.pid)
