"""The unit of work: what commits, what does not, and what is told when."""

import pytest
from sqlalchemy import text

from onmodel.kit.db.engine import make_engine
from onmodel.kit.db.uow import Database, Notice, Session


class _Told:
    def __init__(self) -> None:
        self.notices: list[Notice] = []

    async def __call__(self, notices: list[Notice]) -> None:
        self.notices += notices


async def test_notices_leave_after_the_commit_in_order(empty_database_url: str) -> None:
    told = _Told()
    database = Database(make_engine(empty_database_url), told)
    async with database.begin() as uow:
        await uow.session.execute(text("CREATE TABLE things (n int)"))
        uow.notify("a", b"1")
        uow.notify("a", b"2")
        assert told.notices == []
    assert told.notices == [("a", b"1"), ("a", b"2")]
    await database.dispose()


async def test_who_is_near_is_told_first_and_only_of_what_is_durable(
    empty_database_url: str,
) -> None:
    heard: list[str] = []

    async def tell(_notices: list[Notice]) -> None:
        heard.append("by the bus")

    engine = make_engine(empty_database_url)
    database = Database(engine, tell, lambda notices: heard.append(f"near: {len(notices)}"))
    async with database.begin() as uow:
        uow.notify("a", b"1")
        assert heard == []
    assert heard == ["near: 1", "by the bus"]

    async def fail() -> None:
        async with database.begin() as uow:
            uow.notify("a", b"2")
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert heard == ["near: 1", "by the bus"]
    await database.dispose()


async def test_a_failure_rolls_back_and_tells_nobody(empty_database_url: str) -> None:
    told = _Told()
    database = Database(make_engine(empty_database_url), told)
    async with database.begin() as uow:
        await uow.session.execute(text("CREATE TABLE things (n int)"))

    async def fail() -> None:
        async with database.begin() as uow:
            await uow.session.execute(text("INSERT INTO things VALUES (1)"))
            uow.notify("a", b"1")
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with database.read() as uow:
        assert await uow.session.scalar(text("SELECT count(*) FROM things")) == 0
    assert told.notices == []
    await database.dispose()


def test_a_service_cannot_commit() -> None:
    assert not hasattr(Session, "commit")
    assert not hasattr(Session, "rollback")
