"""200 calls of 20 people on 8 worker processes, through the real Producer and the real broker.

Then as many that take no time at all: what is left is what the Producer, the broker, the database
and the workers themselves take.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import func, select
from support import effects

from onmodel.composition import Resources
from onmodel.dispatch import service
from onmodel.dispatch.models import Call, Worker
from onmodel.dispatch.schemas import CallParams, NewCall
from onmodel.dispatch.tasks import Task
from onmodel.kit.lifecycle import FINAL
from onmodel.settings import Settings
from onmodel.worker.celery import make_app
from onmodel.worker.producer import Producer

PEOPLE, CALLS, WORKERS = 20, 200, 8
PATIENCE_SECONDS = 180.0  # a busy machine takes its time to start eight processes
SINGLES = 60
_ANY = random.Random(11)


@dataclass(frozen=True)
class Rush:
    """What the rush has shown.

    Attributes:
        own_per_s: calls a second from the first submission to the last end, of calls that take
            no time.
        calls_per_s: the same of calls that wait.
        most_per_s: how many that could be at most, as each of them has to wait.
        jain: Jain's index of the machine time that people had while all of them waited.
        inversions: pairs of one person's waiting calls that were dealt against their order.
        overtaken: by how many people whose turn it was a call was dealt too early, summed over
            all calls: see `_overtaken`.
        idle_ms: milliseconds from submission to start of each call, submitted while a slot is
            free.
    """

    own_per_s: float
    calls_per_s: float
    most_per_s: float
    jain: float
    inversions: int
    overtaken: int
    idle_ms: list[float]


async def rush(resources: Resources) -> Rush:
    """Run it; workers and Producer are started and ended here."""
    async with _workers(resources), _producer(resources):
        idle_ms = await _one_by_one(resources)
        calls = await _all(resources, _wishes(random.Random(7)))
        empty = await _all(resources, [_wish(wish.created_by, 0.0) for wish in _wishes(_ANY)])
    work = sum(call.seconds or 0.0 for call in calls)
    return Rush(
        own_per_s=_per_s(empty),
        calls_per_s=_per_s(calls),
        most_per_s=CALLS / (work / WORKERS),
        jain=jain(_had(calls)),
        inversions=_inversions(calls),
        overtaken=_overtaken(calls),
        idle_ms=idle_ms,
    )


async def _all(resources: Resources, wishes: Sequence[NewCall]) -> list[Call]:
    """Ask for calls at one moment, wait until all are over and return them."""
    async with resources.database.begin() as uow:
        ids = [call.id for call in await service.submit_many(uow, wishes)]
    await _until_over(resources, ids)
    async with resources.database.read() as uow:
        return list(await uow.session.scalars(select(Call).where(Call.id.in_(ids))))


def _per_s(calls: Sequence[Call]) -> float:
    begun = min(call.created_at for call in calls)
    return len(calls) / (max(_moment(one.finished_at) for one in calls) - begun).total_seconds()


def jain(shares: Sequence[float]) -> float:
    """Return Jain's fairness index: 1 where all have the same, 1/n where one has everything.

    Jain, Chiu, Hawe: "A Quantitative Measure of Fairness and Discrimination for Resource
    Allocation in Shared Computer Systems", DEC-TR-301, 1984.
    """
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def _wishes(chance: random.Random) -> list[NewCall]:
    """Return everybody's calls, one person after the other: first come would not be fair.

    Every second person's calls take twice as long. One call in ten has a step of priority.
    """
    return [
        _wish(
            UUID(int=1000 + person),
            chance.uniform(0.05, 0.15) * (1 + person % 2),
            priority=int(chance.random() < 0.1),
        )
        for person in range(PEOPLE)
        for _ in range(CALLS // PEOPLE)
    ]


def _wish(person: UUID, seconds: float, *, priority: int = 0) -> NewCall:
    return NewCall(
        project_id=UUID(int=1),
        created_by=person,
        subject_kind=effects.KIND,
        subject_id=uuid4(),
        task=Task.GENERATE_VARIATION,
        # the folder of functions that the workers load has one, which takes these values
        params=CallParams(values={"seconds": seconds, "gate": "", "name": ""}),
        priority=priority,
    )


async def _one_by_one(resources: Resources) -> list[float]:
    """Return the milliseconds from submission to start where nothing else is to be done."""
    found: list[float] = []
    for number in range(SINGLES):
        async with resources.database.begin() as uow:
            call = await service.submit(uow, _wish(UUID(int=999), 0.0))
        await _until_over(resources, [call.id])
        async with resources.database.read() as uow:
            call = await uow.session.get(Call, call.id)
        assert call is not None
        if number >= WORKERS:  # each worker's first call opens its connections
            found.append((_moment(call.started_at) - call.created_at).total_seconds() * 1000)
    return found


def _had(calls: list[Call]) -> list[float]:
    """Return each person's seconds of machine time up to when the first had nothing waiting."""
    last: dict[UUID, datetime] = {}
    for call in calls:
        started = _moment(call.started_at)
        last[call.created_by] = max(last.get(call.created_by, started), started)
    end = min(last.values())
    had: dict[UUID, float] = dict.fromkeys(last, 0.0)
    for call in calls:
        until = min(end, _moment(call.finished_at))
        had[call.created_by] += max(0.0, (until - _moment(call.started_at)).total_seconds())
    return list(had.values())


def _inversions(calls: list[Call]) -> int:
    mine: dict[UUID, list[Call]] = defaultdict(list)
    for call in calls:
        mine[call.created_by].append(call)
    wrong = 0
    for own in mine.values():
        dealt = sorted(own, key=lambda call: _moment(call.claimed_at))
        for n, first in enumerate(dealt):
            wrong += sum(
                (then.order_at, then.id) < (first.order_at, first.id) for then in dealt[n:]
            )
    return wrong


def _overtaken(calls: Sequence[Call]) -> int:
    """Count who was passed over by somebody who had had more machine time already.

    Calls are counted in full when they are dealt. Fair queueing promises that two who both wait
    never differ by more than the longest call of each; what is beyond it is counted here.
    """
    waiting = Counter(call.created_by for call in calls)
    longest: dict[UUID, float] = defaultdict(float)
    for call in calls:
        longest[call.created_by] = max(longest[call.created_by], call.seconds or 0.0)
    had = dict.fromkeys(waiting, 0.0)
    wrong = 0
    for call in sorted(calls, key=lambda one: _moment(one.claimed_at)):
        me = call.created_by
        wrong += sum(
            had[me] - had[other] > longest[me] + longest[other]
            for other in waiting
            if waiting[other] and other != me
        )
        had[me] += call.seconds or 0.0
        waiting[me] -= 1
    return wrong


def _moment(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment


async def _until_over(resources: Resources, ids: list[UUID]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with resources.database.read() as uow:
                over = await uow.session.scalar(
                    select(func.count()).where(Call.id.in_(ids), Call.state.in_(FINAL))
                )
            if over == len(ids):
                return
            await asyncio.sleep(0.02)


@asynccontextmanager
async def _producer(resources: Resources) -> AsyncGenerator[None]:
    producer = Producer(resources, make_app(str(resources.settings.broker_url)))
    running = asyncio.create_task(producer.run())
    try:
        yield
    finally:
        producer.stop()
        await running


@asynccontextmanager
async def _workers(resources: Resources) -> AsyncGenerator[None]:
    started = _start_workers(resources.settings)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with resources.database.read() as uow:
                    if await uow.session.scalar(select(func.count(Worker.id))) == WORKERS:
                        break
                await asyncio.sleep(0.1)
        yield
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(20)


def _start_workers(settings: Settings) -> list[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "ONMODEL_HOME": str(settings.home),
        "ONMODEL_DATABASE_URL": str(settings.database_url),
        "ONMODEL_BROKER_URL": str(settings.broker_url),
        "ONMODEL_FUNCTIONS_DIR": str(settings.functions_dir),
        "ONMODEL_WORKER_SLOTS": "1",
    }
    command = [sys.executable, "-m", "support.waiting_worker"]
    place = Path(__file__).parents[1]
    said = subprocess.DEVNULL  # Celery prints what it does
    return [
        subprocess.Popen(command, cwd=place, env=environment, stdout=said, stderr=said)
        for _ in range(WORKERS)
    ]
