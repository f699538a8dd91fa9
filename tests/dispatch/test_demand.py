"""How many slots the queue could use: what brings machines and takes them away."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from onmodel.dispatch import demand, sharing
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.kit.db.uow import Database
from onmodel.kit.lifecycle import State
from tests.support.calls import PROJECT, add_worker, alter, claim_all, end, submit

SERIES = UUID(int=2)


async def _demand(database: Database, tiers: Collection[Tier] = ASCENDING) -> int:
    async with database.read() as uow:
        return await demand.slots(uow, tiers)


async def _share(database: Database, **values: Any) -> None:
    async with database.begin() as uow:
        await sharing.set_project(uow, PROJECT, **values)


async def test_an_empty_queue_asks_for_nothing(database: Database) -> None:
    assert await _demand(database) == 0


async def test_each_tier_asks_for_its_own_machines(database: Database) -> None:
    for tier, count in ((Tier.LOW, 1), (Tier.STANDARD, 2), (Tier.HIGH, 3)):
        for _ in range(count):
            await submit(database, tier=tier)
    assert [await _demand(database, [tier]) for tier in ASCENDING] == [1, 2, 3]
    assert await _demand(database, [Tier.LOW, Tier.HIGH]) == 4


async def test_one_call_brings_the_machine_of_one_group(database: Database) -> None:
    measure = Task.VALIDATE_CONSISTENCY
    await submit(database, task=measure)
    await submit(database)
    await submit(database)
    async with database.read() as uow:
        small = await demand.slots(uow, [Tier.LOW], tasks=[measure])
        rest = await demand.slots(uow, ASCENDING, elsewhere=[(Tier.LOW, measure)])
    assert (small, rest) == (1, 2)
    await submit(database, task=measure, tier=Tier.HIGH)  # which the small ones do not serve
    async with database.read() as uow:
        assert await demand.slots(uow, ASCENDING, elsewhere=[(Tier.LOW, measure)]) == 3


async def test_what_runs_keeps_its_machine(database: Database) -> None:
    await add_worker(database, slots=2)
    for _ in range(3):
        await submit(database, tier=Tier.HIGH)
    claims = await claim_all(database)
    assert await _demand(database, [Tier.HIGH]) == 3
    for claim in claims:
        await end(database, claim.call_id, seconds=1)
    assert await _demand(database, [Tier.HIGH]) == 1


async def test_what_may_not_begin_now_brings_no_machine(database: Database) -> None:
    paused, later, after = [await submit(database) for _ in range(3)]
    await alter(database, paused, state=State.PAUSED)
    await alter(database, later, not_before=datetime.now(UTC) + timedelta(hours=1))
    await alter(database, after, waiting_for=1)
    assert await _demand(database) == 0


async def test_quotas_and_limits_bound_what_a_project_brings(database: Database) -> None:
    await add_worker(database, slots=1)
    for _ in range(5):
        await submit(database)
    await submit(database, project_id=SERIES)
    assert await _demand(database) == 6
    await _share(database, quota_calls=2)
    assert await _demand(database) == 2 + 1
    await _share(database, quota_calls=None, max_running=3)
    assert await _demand(database) == 3 + 1
    (first,) = await claim_all(database)  # one of the three runs
    assert await _demand(database) == 1 + 2 + 1
    await end(database, first.call_id, seconds=20)
    await _share(database, quota_seconds=10)
    assert await _demand(database) == 1
