"""Fixtures of the worker tests: real servers, a Producer, worker processes, a gate."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from onmodel.composition import Resources, compose
from onmodel.dispatch.models import Call, Worker
from onmodel.dispatch.schemas import CallParams
from onmodel.events.models import Event
from onmodel.kit.db.uow import Database
from onmodel.settings import Settings
from onmodel.worker.celery import make_app
from onmodel.worker.producer import Producer
from tests.support.calls import Noun, registered, submit
from tests.support.gate import Gate, open_gate
from tests.support.stand_in_worker import FUNCTIONS
from tests.support.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def settings(home: Path, database_url: str, broker_url: str) -> Settings:
    """Return settings with short leases, so that a lost worker is soon missed.

    Not too short: a machine that stands still for a moment must not cost a live worker its
    lease, and ``add_worker`` registers workers that never give a second sign of life.
    """
    return Settings(
        home=home,
        database_url=database_url,
        broker_url=broker_url,
        functions_dir=FUNCTIONS,
        worker_slots=2,
        lease_seconds=10.0,
        heartbeat_seconds=0.2,
        sweep_seconds=0.1,
    )


@pytest.fixture
async def resources(settings: Settings) -> AsyncIterator[Resources]:
    """Return the test's own connections."""
    resources = compose(settings)
    try:
        yield resources
    finally:
        await resources.close()


@pytest.fixture
def database(resources: Resources) -> Database:
    """Return the database."""
    return resources.database


@pytest.fixture(autouse=True)
async def noun() -> AsyncIterator[Noun]:
    """Return a noun that hears of calls that change in the test's own process."""
    async with registered(Noun()) as noun:
        yield noun


@pytest.fixture
async def gate(home: Path) -> AsyncIterator[Gate]:
    """Return the gate at which stand-in functions report."""
    async with open_gate(home) as gate:
        yield gate


@pytest.fixture
async def producer(resources: Resources) -> AsyncIterator[Producer]:
    """Return a running Producer."""
    producer = Producer(resources, make_app(str(resources.settings.broker_url)))
    running = asyncio.create_task(producer.run())
    try:
        yield producer
    finally:
        producer.stop()
        await running


StartProcess = Callable[..., subprocess.Popen[bytes]]
StartWorker = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def start_process(settings: Settings) -> Iterator[StartProcess]:
    """Return a function that starts a part of the product; all of them end with the test.

    It takes the part's name, which is its log's, and the words after ``python -m``.
    """
    environment = os.environ | {
        f"ONMODEL_{name.upper()}": str(getattr(settings, name))
        for name in [
            "home",
            "database_url",
            "broker_url",
            "functions_dir",
            "worker_slots",
            "lease_seconds",
            "heartbeat_seconds",
            "sweep_seconds",
        ]
    }
    started: list[subprocess.Popen[bytes]] = []
    numbers: Counter[str] = Counter()

    def start(name: str, *words: str) -> subprocess.Popen[bytes]:
        with (settings.home / f"{name}-{numbers[name]}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *words], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        numbers[name] += 1
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)  # a stopped one could not end
        process.kill()
        process.wait()


@pytest.fixture
def start_worker(start_process: StartProcess) -> StartWorker:
    """Return a function that starts a worker process."""
    return lambda: start_process("worker", "tests.support.stand_in_worker")


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again until it is so; fail when it never is."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110 - another process brings it about
            await asyncio.sleep(0.02)


async def submit_to(gate: Gate, database: Database, name: str, **changes: object) -> UUID:
    """Submit a call of the stand-in function."""
    values = {"gate": str(gate.path), "name": name}
    return await submit(database, params=CallParams(values=values), **changes)


async def until_state(database: Database, call_id: UUID, state: str) -> Call:
    """Wait until a call is in this state and return it."""
    found: list[Call] = []

    async def reached() -> bool:
        async with database.read() as uow:
            call = await uow.session.get(Call, call_id)
        assert call is not None
        found[:] = [call]
        return call.state == state

    await until(reached)
    return found[0]


async def events_of(database: Database, call_id: UUID) -> list[str]:
    """Return the names of the events that worker processes recorded of a call, in order."""
    async with database.read() as uow:
        rows = await uow.session.scalars(
            select(Event.name)
            .where(Event.payload["task_id"].astext == str(call_id))
            .order_by(Event.seq)
        )
        return list(rows)


async def worker_count(database: Database) -> int:
    """Return how many workers the registry knows."""
    async with database.read() as uow:
        return len(list(await uow.session.scalars(select(Worker.id))))
