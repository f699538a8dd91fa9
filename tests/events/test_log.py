"""The log: no gaps, commit order, nothing told that did not happen."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import BaseModel

from onmodel.events import log
from onmodel.kit.db.engine import make_engine
from onmodel.kit.db.uow import Database, Notice, UnitOfWork
from onmodel.kit.ids import new_id


class _Thing(BaseModel):
    number: int


class _Told:
    def __init__(self) -> None:
        self.frames: list[bytes] = []

    async def __call__(self, notices: list[Notice]) -> None:
        self.frames += [frame for _, frame in notices]


@pytest.fixture
def told() -> _Told:
    return _Told()


@pytest_asyncio.fixture
async def database(database_url: str, told: _Told) -> AsyncIterator[Database]:
    made = Database(make_engine(database_url), told)
    yield made
    await made.dispose()


async def test_many_writers_leave_no_gap_even_when_some_fail(
    database: Database, told: _Told
) -> None:
    project = new_id()

    async def write(number: int) -> None:
        async with database.begin() as uow:
            await log.record(uow, project, "server:thing.updated", _Thing(number=number))
            if number % 5 == 0:
                raise LookupError

    results = await asyncio.gather(*(write(n) for n in range(60)), return_exceptions=True)
    failed = sum(isinstance(result, LookupError) for result in results)
    assert failed == 12
    async with database.read() as uow:
        frames = await log.since(uow, project, 0)
        assert await log.last_seq(uow, project) == 48
    assert [seq for seq, _ in frames] == list(range(1, 49))
    assert sorted(json.loads(frame)["seq"] for frame in told.frames) == list(range(1, 49))
    numbers = {json.loads(frame)["payload"]["number"] for _, frame in frames}
    assert numbers == {n for n in range(60) if n % 5}


async def test_projects_count_apart(database: Database) -> None:
    one, other = new_id(), new_id()
    async with database.begin() as uow:
        for project in (one, other, one):
            await log.record(uow, project, "server:thing.updated", _Thing(number=1))
    async with database.read() as uow:
        assert await log.last_seqs(uow, [one, other]) == {one: 2, other: 1}


async def test_what_is_replayed_is_what_was_sent(database: Database, told: _Told) -> None:
    project, actor = new_id(), new_id()
    async with database.begin() as uow:
        await log.record(uow, project, "server:thing.updated", _Thing(number=7), actor_id=actor)
    async with database.read() as uow:
        ((_, replayed),) = await log.since(uow, project, 0)
    assert [replayed] == told.frames
    assert json.loads(replayed)["actor"] == str(actor)


async def test_history_holds_what_people_should_read(database: Database) -> None:
    project, subject = new_id(), new_id()
    async with database.begin() as uow:
        for number, change in ((1, {"verb": "made"}), (2, None), (3, {"verb": "changed"})):
            await log.record(
                uow,
                project,
                "server:thing.updated",
                _Thing(number=number),
                subject_id=subject,
                change=change,
            )
    async with database.read() as uow:
        rows = await log.history(uow, project, subject, before=None, limit=10)
        older = await log.history(uow, project, subject, before=3, limit=10)
    assert [row.change["verb"] for row in rows if row.change] == ["changed", "made"]
    assert [row.seq for row in older] == [1]


async def test_a_listener_writes_with_the_change_or_not_at_all(
    database: Database, told: _Told
) -> None:
    project, person = new_id(), new_id()

    async def listen(uow: UnitOfWork, event: log.Told) -> None:
        assert isinstance(event.payload, _Thing)
        uow.notify(f"heard:{event.seq}", str(event.payload.number).encode())
        if event.payload.number < 0:
            raise LookupError

    log.when_told("server:thing.heard", listen)
    async with database.begin() as uow:
        await log.record(uow, project, "server:thing.heard", _Thing(number=7), actor_id=person)
        await log.record(uow, project, "server:thing.updated", _Thing(number=8))
    assert told.frames[1] == b"7"
    assert len(told.frames) == 3
    with pytest.raises(LookupError):
        async with database.begin() as uow:
            await log.record(uow, project, "server:thing.heard", _Thing(number=-1))
    async with database.read() as uow:
        assert await log.last_seq(uow, project) == 2


async def test_what_people_read_is_chosen_by_who_what_and_where(database: Database) -> None:
    project, ada, bob, mara = new_id(), new_id(), new_id(), new_id()
    async with database.begin() as uow:
        for number, (actor, subject, verb) in enumerate(
            [(ada, mara, "drew"), (bob, None, "left"), (None, mara, None), (None, mara, "saw")]
        ):
            await log.record(
                uow,
                project,
                "server:thing.updated",
                _Thing(number=number),
                actor_id=actor,
                subject_id=subject,
                change={"verb": verb} if verb else None,
            )

    async def seqs(wished: log.Wished) -> list[int]:
        async with database.read() as uow:
            rows = await log.changes(uow, project, wished, limit=10)
            assert await log.count_changes(uow, project, wished, most=10) == len(rows)
            return [row.seq for row in rows]

    assert await seqs(log.Wished()) == [4, 2, 1]
    assert await seqs(log.Wished(subject_id=mara)) == [4, 1]
    assert await seqs(log.Wished(by=bob)) == [2]
    assert await seqs(log.Wished(not_by=ada)) == [4, 2], "the house is somebody else"
    assert await seqs(log.Wished(before=4, after=1)) == [2]
    async with database.read() as uow:
        assert await log.count_changes(uow, project, log.Wished(), most=2) == 2
