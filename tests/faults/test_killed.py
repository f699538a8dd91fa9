"""Parts that are killed with -9 in mid-flight: every call ends right, and nothing is left.

Beside these: tests/worker/test_lost_workers.py kills workers, lets one hang and takes the
broker and the database away in good order.
"""

import asyncio
import os
import signal
import socket
from uuid import UUID

import httpx2

from onmodel.accounts import service as accounts
from onmodel.accounts.schemas import UserCreate
from onmodel.kit.db.uow import Database
from tests.faults.conftest import StartPart
from tests.faults.watching import (
    ONE_EFFECT,
    SECOND_ATTEMPT,
    everybody_may_finish,
    is_gone,
    leader,
    nothing_is_held,
    serves,
)
from tests.support.gate import Gate
from tests.support.services import TestServices
from tests.worker.conftest import (
    StartProcess,
    StartWorker,
    events_of,
    submit_to,
    until,
    until_state,
)


async def test_the_workers_child_is_killed(
    database: Database, gate: Gate, start_worker: StartWorker, start_producer: StartPart
) -> None:
    start_producer()
    start_worker()
    call_id = await submit_to(gate, database, "portrait")
    first = await gate.visit()
    os.kill(first.pid, signal.SIGKILL)
    second = await gate.visit()
    assert second.pid != first.pid
    await second.say("finish")
    call = await until_state(database, call_id, "succeeded")
    assert (call.attempt, call.error) == (2, None)
    assert await events_of(database, call_id) == SECOND_ATTEMPT
    await nothing_is_held(database)
    await is_gone(first.pid)


async def test_a_function_that_always_dies_ends_its_call(
    database: Database, gate: Gate, start_worker: StartWorker, start_producer: StartPart
) -> None:
    start_producer()
    start_worker()
    call_id = await submit_to(gate, database, "poison", max_attempts=2)
    for _ in range(2):
        os.kill((await gate.visit()).pid, signal.SIGKILL)
    call = await until_state(database, call_id, "failed")
    assert call.error is not None
    assert (call.attempt, call.error["fault"]) == (2, "machine")
    assert (await events_of(database, call_id))[-1] == "server:task_failed"
    await nothing_is_held(database)


async def test_a_worker_and_all_that_it_started_are_killed(
    database: Database, gate: Gate, start_worker: StartWorker, start_producer: StartPart
) -> None:
    start_producer()
    victim = start_worker()
    call_id = await submit_to(gate, database, "portrait")
    first = await gate.visit()
    victim.kill()
    await is_gone(first.pid)
    start_worker()
    await (await gate.visit()).say("finish")
    await until_state(database, call_id, "succeeded")
    assert await events_of(database, call_id) == SECOND_ATTEMPT
    await nothing_is_held(database)


async def test_the_leading_producer_is_killed_and_the_other_goes_on(
    database: Database, gate: Gate, start_worker: StartWorker, start_producer: StartPart
) -> None:
    async def somebody_leads() -> bool:
        return await leader(database) is not None

    first = start_producer()
    await until(somebody_leads)
    led_by_the_first = await leader(database)
    start_producer()
    start_worker()
    running = await submit_to(gate, database, "running")
    visit = await gate.visit()
    first.kill()

    async def the_other_leads() -> bool:
        return await leader(database) not in (None, led_by_the_first)

    await until(the_other_leads)
    after = await submit_to(gate, database, "after")
    then = await gate.visit()
    await visit.say("finish")
    await then.say("finish")
    for call_id in (running, after):
        call = await until_state(database, call_id, "succeeded")
        assert call.attempt == 1
        assert await events_of(database, call_id) == ONE_EFFECT
    await nothing_is_held(database)


async def test_the_api_is_killed_and_the_next_one_tells_how_it_went(
    database: Database,
    gate: Gate,
    start_worker: StartWorker,
    start_producer: StartPart,
    start_process: StartProcess,
) -> None:
    async with database.begin() as uow:
        admin = await accounts.create_user(
            uow, UserCreate(username="ada", name="Ada", is_admin=True)
        )
        _, token = await accounts.create_token(uow, admin.id, name="test")
    headers = {"Authorization": f"Bearer {token}"}
    start_producer()
    start_worker()

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    async with httpx2.AsyncClient(base_url=f"{url}/api/v1", headers=headers) as client:
        first = start_process("serve", "onmodel", "serve", "--port", port)
        await serves(url)
        project = (await client.post("/projects", json={"title": "Film"})).json()
        call_id = await submit_to(gate, database, "portrait", project_id=UUID(project["id"]))
        visit = await gate.visit()
        asked = asyncio.create_task(client.get("/queue"))
        first.kill()
        await asyncio.wait([asked])
        asked.exception()  # answered or cut off: both happen
        await visit.say("finish")
        await until_state(database, call_id, "succeeded")
        start_process("serve", "onmodel", "serve", "--port", port)
        await serves(url)
        told = (await client.get(f"/queue/{call_id}")).json()
    assert (told["state"], told["attempt"], told["progress"]) == ("succeeded", 1, 100)
    assert await events_of(database, call_id) == ONE_EFFECT
    await nothing_is_held(database)


async def test_valkey_is_killed_and_comes_back_empty(
    database: Database,
    gate: Gate,
    start_worker: StartWorker,
    start_producer: StartPart,
    services: TestServices,
) -> None:
    start_producer()
    start_worker()
    before = await submit_to(gate, database, "before")
    running = await gate.visit()
    assert services.valkey.process is not None
    services.valkey.process.kill()
    services.valkey.process.wait()
    during = await submit_to(gate, database, "during")
    await running.say("finish")
    await until_state(database, before, "succeeded")
    await asyncio.to_thread(services.valkey.start)
    assert services.valkey.command("DBSIZE").startswith(b":")
    await (await gate.visit()).say("finish")
    await until_state(database, during, "succeeded")
    for call_id in (before, during):
        assert await events_of(database, call_id) == ONE_EFFECT
    await nothing_is_held(database)


async def test_postgresql_is_killed_in_mid_call(
    database: Database,
    gate: Gate,
    start_worker: StartWorker,
    start_producer: StartPart,
    services: TestServices,
) -> None:
    start_producer()
    start_worker()
    call_id = await submit_to(gate, database, "portrait")
    visit = await gate.visit()
    assert services.postgres.process is not None
    services.postgres.process.kill()
    services.postgres.process.wait()
    await visit.say("finish")
    await visit.gone()
    await asyncio.to_thread(services.postgres.start)
    await database.engine.dispose()
    async with everybody_may_finish(gate):
        await until_state(database, call_id, "succeeded")
    assert (await events_of(database, call_id)).count("server:task_success") == 1
    await nothing_is_held(database)
