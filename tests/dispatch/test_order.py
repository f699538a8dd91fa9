"""The order of the queue is one order, however it is asked for."""

import random
from uuid import UUID

import pytest
from sqlalchemy import update

from onmodel.dispatch import service, sharing
from onmodel.dispatch.models import Worker
from onmodel.dispatch.queue import standing
from onmodel.kit.db.uow import Database
from tests.support.calls import LEASE, add_worker, claim_all, new_call


async def _fill(database: Database, chance: random.Random) -> list[UUID]:
    """Queue calls of a few people, some of whom have calls running; return who still waits."""
    people = [UUID(int=n + 1) for n in range(chance.randint(1, 4))]
    projects = [UUID(int=50 + n) for n in range(chance.randint(1, 3))]
    wishes = [
        new_call(
            project_id=chance.choice(projects),
            created_by=chance.choice(people),
            priority=chance.choice([0, 0, 0, 1, 2]),
            urgent=chance.random() < 0.1,
        )
        for _ in range(chance.randint(4, 14))
    ]
    async with database.begin() as uow:
        for project in projects:
            await sharing.set_project(uow, project, weight=chance.choice([1, 1, 2, 3]))
            for person in people:
                weight = chance.choice([1, 1, 1, 2, 5])
                await sharing.set_person(uow, project, person, weight=weight)
        ids = [call.id for call in await service.submit_many(uow, wishes)]
    running = [claim.call_id for claim in await claim_all(database)]
    return [id_ for id_ in ids if id_ not in running]


async def _places(database: Database, waiting: list[UUID]) -> dict[UUID, int | None]:
    async with database.read() as uow:
        rows = await standing(uow, lease_seconds=LEASE)
    return {row.call.id: row.position for row in rows if row.call.id in waiting}


async def _set_slots(database: Database, worker: UUID, slots: int) -> None:
    async with database.begin() as uow:
        await uow.session.execute(update(Worker).where(Worker.id == worker).values(slots=slots))


@pytest.mark.parametrize("seed", range(12))
async def test_position_and_single_claims_agree(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    before = chance.randint(0, 3)
    worker = await add_worker(database, slots=before)
    waiting = await _fill(database, chance)
    places = await _places(database, waiting)
    one_by_one: list[UUID] = []
    for slots in range(before + 1, before + len(waiting) + 1):
        await _set_slots(database, worker, slots)
        one_by_one += [claim.call_id for claim in await claim_all(database)]
    assert one_by_one == sorted(waiting, key=lambda id_: places[id_] or 0)
    assert sorted(place or 0 for place in places.values()) == list(range(1, len(waiting) + 1))


@pytest.mark.parametrize("seed", range(12))
async def test_one_deal_of_many_slots_follows_the_positions(database: Database, seed: int) -> None:
    chance = random.Random(100 + seed)
    before = chance.randint(0, 3)
    worker = await add_worker(database, slots=before)
    waiting = await _fill(database, chance)
    places = await _places(database, waiting)
    slots = chance.randint(1, len(waiting))
    await _set_slots(database, worker, before + slots)
    dealt = [claim.call_id for claim in await claim_all(database)]
    assert dealt == sorted(waiting, key=lambda id_: places[id_] or 0)[:slots]
