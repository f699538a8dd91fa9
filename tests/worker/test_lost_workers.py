"""Worker processes that die, hang, go away or never hear: every call has one effect."""

import asyncio
import signal
from collections.abc import Awaitable
from pathlib import Path

import pytest

from onmodel.composition import Resources
from onmodel.dispatch import service
from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.uow import Database
from tests.support.calls import add_worker
from tests.support.gate import Gate
from tests.support.services import TestServices
from tests.support.waiting import PATIENCE_SECONDS
from tests.worker.conftest import (
    StartWorker,
    events_of,
    submit_to,
    until,
    until_state,
    worker_count,
)

pytestmark = pytest.mark.usefixtures("producer")

ONE_EFFECT = ["test:started", "server:task_success"]
SECOND_ATTEMPT = ["test:started", "test:started", "server:task_success"]


async def test_kill_9_in_mid_call_is_one_effect(
    database: Database, gate: Gate, start_worker: StartWorker
) -> None:
    victim = start_worker()
    call_id = await submit_to(gate, database, "portrait")
    first = await gate.visit()
    victim.kill()
    await first.gone()  # the function does not outlive its worker
    start_worker()
    second = await gate.visit()
    await second.say("finish")
    call = await until_state(database, call_id, "succeeded")
    assert (call.attempt, call.function, call.function_version) == (2, "stand-in", "1.2.3")
    assert await events_of(database, call_id) == SECOND_ATTEMPT


async def test_hung_worker_that_wakes_up_late_changes_nothing(
    database: Database, gate: Gate, start_worker: StartWorker, home: Path
) -> None:
    async def result_was_refused() -> bool:
        # of the first attempt: a later message that waited for this worker is refused as well
        log = (home / "worker-0.log").read_text().splitlines()
        return any("call_not_ours" in line and '"fence": 1,' in line for line in log)

    hung = start_worker()
    call_id = await submit_to(gate, database, "portrait")
    first = await gate.visit()
    hung.send_signal(signal.SIGSTOP)
    start_worker()
    second = await gate.visit()  # the lease has ended and another worker has begun
    await first.say("finish")
    hung.send_signal(signal.SIGCONT)
    await first.gone()
    await until(result_was_refused)
    assert (await until_state(database, call_id, "running")).attempt == 2
    await second.say("finish")
    await until_state(database, call_id, "succeeded")
    assert await events_of(database, call_id) == SECOND_ATTEMPT


async def test_worker_that_is_told_to_end_gives_its_calls_back_at_once(
    database: Database, gate: Gate, start_worker: StartWorker
) -> None:
    leaving = start_worker()
    call_id = await submit_to(gate, database, "portrait")
    first = await gate.visit()
    leaving.terminate()
    call = await until_state(database, call_id, "queued")
    assert call.attempt == 0
    await first.gone()
    assert await asyncio.to_thread(leaving.wait, PATIENCE_SECONDS) == 0
    assert await worker_count(database) == 0
    start_worker()
    await (await gate.visit()).say("finish")
    call = await until_state(database, call_id, "succeeded")
    assert call.attempt == 1


async def test_lost_message_is_sent_again(
    database: Database, gate: Gate, start_worker: StartWorker, resources: Resources
) -> None:
    async def message_was_sent() -> bool:
        return await resources.bus.client.llen(f"onmodel:{Tier.LOW.queue_of(worker)}") == 1

    worker = await add_worker(database, slots=1)  # has a slot, and listens to no queue
    call_id = await submit_to(gate, database, "portrait")
    lost = await until_state(database, call_id, "starting")
    await until(message_was_sent)  # the claim is committed before its message leaves
    await resources.bus.client.flushall()
    start_worker()
    await (await gate.visit()).say("finish")
    call = await until_state(database, call_id, "succeeded")
    assert call.fence > lost.fence
    assert call.lease_owner != worker
    assert await events_of(database, call_id) == ONE_EFFECT


async def test_cancelling_stops_the_function(
    database: Database, gate: Gate, start_worker: StartWorker
) -> None:
    start_worker()
    call_id = await submit_to(gate, database, "portrait")
    visit = await gate.visit()
    async with database.begin() as uow:
        await service.cancel(uow, call_id)
    await visit.gone()
    next_id = await submit_to(gate, database, "next")
    await (await gate.visit()).say("finish")
    await until_state(database, next_id, "succeeded")
    assert (await until_state(database, call_id, "cancelled")).result is None
    assert await events_of(database, call_id) == ["test:started"]


async def test_broker_that_was_restarted_empty_is_used_again(
    database: Database, gate: Gate, start_worker: StartWorker, services: TestServices
) -> None:
    start_worker()
    before = await submit_to(gate, database, "before")
    running = await gate.visit()
    await asyncio.to_thread(services.valkey.stop)
    during = await submit_to(gate, database, "during")
    await running.say("finish")
    await until_state(database, before, "succeeded")
    await asyncio.to_thread(services.valkey.start)
    await (await gate.visit()).say("finish")
    await until_state(database, during, "succeeded")
    assert await events_of(database, before) == ONE_EFFECT
    assert await events_of(database, during) == ONE_EFFECT


async def test_database_that_was_restarted_in_mid_call_learns_the_result(
    database: Database, gate: Gate, start_worker: StartWorker, services: TestServices
) -> None:
    start_worker()
    call_id = await submit_to(gate, database, "portrait")
    visit = await gate.visit()
    await asyncio.to_thread(services.postgres.stop)
    await visit.say("finish")
    await visit.gone()
    await asyncio.to_thread(services.postgres.start)
    await database.engine.dispose()
    await _finish_whoever_comes(gate, until_state(database, call_id, "succeeded"))
    assert (await events_of(database, call_id)).count("server:task_success") == 1


async def _finish_whoever_comes(gate: Gate, end: Awaitable[object]) -> None:
    """Let every further attempt succeed until the end has come."""

    async def finish() -> None:
        while True:
            await (await gate.visit()).say("finish")

    finishing = asyncio.create_task(finish())
    await end
    finishing.cancel()
