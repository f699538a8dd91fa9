"""What is dealt to a worker runs there: queues of single workers, on the real broker."""

import asyncio
import signal

import pytest

from onmodel.composition import Resources
from onmodel.dispatch import workers
from onmodel.dispatch.schemas import Claim
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.uow import Database
from onmodel.kit.ids import new_id
from onmodel.worker.celery import make_app, send
from onmodel.worker.producer import Producer
from tests.support.calls import add_worker
from tests.support.gate import Gate
from tests.worker.conftest import StartWorker, submit_to, until, until_state, worker_count

TURNS = 6


@pytest.mark.usefixtures("producer")
async def test_a_call_runs_on_the_worker_that_has_its_function_warm(
    database: Database, gate: Gate, start_worker: StartWorker
) -> None:
    async def both_are_there() -> bool:
        return await worker_count(database) == 2

    async def is_told_to_be_warm() -> bool:
        async with database.read() as uow:
            alive = await workers.live(uow, lease_seconds=10)
        return [one["state"] for worker in alive for one in worker.warm] == ["idle"]

    for _ in range(2):
        start_worker()
    await until(both_are_there)
    pids: set[int] = set()
    for turn in range(TURNS):
        call_id = await submit_to(gate, database, f"turn {turn}")
        visit = await gate.visit()
        pids.add(visit.pid)
        await visit.say("finish")
        await until_state(database, call_id, "succeeded")
        await until(is_told_to_be_warm)
    assert len(pids) == 1


@pytest.mark.usefixtures("producer")
async def test_what_a_killed_worker_never_took_is_done_by_another(
    database: Database, gate: Gate, start_worker: StartWorker
) -> None:
    async def is_there() -> bool:
        return await worker_count(database) == 1

    victim = start_worker()
    await until(is_there)
    victim.send_signal(signal.SIGSTOP)  # it is dealt the call, and never takes the message
    call_id = await submit_to(gate, database, "portrait")
    dealt = await until_state(database, call_id, "starting")
    victim.kill()
    start_worker()
    await (await gate.visit()).say("finish")
    call = await until_state(database, call_id, "succeeded")
    assert (call.attempt, call.fence > dealt.fence) == (1, True)


async def test_the_queues_of_workers_that_are_gone_are_deleted(resources: Resources) -> None:
    app, client = make_app(str(resources.settings.broker_url)), resources.bus.client
    alive = await add_worker(resources.database, slots=1)
    names: dict[bool, str] = {}
    for lives, owner in ((True, alive), (False, new_id())):
        send(app, Claim(new_id(), 1, Task.GENERATE_VARIATION, Tier.LOW, owner))
        names[lives] = f"onmodel:{Tier.LOW.queue_of(owner)}"
        assert await client.llen(names[lives]) == 1

    async def is_deleted() -> bool:
        return await client.exists(names[False]) == 0

    producer = Producer(resources, app)
    running = asyncio.create_task(producer.run())
    await until(is_deleted)
    producer.stop()
    await running
    assert await client.llen(names[True]) == 1
    left = [key async for key in client.scan_iter(match="onmodel:*")]
    assert [key.decode() for key in left] == [names[True]]
