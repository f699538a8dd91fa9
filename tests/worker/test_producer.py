"""The Producer: leading, standing by, and a broker that is away."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from onmodel.composition import Resources
from onmodel.dispatch import handlers, leadership
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import Outcome
from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.worker.celery import make_app
from onmodel.worker.producer import Producer
from tests.dispatch.test_leases import PAST
from tests.support.calls import Noun, add_worker, alter, load, submit
from tests.worker.conftest import until, until_state


async def _is_led(database: Database) -> bool:
    async with database.read() as uow:
        return await leadership.is_led(uow)


async def _is_free(database: Database) -> bool:
    return not await _is_led(database)


async def test_one_leads_and_another_takes_over(resources: Resources) -> None:
    app, database = make_app(str(resources.settings.broker_url)), resources.database
    assert not await _is_led(database)
    first = Producer(resources, app)
    leading = asyncio.create_task(first.run())
    await until(lambda: _is_led(database))
    second = Producer(resources, app)
    standing_by = asyncio.create_task(second.run())
    first.stop()
    await leading
    await add_worker(database, slots=1)
    call_id = await submit(database)
    await until_state(database, call_id, "starting")
    second.stop()
    await standing_by
    await until(lambda: _is_free(database))  # the lead ends with the server's side of a connection


async def test_two_that_work_at_once_deal_each_call_once(resources: Resources, noun: Noun) -> None:
    app, database = make_app(str(resources.settings.broker_url)), resources.database
    pair = [Producer(resources, app), Producer(resources, app)]
    worker = await add_worker(database, slots=8)
    ids = [await submit(database) for _ in range(12)]
    await asyncio.gather(*(producer.deal() for producer in pair * 3))
    fences = [(await load(database, id_)).fence for id_ in ids]
    assert fences == [1] * 8 + [0] * 4
    assert await resources.bus.client.llen(f"onmodel:{Tier.LOW.queue_of(worker)}") == 8
    await alter(database, ids[0], lease_until=PAST)
    await asyncio.gather(*(producer.sweep() for producer in pair))
    assert noun.heard == [("requeued", ids[0])]


async def test_broker_that_is_away_costs_no_attempt(resources: Resources) -> None:
    database = resources.database
    producer = Producer(resources, make_app("redis+socket:///nowhere/valkey.sock?virtual_host=0"))
    await add_worker(database, slots=2)
    ids = [await submit(database) for _ in range(2)]
    assert not await producer.deal()
    for id_ in ids:
        call = await load(database, id_)
        assert (call.state, call.attempt, call.lease_owner) == (State.QUEUED, 0, None)


async def test_one_nouns_mistake_does_not_keep_the_others_waiting(resources: Resources) -> None:
    async def broken(_uow: UnitOfWork, _call: Call) -> None:
        raise RuntimeError("a mistake")

    async def ignore(*_: object) -> None: ...

    database = resources.database
    producer = Producer(resources, make_app(str(resources.settings.broker_url)))
    handlers.register("broken", on_finished=ignore, on_requeued=broken)
    try:
        await add_worker(database, slots=2)
        ids: list[UUID] = [await submit(database, subject_kind="broken"), await submit(database)]
        await producer.deal()
        for id_ in ids:
            await alter(database, id_, lease_until=PAST)
        await producer.sweep()
        assert [(await load(database, id_)).state for id_ in ids] == ["failed", "queued"]
        error = (await load(database, ids[0])).error
        assert error is not None
        assert (error["code"], error["retry"]) == ("internal_error", False)
    finally:
        handlers.unregister("broken")


async def test_a_noun_that_cannot_hear_of_an_end_keeps_no_call_for_ever(
    resources: Resources, noun: Noun
) -> None:
    async def broken(uow: UnitOfWork, call: Call, _outcome: Outcome) -> None:
        await uow.session.execute(text("SELECT 1 / 0"))
        raise AssertionError(call.id)

    database = resources.database
    producer = Producer(resources, make_app(str(resources.settings.broker_url)))
    handlers.register("broken", on_finished=broken)
    try:
        await add_worker(database, slots=1)
        lost = await submit(database, subject_kind="broken", max_attempts=1)
        after = await submit(database, depends_on=(lost,))
        await producer.deal()
        await alter(database, lost, lease_until=PAST, attempt=1)
        await producer.sweep()
        assert (await load(database, lost)).state is State.FAILED
        # its own noun did hear, the first time in a transaction that was undone
        assert noun.of(after) == ["failed", "failed"]
        assert (await load(database, after)).state is State.FAILED
    finally:
        handlers.unregister("broken")


@pytest.mark.usefixtures("producer")
async def test_new_call_does_not_wait_for_the_sweep(resources: Resources) -> None:
    await add_worker(resources.database, slots=1)
    call_id = await submit(resources.database)
    assert (await until_state(resources.database, call_id, "starting")).fence == 1
