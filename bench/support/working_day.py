"""A working day of 10,000 calls in fast forward: real PostgreSQL, the Producer's own code, a
clock that we turn, and machines that are lost.

``clock_timestamp()`` is replaced, for this database only, by a function that reads our clock; all
of the Producer's time is the database's, so nothing else has to know. What travels through the
broker in the product goes through a list here, in which messages get lost and come twice.
"""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from celery import Celery
from kombu.entity import Queue
from sqlalchemy import func, select, text
from support import effects

from onmodel.composition import Resources
from onmodel.dispatch import leases, service, workers
from onmodel.dispatch.errors import LeaseLostError
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallError, CallOutputs, CallParams, NewCall
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING
from onmodel.kit.lifecycle import FINAL, State
from onmodel.worker.producer import Producer

CALLS, PEOPLE, PROJECTS, MACHINES = 10_000, 20, 4, 8
DAY = timedelta(hours=8)
STEP = timedelta(seconds=10)
LEASE = 45.0
# Seconds between losses of one machine, on average, and how long until another one is there.
LIFE, AWAY = 3600.0, 120.0
HANGS = 0.5  # of the lost ones: they come back and bring what nobody wants any more
MESSAGE_LOST, MESSAGE_TWICE = 0.005, 0.005
FAULT = 0.01  # of the machine, worth another try
MEDIAN_SECONDS = 12.0
# What is left must have ended this long after the day.
EVENING = timedelta(hours=2)


@dataclass
class Work:
    """A call in a machine's hands."""

    call_id: UUID
    fence: int
    ends: datetime
    begun: datetime
    breaks: bool


@dataclass
class Machine:
    """A simulated worker with one slot."""

    id: UUID
    dies: datetime
    wakes: datetime | None = None
    work: list[Work] = field(default_factory=list)


@dataclass(frozen=True)
class Day:
    """How it went."""

    calls: int
    succeeded: int
    lost: int
    doubled: int
    machines_lost: int
    messages_lost: int
    late_results: int
    second_attempts: int

    @property
    def success_rate(self) -> float:
        return self.succeeded / self.calls


class Post:
    """Stands in for the broker: keeps what the Producer sends."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.waiting: list[tuple[str, UUID, int]] = []
        self.lost = 0

    def send_task(self, _name: str, *, args: list[Any], queue: Queue, **_options: Any) -> None:
        message = (queue.name, UUID(args[0]), int(args[1]))
        if self._chance.random() < MESSAGE_LOST:
            self.lost += 1
            return
        self.waiting += [message] * (1 + (self._chance.random() < MESSAGE_TWICE))


class Simulation:
    """The day, step by step."""

    def __init__(self, resources: Resources, *, seed: int) -> None:
        self._resources = resources
        self._database = resources.database
        self._chance = random.Random(seed)
        self._post = Post(self._chance)
        self._producer = Producer(resources, cast(Celery, self._post))
        self._now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self._machines: list[Machine] = []
        self._coming: list[datetime] = []
        self._machines_lost = 0
        self._late_results = 0

    async def run(self) -> Day:
        """Live through the day and the evening after it."""
        await self._replace_the_clock()
        morning = self._now
        arrivals = sorted(morning + self._chance.random() * DAY for _ in range(CALLS))
        for _ in range(MACHINES):
            await self._join()
        while arrivals or not await self._all_over():
            if self._now > morning + DAY + EVENING:
                break
            await self._turn_the_clock()
            due = [moment for moment in arrivals if moment <= self._now]
            arrivals = arrivals[len(due) :]
            await self._submit(len(due))
            await self._machines_step()
            await self._producer.sweep()
            await self._producer.deal()
            await self._deliver()
        return await self._result()

    async def _replace_the_clock(self) -> None:
        async with self._database.begin() as uow:
            for statement in _CLOCK:
                await uow.session.execute(text(statement))
        await self._database.engine.dispose()  # connections made from now on see it

    async def _turn_the_clock(self) -> None:
        self._now += STEP
        async with self._database.begin() as uow:
            await uow.session.execute(text("UPDATE ours.clock SET now = :now"), {"now": self._now})

    async def _all_over(self) -> bool:
        async with self._database.read() as uow:
            left = await uow.session.scalar(
                select(func.count()).where(Call.state.not_in(list(FINAL)))
            )
        return left == 0

    async def _submit(self, count: int) -> None:
        async with self._database.begin() as uow:
            await service.submit_many(uow, [self._wish() for _ in range(count)])

    def _wish(self) -> NewCall:
        # some people ask for much more than others
        person = min(PEOPLE - 1, int(self._chance.expovariate(1 / 5)))
        return NewCall(
            project_id=UUID(int=1 + person % PROJECTS),
            created_by=UUID(int=1000 + person),
            subject_kind=effects.KIND,
            subject_id=uuid4(),
            task=Task.GENERATE_VARIATION,
            tier=self._chance.choice(ASCENDING),
            params=CallParams(),
        )

    async def _join(self) -> None:
        async with self._database.begin() as uow:
            worker = await workers.register(uow, name="simulated", tiers=ASCENDING, slots=1)
            await workers.seen(uow, worker.id)
        life = timedelta(seconds=self._chance.expovariate(1 / LIFE))
        self._machines.append(Machine(worker.id, self._now + life))

    async def _machines_step(self) -> None:
        """Let machines end their work, give signs of life, die, hang, wake up and be replaced."""
        for moment in [moment for moment in self._coming if moment <= self._now]:
            self._coming.remove(moment)
            await self._join()
        for machine in list(self._machines):
            if machine.dies <= self._now and machine.wakes is None:
                self._lose(machine)
        awake = [machine for machine in self._machines if machine.wakes is None]
        await _all([self._end_work(machine) for machine in awake])
        await self._beat(awake)
        for machine in [m for m in self._machines if m.wakes and m.wakes <= self._now]:
            self._machines.remove(machine)
            await self._bring_late(machine)

    def _lose(self, machine: Machine) -> None:
        self._machines_lost += 1
        self._coming.append(self._now + timedelta(seconds=AWAY))
        if self._chance.random() < HANGS:
            machine.wakes = self._now + timedelta(seconds=4 * LEASE)
        else:
            self._machines.remove(machine)

    async def _beat(self, machines: list[Machine]) -> None:
        async with self._database.begin() as uow:
            for machine in machines:
                await workers.seen(uow, machine.id)
            held = [
                leases.Held(work.call_id, work.fence, 50.0, "waiting")
                for machine in machines
                for work in machine.work
            ]
            lost = await leases.heartbeat(uow, held, lease_seconds=LEASE)
        gone = {(one.call_id, one.fence) for one in lost}
        for machine in machines:
            machine.work = [w for w in machine.work if (w.call_id, w.fence) not in gone]

    async def _end_work(self, machine: Machine) -> None:
        for work in [work for work in machine.work if work.ends <= self._now]:
            machine.work.remove(work)
            await self._finish(work)

    async def _bring_late(self, machine: Machine) -> None:
        """A machine that hung ends what it had, as if nothing had happened."""
        for work in machine.work:
            try:
                await self._finish(work)
            except LeaseLostError:
                self._late_results += 1

    async def _finish(self, work: Work) -> None:
        async with self._database.begin() as uow:
            if work.breaks:
                error = CallError(code="killed", message="", fault="machine", retry=True)
                await leases.fail(uow, work.call_id, work.fence, error)
            else:
                seconds = (work.ends - work.begun).total_seconds()
                outputs = CallOutputs()
                await leases.complete(uow, work.call_id, work.fence, outputs, seconds=seconds)

    async def _deliver(self) -> None:
        """Hand the messages to their machines; one that works or hangs leaves its own waiting."""
        queues = {tier.queue_of(one.id): one for one in self._machines for tier in ASCENDING}
        messages, self._post.waiting = self._post.waiting, []
        for queue, call_id, fence in messages:
            machine = queues.get(queue)
            if machine is None:
                continue  # nobody reads it any more
            if machine.work or machine.wakes is not None:
                self._post.waiting.append((queue, call_id, fence))
            else:
                await self._start(machine, call_id, fence)

    async def _start(self, machine: Machine, call_id: UUID, fence: int) -> None:
        try:
            async with self._database.begin() as uow:
                await leases.start(uow, call_id, fence, worker_id=machine.id, lease_seconds=LEASE)
        except LeaseLostError:
            return  # it came twice, or too late
        seconds = self._chance.lognormvariate(0, 0.5) * MEDIAN_SECONDS
        ends = self._now + timedelta(seconds=seconds)
        breaks = self._chance.random() < FAULT
        machine.work.append(Work(call_id, fence, ends, self._now, breaks))

    async def _result(self) -> Day:
        lost, doubled = await effects.lost_and_doubled(self._database)
        async with self._database.read() as uow:
            succeeded = await uow.session.scalar(
                select(func.count()).where(Call.state == State.SUCCEEDED)
            )
            again = await uow.session.scalar(select(func.count()).where(Call.attempt > 1))
        return Day(
            calls=CALLS,
            succeeded=succeeded,
            lost=lost,
            doubled=doubled,
            machines_lost=self._machines_lost,
            messages_lost=self._post.lost,
            late_results=self._late_results,
            second_attempts=again,
        )


async def _all(work: list[Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(*work)


_CLOCK = (
    "CREATE SCHEMA ours",
    "CREATE TABLE ours.clock (now timestamptz NOT NULL)",
    "INSERT INTO ours.clock VALUES (pg_catalog.clock_timestamp())",
    "CREATE FUNCTION ours.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE"
    " RETURN (SELECT c.now FROM ours.clock c)",
    # named after our schema, the system's own functions are found second
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = ours, public, pg_catalog',"
    " current_database()); END $$",
)
