"""The registry of workers."""

from datetime import UTC, datetime

from sqlalchemy import update

from onmodel.dispatch import workers
from onmodel.dispatch.models import Worker
from onmodel.kit.db.uow import Database
from tests.support.calls import LEASE, add_worker, claim_all, submit


async def test_worker_that_shuts_down_gets_nothing(database: Database) -> None:
    worker = await add_worker(database, slots=1)
    await submit(database)
    async with database.begin() as uow:
        await workers.stop_accepting(uow, worker)
    assert await claim_all(database) == []


async def test_forgets_the_lost_and_tells_them_when_they_return(database: Database) -> None:
    lost, alive = await add_worker(database, slots=1), await add_worker(database, slots=1)
    async with database.begin() as uow:
        await uow.session.execute(
            update(Worker).where(Worker.id == lost).values(seen_at=datetime(2020, 1, 1, tzinfo=UTC))
        )
    async with database.begin() as uow:
        assert [w.id for w in await workers.live(uow, lease_seconds=LEASE)] == [alive]
        assert await workers.forget_lost(uow, lease_seconds=LEASE) == ["test"]
        assert await workers.seen(uow, alive)
        assert not await workers.seen(uow, lost)
