"""Position in the queue and time to wait."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from onmodel.dispatch.queue import Standing, standing_of
from onmodel.dispatch.schemas import CallParams, FunctionPin
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.kit.db.uow import Database
from onmodel.kit.lifecycle import State
from tests.support.calls import LEASE, add_worker, alter, claim_all, submit


async def _at(database: Database, call_id: UUID) -> Standing:
    async with database.read() as uow:
        found = await standing_of(uow, call_id, lease_seconds=LEASE)
    assert found is not None
    return found


async def _position(database: Database, call_id: UUID) -> int | None:
    return (await _at(database, call_id)).position


async def _eta(database: Database, call_id: UUID) -> float | None:
    return (await _at(database, call_id)).eta_s


async def _past_run(
    database: Database, seconds: float, tier: Tier = Tier.LOW, **changes: object
) -> None:
    call_id = await submit(database, **changes)
    await alter(
        database,
        call_id,
        state=State.SUCCEEDED,
        tier_used=tier,
        seconds=seconds,
        finished_at=datetime.now(UTC),
    )


async def test_position_counts_calls_that_share_workers(database: Database) -> None:
    high = await submit(database, tier=Tier.HIGH)
    low = await submit(database, tier=Tier.LOW)
    assert (await _position(database, high), await _position(database, low)) == (1, 1)
    await add_worker(database, slots=0)
    assert (await _position(database, high), await _position(database, low)) == (1, 2)


async def test_a_line_of_its_own_for_a_tier_with_workers_of_its_own(database: Database) -> None:
    """What waits for other machines is not in the way, and nobody says that it is."""
    await _past_run(database, 60.0)
    await _past_run(database, 60.0, Tier.HIGH)
    await add_worker(database, slots=1, tiers=(Tier.LOW,))
    await add_worker(database, slots=1, tiers=(Tier.HIGH,))
    low = [await submit(database, tier=Tier.LOW) for _ in range(3)]
    high = await submit(database, tier=Tier.HIGH)
    at = await _at(database, high)
    assert (at.position, at.eta_s, len(at.places)) == (1, 60.0, 1)
    assert [await _position(database, id_) for id_ in low] == [1, 2, 3]
    assert await _eta(database, low[2]) == 180.0


async def test_what_several_machines_could_take_stands_where_it_is_first(
    database: Database,
) -> None:
    await add_worker(database, slots=1, tiers=(Tier.LOW, Tier.STANDARD))
    await add_worker(database, slots=1, tiers=(Tier.STANDARD, Tier.HIGH))
    low = [await submit(database, tier=Tier.LOW) for _ in range(2)]
    standard = [await submit(database, tier=Tier.STANDARD) for _ in range(2)]
    high = await submit(database, tier=Tier.HIGH)
    assert [await _position(database, id_) for id_ in low] == [1, 2]
    at = [await _at(database, id_) for id_ in standard]
    assert [sorted(one.places.values()) for one in at] == [[1, 3], [2, 4]]
    assert [one.position for one in at] == [1, 2]
    assert await _position(database, high) == 3


def _offer(name: str, *tasks: Task, tiers: tuple[Tier, ...] = ASCENDING) -> dict[str, Any]:
    words = [tier.value for tier in tiers]
    return {
        "name": name,
        "version": "1",
        "tasks": [task.value for task in tasks],
        "tiers": words,
        "pinned": words,
        "preview": False,
    }


async def test_only_machines_that_could_do_it_count(database: Database) -> None:
    """A machine that only measures is not held up by trainings, and holds up none."""
    for task in (Task.TRAIN_LORA, Task.VALIDATE_CONSISTENCY):
        await _past_run(database, 60.0, task=task)
    measures = _offer("measure", Task.VALIDATE_CONSISTENCY)
    await add_worker(database, slots=1, offers=[measures])
    await add_worker(database, slots=1, offers=[measures, _offer("train", Task.TRAIN_LORA)])
    trainings = [await submit(database, task=Task.TRAIN_LORA) for _ in range(3)]
    measuring = await submit(database, task=Task.VALIDATE_CONSISTENCY)
    at = await _at(database, measuring)
    assert (at.position, at.eta_s, sorted(at.places.values())) == (1, 60.0, [1, 4])
    found = [await _at(database, id_) for id_ in trainings]
    assert [(one.position, one.eta_s) for one in found] == [(1, 60.0), (2, 120.0), (3, 180.0)]
    dealt = {claimed.call_id for claimed in await claim_all(database)}
    assert dealt == {trainings[0], measuring}  # both were next, each somewhere


async def test_machines_that_differ_in_something_else_share_the_work(database: Database) -> None:
    await _past_run(database, 60.0)
    makes = _offer("puppet", Task.GENERATE_VARIATION)
    await add_worker(database, slots=1, offers=[makes])
    await add_worker(database, slots=1, offers=[makes, _offer("train", Task.TRAIN_LORA)])
    waiting = [await submit(database) for _ in range(3)]
    assert [await _eta(database, id_) for id_ in waiting] == [60.0, 90.0, 120.0]


async def test_what_asks_for_a_function_stands_where_that_is(database: Database) -> None:
    makes, other = (_offer(name, Task.GENERATE_VARIATION) for name in ("puppet", "paint"))
    await add_worker(database, slots=0, offers=[makes])
    await add_worker(database, slots=0, offers=[makes, other])
    await submit(database)
    painted = await submit(database, params=CallParams(only=FunctionPin(name="paint")))
    at = await _at(database, painted)
    assert (at.position, len(at.places)) == (2, 1)


async def test_what_steps_down_stands_in_the_line_of_who_takes_it(database: Database) -> None:
    await add_worker(database, slots=0, tiers=(Tier.LOW,))
    await submit(database, tier=Tier.LOW)
    high = await submit(database, tier=Tier.HIGH)
    firm = await submit(database, tier=Tier.HIGH, may_fall_back=False)
    assert (await _position(database, high), await _position(database, firm)) == (2, 1)


async def test_no_position_while_not_ready_or_running(database: Database) -> None:
    await add_worker(database, slots=1)
    first = await submit(database)
    dependent = await submit(database, depends_on=(first,))
    assert await _position(database, dependent) is None
    await claim_all(database)
    assert await _position(database, first) is None


async def test_nothing_is_known_before_the_first_run(database: Database) -> None:
    await add_worker(database, slots=1)
    assert await _eta(database, await submit(database)) is None


async def test_waiting_call_needs_what_is_before_it_and_its_own_time(database: Database) -> None:
    for seconds in (2.0, 4.0, 90.0):
        await _past_run(database, seconds)
    await _past_run(database, 30.0, task=Task.TRAIN_LORA)
    await add_worker(database, slots=2)
    training = await submit(database, task=Task.TRAIN_LORA)
    mine = await submit(database)
    assert await _eta(database, training) == 30.0
    assert await _eta(database, mine) == 30.0 / 2 + 4.0


async def test_running_call_needs_the_rest(database: Database) -> None:
    await _past_run(database, 60.0)
    await add_worker(database, slots=1)
    running, waiting = await submit(database), await submit(database)
    await claim_all(database)
    began = datetime.now(UTC) - timedelta(seconds=20)
    await alter(database, running, state=State.RUNNING, started_at=began)
    rest, then = await _eta(database, running), await _eta(database, waiting)
    since = (datetime.now(UTC) - began).total_seconds()  # 20 and what this took
    assert rest is not None
    assert then is not None
    assert 60 - since <= rest <= 40
    assert 120 - since <= then <= 100
    await alter(database, running, started_at=began - timedelta(hours=1))
    assert await _eta(database, running) == 0.0


async def test_nobody_can_tell_without_workers(database: Database) -> None:
    await _past_run(database, 60.0)
    assert await _eta(database, await submit(database)) is None


async def test_what_has_ended_stands_nowhere(database: Database) -> None:
    call_id = await submit(database)
    await alter(database, call_id, state=State.CANCELLED)
    async with database.read() as uow:
        assert await standing_of(uow, call_id, lease_seconds=LEASE) is None
