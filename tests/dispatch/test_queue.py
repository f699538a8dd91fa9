"""Position in the queue and time to wait."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from onmodel.dispatch.place import standing_of, standings_of
from onmodel.dispatch.queue import Standing, standing
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
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
    assert (at.position, at.eta_s, at.line) == (1, 60.0, frozenset({Tier.HIGH}))
    assert [await _position(database, id_) for id_ in low] == [1, 2, 3]
    assert await _eta(database, low[2]) == 180.0


async def test_tiers_are_in_one_line_through_a_third(database: Database) -> None:
    await add_worker(database, slots=0, tiers=(Tier.LOW, Tier.STANDARD))
    await add_worker(database, slots=0, tiers=(Tier.STANDARD, Tier.HIGH))
    first, second = await submit(database, tier=Tier.LOW), await submit(database, tier=Tier.HIGH)
    assert (await _position(database, first), await _position(database, second)) == (1, 2)


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


@pytest.mark.parametrize("seed", range(6))
async def test_a_few_calls_stand_where_the_whole_queue_has_them(
    database: Database, seed: int
) -> None:
    dice = Random(seed)
    await _random_queue(database, dice)
    async with database.read() as uow:
        whole = {row.call.id: row for row in await standing(uow, lease_seconds=LEASE)}
        few = dice.sample(list(whole), 8)
        found = await standings_of(uow, few, lease_seconds=LEASE)
    assert found.keys() == set(few)
    for id_, row in found.items():
        expected = whole[id_]
        assert (row.line, row.position, row.worker) == (
            expected.line,
            expected.position,
            expected.worker,
        )
        for name in ("eta_s", "eta_error_s", "length_s"):
            assert getattr(row, name) == pytest.approx(getattr(expected, name), abs=2.0)


async def _random_queue(database: Database, dice: Random) -> None:
    """Let people of projects wait in two lines, some for each other, while some work."""
    for tier, task in ((Tier.LOW, Task.GENERATE_VARIATION), (Tier.HIGH, Task.TRAIN_LORA)):
        for seconds in (300.0, 500.0, 900.0):
            await _past_run(database, seconds, tier, task=task)
    await add_worker(database, slots=2, tiers=(Tier.LOW, Tier.STANDARD))
    await add_worker(database, slots=1, tiers=(Tier.HIGH,))
    ids: list[UUID] = []
    for _ in range(30):
        before = dice.sample(ids, 1) if ids and dice.random() < 0.2 else []
        tier = dice.choice([Tier.LOW, Tier.STANDARD, Tier.HIGH])
        ids.append(
            await submit(
                database,
                created_by=UUID(int=dice.choice([100, 101, 102])),
                tier=tier,
                task=Task.TRAIN_LORA if tier is Tier.HIGH else Task.GENERATE_VARIATION,
                urgent=dice.random() < 0.1,
                priority=dice.choice([0, 0, 5]),
                depends_on=tuple(before),
            )
        )
    for claimed in await claim_all(database):
        began = datetime.now(UTC) - timedelta(seconds=40)
        await alter(database, claimed.call_id, state=State.RUNNING, started_at=began)
    await alter(database, ids[-1], state=State.PAUSED)


async def test_what_has_ended_stands_nowhere(database: Database) -> None:
    call_id = await submit(database)
    await alter(database, call_id, state=State.CANCELLED)
    async with database.read() as uow:
        assert await standing_of(uow, call_id, lease_seconds=LEASE) is None
