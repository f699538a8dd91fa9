"""Transactions that outlast a database that is away for a moment."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError

from onmodel.dispatch import service
from onmodel.dispatch.models import Call
from onmodel.kit.db.engine import make_engine
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.worker.durable import is_passing, persist
from tests.support.calls import new_call, submit

# PostgreSQL's protocol, message ErrorResponse: severity, SQLSTATE and text, each ended by zero.
STARTING_UP = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"


async def test_two_in_a_knot_both_get_through(database: Database) -> None:
    ids = [await submit(database), await submit(database)]
    meeting = asyncio.Barrier(2)
    tries: list[str] = []

    async def lock_both(name: str, order: list[UUID]) -> None:
        async def work(uow: UnitOfWork) -> None:
            tries.append(name)
            for n, id_ in enumerate(order):
                await uow.session.execute(select(Call).where(Call.id == id_).with_for_update())
                if n == 0 and tries.count(name) == 1:
                    await meeting.wait()

        await persist(database, work)

    await asyncio.gather(lock_both("ann", ids), lock_both("ben", ids[::-1]))
    assert sorted(tries) in (["ann", "ann", "ben"], ["ann", "ben", "ben"])


async def test_what_can_never_succeed_is_tried_once(database: Database) -> None:
    new = new_call()
    tries: list[UUID] = []

    async def work(uow: UnitOfWork) -> None:
        tries.append(new.id)
        await service.submit(uow, new)

    await persist(database, work)
    with pytest.raises(IntegrityError):
        await persist(database, work)
    assert len(tries) == 2


async def test_server_that_is_starting_up_will_be_there_soon(home: Path) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)  # who closes with something unread cuts the other off
        writer.write(b"E" + (len(STARTING_UP) + 4).to_bytes(4, "big") + STARTING_UP)
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(refuse, home / ".s.PGSQL.5432")
    engine = make_engine(f"postgresql+asyncpg://anybody:secret@/any?host={home}&port=5432")
    try:
        with pytest.raises(DBAPIError) as caught:
            async with engine.connect():
                raise AssertionError("nobody can connect to this server")
        assert is_passing(caught.value)
    finally:
        await engine.dispose()
        server.close()
        await server.wait_closed()
