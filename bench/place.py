"""bench-place: what it takes to say where one call stands while thousands wait.

Every training that is told of says so. ``python bench/place.py [WAITING]``; beside it what reading
the whole queue takes, as the queue's page does.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import update
from support import effects, figures, servers

from onmodel.dispatch import place, queue, service, workers
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallParams, NewCall
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING
from onmodel.kit.db.engine import make_engine
from onmodel.kit.db.uow import Database, Notice
from onmodel.kit.lifecycle import State

WAITING, PROJECTS, PEOPLE, TIMES = 3_000, 5, 4, 30
LEASE = 60.0


def main() -> None:
    waiting = int(sys.argv[1]) if len(sys.argv) > 1 else WAITING
    with servers.running() as here:
        measured = asyncio.run(_measure(here.database_url, waiting))
    rows = [[name, wall, cpu] for name, (wall, cpu) in measured.items()]
    print(figures.table([f"{waiting:,} calls wait", "ms", "of which here, ms"], rows))
    print(json.dumps({name: round(wall, 1) for name, (wall, _) in measured.items()}))


async def _measure(url: str, waiting: int) -> dict[str, tuple[float, float]]:
    effects.register()
    database = Database(make_engine(url, pool_size=2), _tell_nobody)
    try:
        call_id = await _fill(database, waiting)

        async def one() -> object:
            async with database.read() as uow:
                return await place.standing_of(uow, call_id, lease_seconds=LEASE)

        async def whole() -> object:
            async with database.read() as uow:
                return await queue.standing(uow, lease_seconds=LEASE)

        return {"one_call": await _timed(one), "whole_queue": await _timed(whole)}
    finally:
        await database.dispose()


async def _tell_nobody(_notices: list[Notice]) -> None:
    """Nobody listens here."""


async def _fill(database: Database, waiting: int) -> UUID:
    """Let people of projects wait, with some past runs to forecast by; return one in the middle."""
    async with database.begin() as uow:
        await workers.register(uow, name="bench", tiers=ASCENDING, slots=4)
        past = await service.submit_many(uow, [_wish(at) for at in range(50)])
        ended = datetime.now(UTC)
        await uow.session.execute(
            update(Call).values(
                state=State.SUCCEEDED,
                tier_used=past[0].tier_asked,
                seconds=8.0,
                started_at=ended - timedelta(seconds=8),
                finished_at=ended,
            )
        )
        calls = await service.submit_many(uow, [_wish(at) for at in range(waiting)])
    return calls[waiting // 2].id


def _wish(number: int) -> NewCall:
    return NewCall(
        project_id=UUID(int=1 + number % PROJECTS),
        created_by=UUID(int=100 + number % PEOPLE),
        subject_kind=effects.KIND,
        subject_id=uuid4(),
        task=Task.GENERATE_VARIATION,
        params=CallParams(),
    )


async def _timed(run: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Return medians in milliseconds: until it is there, and of this process's own work."""
    await run()
    walls: list[float] = []
    works: list[float] = []
    for _ in range(TIMES):
        wall, work = time.perf_counter(), time.process_time()
        await run()
        walls.append(1000 * (time.perf_counter() - wall))
        works.append(1000 * (time.process_time() - work))
    return statistics.median(walls), statistics.median(works)


if __name__ == "__main__":
    main()
