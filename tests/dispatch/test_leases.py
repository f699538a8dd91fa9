"""A worker's side of a call: fences, leases, retries."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from onmodel.dispatch import handlers, leases
from onmodel.dispatch.errors import LeaseLostError
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallError, CallOutputs
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.kit.lifecycle import State
from tests.support.calls import LEASE, Noun, add_worker, alter, claim_all, load, submit

PAST = datetime(2020, 1, 1, tzinfo=UTC)
OUTPUTS = CallOutputs(values={"report": {"sharp": True}})
GPU_FELL_OVER = CallError(code="gpu_lost", message="The GPU stopped.", fault="machine", retry=True)
NO_FACE = CallError(code="no_face", message="There is no face.", fault="input")


async def _begin(database: Database, call_id: UUID) -> int:
    """Claim and start one call; return its fence."""
    (claimed,) = await claim_all(database)
    assert claimed.call_id == call_id
    async with database.begin() as uow:
        await leases.start(
            uow, call_id, claimed.fence, worker_id=claimed.owner, lease_seconds=LEASE
        )
    return claimed.fence


async def _expire(database: Database) -> list[Call | None]:
    """Let the sweep bring back what has lost its worker."""
    async with database.begin() as uow:
        return [
            await leases.requeue_expired(uow, id_, fence, lease_seconds=LEASE)
            for id_, fence in await leases.expired(uow, lease_seconds=LEASE)
        ]


@pytest.fixture
async def running(database: Database) -> tuple[UUID, int]:
    """Return a running call and its fence."""
    await add_worker(database, slots=1)
    call_id = await submit(database)
    return call_id, await _begin(database, call_id)


async def test_completes(database: Database, noun: Noun, running: tuple[UUID, int]) -> None:
    async with database.begin() as uow:
        await leases.complete(uow, *running, OUTPUTS, seconds=1.5)
    call = await load(database, running[0])
    assert (call.state, call.attempt, call.seconds, call.progress) == ("succeeded", 1, 1.5, 100)
    assert call.result == OUTPUTS.model_dump()
    assert call.lease_owner is None
    assert noun.of(call.id) == ["started", "succeeded"]
    assert noun.outcomes[0].outputs == OUTPUTS


async def test_completes_once(database: Database, noun: Noun, running: tuple[UUID, int]) -> None:
    async with database.begin() as uow:
        await leases.complete(uow, *running, OUTPUTS, seconds=1.5)
    with pytest.raises(LeaseLostError):
        async with database.begin() as uow:
            await leases.complete(uow, *running, OUTPUTS, seconds=1.5)
    assert noun.of(running[0]) == ["started", "succeeded"]


async def test_same_message_twice_starts_once(
    database: Database, running: tuple[UUID, int]
) -> None:
    owner = (await load(database, running[0])).lease_owner
    assert owner is not None
    with pytest.raises(LeaseLostError):
        async with database.begin() as uow:
            await leases.start(uow, *running, worker_id=owner, lease_seconds=LEASE)


WRITES: dict[str, Callable[[UnitOfWork, UUID, int], Awaitable[object]]] = {
    "complete": partial(leases.complete, outputs=OUTPUTS, seconds=1.0),
    "fail": partial(leases.fail, error=GPU_FELL_OVER),
    "release": leases.release,
    "function": partial(leases.record_function, name="x", version="1"),
}


@pytest.mark.parametrize("write", [*WRITES, "heartbeat"])
async def test_worker_that_was_thought_dead_changes_nothing(
    database: Database, noun: Noun, running: tuple[UUID, int], write: str
) -> None:
    call_id, old = running
    await alter(database, call_id, lease_until=PAST)
    await _expire(database)
    new = await _begin(database, call_id)
    before = (await load(database, call_id)).__dict__.copy()
    async with database.begin() as uow:
        if write == "heartbeat":
            held = leases.Held(call_id, old, 99.0, "stale")
            assert await leases.heartbeat(uow, [held], lease_seconds=LEASE) == [held]
        else:
            with pytest.raises(LeaseLostError):
                await WRITES[write](uow, call_id, old)
    after = (await load(database, call_id)).__dict__.copy()
    assert {**before, "_sa_instance_state": 0} == {**after, "_sa_instance_state": 0}
    async with database.begin() as uow:
        await leases.complete(uow, call_id, new, OUTPUTS, seconds=1.0)
    assert noun.of(call_id) == ["started", "requeued", "started", "succeeded"]


async def test_heartbeat_keeps_the_lease_and_the_progress(
    database: Database, running: tuple[UUID, int]
) -> None:
    await alter(database, running[0], lease_until=PAST)
    async with database.begin() as uow:
        lost = await leases.heartbeat(
            uow, [leases.Held(*running, 40.0, "warping")], lease_seconds=LEASE
        )
    assert lost == []
    assert await _expire(database) == []
    call = await load(database, running[0])
    assert (call.progress, call.step) == (40.0, "warping")


async def test_message_that_never_arrived_brings_the_call_back(
    database: Database, noun: Noun
) -> None:
    await add_worker(database, slots=1)
    call_id = await submit(database)
    for _ in range(5):
        await claim_all(database)
        await alter(database, call_id, lease_until=PAST)
        await _expire(database)
    call = await load(database, call_id)
    assert (call.state, call.attempt, call.fence) == (State.QUEUED, 0, 10)
    assert noun.of(call_id) == ["requeued"] * 5


async def test_call_that_outlives_its_workers_is_given_up(database: Database, noun: Noun) -> None:
    await add_worker(database, slots=1)
    call_id = await submit(database, max_attempts=2)
    for _ in range(2):
        await _begin(database, call_id)
        await alter(database, call_id, lease_until=PAST)
        await _expire(database)
    call = await load(database, call_id)
    assert call.state is State.FAILED
    assert call.error is not None
    assert call.error["code"] == "worker_lost"
    assert noun.of(call_id) == ["started", "requeued", "started", "failed"]


async def test_slow_worker_that_came_back_in_time_keeps_its_call(
    database: Database, running: tuple[UUID, int]
) -> None:
    await alter(database, running[0], lease_until=PAST)
    async with database.read() as uow:
        late = await leases.expired(uow, lease_seconds=LEASE)
    async with database.begin() as uow:
        await leases.heartbeat(uow, [leases.Held(*running, 1.0, "")], lease_seconds=LEASE)
    async with database.begin() as uow:
        assert [await leases.requeue_expired(uow, *call, lease_seconds=LEASE) for call in late] == [
            None
        ]
    assert (await load(database, running[0])).state is State.RUNNING


async def test_fault_of_the_machine_is_tried_again_later(
    database: Database, noun: Noun, running: tuple[UUID, int]
) -> None:
    order_at = (await load(database, running[0])).order_at
    before = datetime.now(UTC)
    async with database.begin() as uow:
        await leases.fail(uow, *running, GPU_FELL_OVER)
    after = datetime.now(UTC)
    call = await load(database, running[0])
    assert (call.state, call.order_at) == (State.QUEUED, order_at)
    assert call.not_before is not None
    assert call.error == GPU_FELL_OVER.model_dump()
    assert before < call.not_before < after + timedelta(seconds=2)
    await alter(database, call.id, not_before=None)
    fence = await _begin(database, call.id)
    async with database.begin() as uow:
        await leases.complete(uow, call.id, fence, OUTPUTS, seconds=1.0)
    call = await load(database, call.id)
    assert (call.state, call.attempt, call.error) == (State.SUCCEEDED, 2, None)
    assert noun.of(call.id) == ["started", "requeued", "started", "succeeded"]


@pytest.mark.parametrize("error", [NO_FACE, GPU_FELL_OVER.model_copy(update={"retry": False})])
async def test_other_faults_end_the_call(
    database: Database, noun: Noun, running: tuple[UUID, int], error: CallError
) -> None:
    async with database.begin() as uow:
        await leases.fail(uow, *running, error)
    call = await load(database, running[0])
    assert (call.state, call.error) == (State.FAILED, error.model_dump())
    assert noun.outcomes[-1].error == error


async def test_last_attempt_ends_the_call(database: Database) -> None:
    await add_worker(database, slots=1)
    call_id = await submit(database, max_attempts=1)
    fence = await _begin(database, call_id)
    async with database.begin() as uow:
        await leases.fail(uow, call_id, fence, GPU_FELL_OVER)
    assert (await load(database, call_id)).state is State.FAILED


async def test_worker_that_shuts_down_gives_the_call_back_at_no_cost(
    database: Database, noun: Noun, running: tuple[UUID, int]
) -> None:
    async with database.begin() as uow:
        await leases.release(uow, *running)
    call = await load(database, running[0])
    assert (call.state, call.attempt, call.not_before) == (State.QUEUED, 0, None)
    assert noun.of(call.id) == ["started", "requeued"]


async def test_noun_that_cannot_follow_keeps_the_call_from_ending(database: Database) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the noun's row is gone")

    handlers.register("broken", on_finished=broken)
    try:
        await add_worker(database, slots=1)
        call_id = await submit(database, subject_kind="broken")
        fence = await _begin(database, call_id)
        with pytest.raises(RuntimeError, match="row is gone"):
            async with database.begin() as uow:
                await leases.complete(uow, call_id, fence, OUTPUTS, seconds=1.0)
        assert (await load(database, call_id)).state is State.RUNNING
    finally:
        handlers.unregister("broken")
