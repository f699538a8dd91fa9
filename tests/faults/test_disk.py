"""A full disk in the output folder, with functions that run as processes."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from onmodel.dispatch.schemas import CallParams, FunctionPin
from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import FILE_NAME
from onmodel.kit.db.uow import Database
from onmodel.runner.keeper import Wanted
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from onmodel.settings import Settings
from onmodel.worker import app, presence
from onmodel.worker.process import WorkerProcess
from onmodel.worker.run import run_call
from tests.faults.test_containers import MANIFEST
from tests.runner.contained import ROOT, TOYS
from tests.support.calls import alter, claim_all, load, submit

NOT_TESTED = "FULL DISK NOT TESTED: this machine lets nobody mount a small one"


@pytest.fixture
def small_disk(settings: Settings) -> Iterator[Path]:
    """Let the folders of calls lie on a disk of 4 MiB."""
    place = settings.run / "calls"
    place.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, check=False).returncode != 0:
        pytest.skip(NOT_TESTED)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
async def worker(
    settings: Settings,
    small_disk: Path,
    home: Path,
    tmp_path: Path,
) -> AsyncIterator[WorkerProcess]:
    """A worker of this very process, whose functions are real processes."""
    folder = home / "toys" / "fills"
    folder.mkdir(parents=True)
    text = MANIFEST.format(name="fills", entry="handlers:Fills", run_s=60)
    (folder / FILE_NAME).write_text(text.replace("memory_mb = 96", "memory_mb = 512"))
    weights = tmp_path / "weights"
    weights.mkdir()
    path = f"{ROOT / 'sdk' / 'src'}:{TOYS}"
    prepared = Prepared(Path(sys.executable), weights, {"PYTHONPATH": path})

    def make_pool(made: Settings, _wanted: Wanted) -> Pool:
        runtime = ProcessRuntime(made.run / "functions")
        return Pool(runtime, lambda manifest, on_line, patience: prepared)

    here = settings.model_copy(update={"functions_dir": home / "toys"})
    worker = await asyncio.to_thread(app.start, here, make_pool=make_pool)
    await asyncio.to_thread(presence.announce, worker)
    yield worker
    await asyncio.to_thread(app.stop, worker)


async def test_a_full_disk_is_the_machines_fault_and_passes(
    small_disk: Path, worker: WorkerProcess, database: Database
) -> None:
    wish = CallParams(values={"text": "8"}, only=FunctionPin(name="fills"))
    call_id = await submit(database, params=wish)

    async def attempt() -> None:
        await alter(database, call_id, not_before=None)
        (claimed,) = await claim_all(database)
        await asyncio.to_thread(run_call, worker, call_id, claimed.fence)
        scratch = small_disk / str(worker.id)
        assert [path.name for path in scratch.iterdir()] == ["worker.lock"]

    await attempt()
    call = await load(database, call_id)
    assert call.error is not None
    assert (call.state.value, call.error["code"], call.error["fault"]) == (
        "queued",
        "disk_full",
        "machine",
    )
    remount = ["mount", "-o", "remount,size=64m", str(small_disk)]
    await asyncio.to_thread(subprocess.run, remount, check=True)
    await attempt()
    call = await load(database, call_id)
    assert (call.state.value, call.attempt, call.error) == ("succeeded", 2, None)
