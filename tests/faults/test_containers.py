"""Containers that are killed, fill the disk, want too much or hang in the middle of a call.

Each time the call ends in the right state, and no process, container or lease is left.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from uuid import UUID

import pytest

from onmodel.dispatch import service
from onmodel.dispatch.failures import TABLE
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallParams, FunctionPin
from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import FILE_NAME
from onmodel.kit.db.uow import Database
from onmodel.runner.container import RUNTIME_LABEL, ContainerRuntime
from onmodel.runner.engine import Engine
from onmodel.runner.keeper import Wanted
from onmodel.runner.pool import Pool
from onmodel.settings import Settings
from onmodel.worker import app, presence
from onmodel.worker.process import WorkerProcess
from onmodel.worker.run import run_call
from tests.runner.conftest import is_alive
from tests.support.calls import alter, claim_all, load, submit
from tests.worker.conftest import until

MANIFEST = """
name = "{name}"
version = "1"
tasks = ["character.generate_variation"]
title = "{name}"
summary = "A toy."
licence = "Apache-2.0"
entry = "{entry}"

[tiers.low]

[limits]
run_s = {run_s}
cancel_grace_s = 0.5
memory_mb = 96
"""
TOYS = {
    "patient": ("handlers:Patient", 60),
    "stubborn": ("handlers:Stubborn", 60),
    "impatient": ("handlers:Patient", 1.5),
    "fills": ("handlers:Fills", 60),
    "grows": ("walls:Grows", 60),
}


@pytest.fixture
def functions(settings: Settings, home: Path) -> Settings:
    """Let the worker know the toys."""
    for name, (entry, run_s) in TOYS.items():
        (home / "toys" / name).mkdir(parents=True)
        text = MANIFEST.format(name=name, entry=entry, run_s=run_s)
        (home / "toys" / name / FILE_NAME).write_text(text)
    return settings.model_copy(update={"functions_dir": home / "toys"})


@pytest.fixture
async def worker(
    functions: Settings, containers: ContainerRuntime, contained: Prepared
) -> AsyncIterator[WorkerProcess]:
    """A worker of this very process, whose functions run in real containers."""

    def make_pool(_: Settings, _wanted: Wanted) -> Pool:
        return Pool(containers, lambda manifest, on_line, patience: contained, owns=False)

    worker = await asyncio.to_thread(app.start, functions, make_pool=make_pool)
    await asyncio.to_thread(presence.announce, worker)
    yield worker
    await asyncio.to_thread(app.stop, worker)


Strike = Callable[[str], None]


class Attempt(Protocol):
    """Runs one attempt of a call, and strikes at its container while it works."""

    async def __call__(self, call_id: UUID, strike: Strike | None = None) -> Call: ...


@pytest.fixture
async def attempt(
    worker: WorkerProcess, database: Database, own: Engine, run_folder: Path
) -> Attempt:
    """Return what runs one attempt of a call and looks that nothing of it is left."""

    async def run(call_id: UUID, strike: Strike | None = None) -> Call:
        await alter(database, call_id, not_before=None)
        (claimed,) = await claim_all(database)
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as thread:
            ended = loop.run_in_executor(thread, run_call, worker, call_id, claimed.fence)
            if strike is not None:

                async def works() -> bool:
                    return any(one.call and one.progress.percent > 0 for one in worker.held.all())

                await until(works)
                (container,) = own.find(f"{RUNTIME_LABEL}={run_folder}")
                strike(container.id)
            await ended
        assert isinstance(worker.pool, Pool)
        worker.pool.end_idle(0)  # one that could write no file is as good as before
        nothing_is_left(worker, own, run_folder)
        return await load(database, call_id)

    return run


def nothing_is_left(worker: WorkerProcess, own: Engine, run_folder: Path) -> None:
    assert own.find(f"{RUNTIME_LABEL}={run_folder}") == []
    assert [one for one in worker.pool.snapshot() if one.state != "resting"] == []
    folders = [path for path in run_folder.glob("worker-*/*") if path.is_dir()]
    assert folders == []
    scratch = worker.resources.settings.run / "calls" / str(worker.id)
    assert [path.name for path in scratch.iterdir()] == ["worker.lock"]


def processes_of(container: str) -> list[int]:
    """Return every process in a container, by the numbers that they have out here."""
    found: list[int] = []
    for place in Path("/proc").iterdir():
        with suppress(OSError):
            if place.name.isdigit() and container in (place / "cgroup").read_text():
                found.append(int(place.name))
    return found


def wish(name: str, **values: object) -> dict[str, object]:
    return {"params": CallParams(values=values, only=FunctionPin(name=name))}


async def test_kill_9_of_the_container_is_tried_again_until_it_is_given_up(
    attempt: Attempt, database: Database
) -> None:
    pids: list[int] = []

    def kill(container: str) -> None:
        pids.extend(processes_of(container))
        assert pids
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    call_id = await submit(database, **wish("patient"))
    messages: list[str] = []
    for tried in range(1, TABLE["killed"].tries + 1):
        call = await attempt(call_id, kill)
        assert call.error is not None
        assert (call.error["code"], call.error["fault"]) == ("killed", "machine")
        assert call.attempt == tried
        messages.append(call.error["message"])
        assert call.state.value == ("queued" if tried < 3 else "failed")
    assert messages[-1] == f"{messages[0]} It was tried 3 times."
    assert not any(map(is_alive, pids))


@pytest.fixture
def small_disk(run_folder: Path) -> Iterator[Path]:
    """Let everything that containers write lie on a disk of 4 MiB."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", run_folder], check=True)
    yield run_folder
    subprocess.run(["umount", "--lazy", run_folder], check=True)


async def test_a_full_disk_is_the_machines_fault_and_passes(
    small_disk: Path, attempt: Attempt, database: Database
) -> None:
    call_id = await submit(database, **wish("fills", text="8"))
    call = await attempt(call_id)
    assert call.error is not None
    assert (call.state.value, call.error["code"], call.error["fault"]) == (
        "queued",
        "disk_full",
        "machine",
    )
    remount = ["mount", "-o", "remount,size=64m", str(small_disk)]
    await asyncio.to_thread(subprocess.run, remount, check=True)
    call = await attempt(call_id)
    assert (call.state.value, call.attempt, call.error) == ("succeeded", 2, None)


async def test_more_memory_than_allowed_ends_the_call_for_good(
    attempt: Attempt, database: Database
) -> None:
    call = await attempt(await submit(database, **wish("grows", text="400")))
    assert call.error is not None
    assert (call.state.value, call.attempt) == ("failed", 1)
    assert (call.error["code"], call.error["fault"]) == ("out_of_memory", "function")


async def test_a_container_that_hangs_without_dying_is_ended_at_its_deadline(
    attempt: Attempt, database: Database
) -> None:
    frozen: list[int] = []

    def freeze(container: str) -> None:
        frozen.extend(processes_of(container))
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)

    call = await attempt(await submit(database, **wish("impatient")), freeze)
    assert call.error is not None
    assert (call.state.value, call.error["code"]) == ("failed", "timed_out")
    assert call.error["fault"] == "function"
    assert frozen
    assert not any(map(is_alive, frozen))


async def test_one_that_ignores_its_deadline_goes_with_what_it_started(
    attempt: Attempt, database: Database
) -> None:
    pids: list[int] = []

    def cancel(container: str) -> None:
        pids.extend(processes_of(container))
        asyncio.run_coroutine_threadsafe(_cancel(), loop)

    async def _cancel() -> None:
        async with database.begin() as uow:
            await service.cancel(uow, call_id)

    loop = asyncio.get_running_loop()
    call_id = await submit(database, **wish("stubborn"))
    call = await attempt(call_id, cancel)
    assert call.state.value == "cancelled"
    assert len(pids) >= 2
    assert not any(map(is_alive, pids))
