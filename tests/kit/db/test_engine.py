"""The engine's one promise beyond SQLAlchemy's: a server that is away is told as such."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from onmodel.kit.db.engine import make_engine


async def test_a_server_that_is_away_is_an_operational_error() -> None:
    engine = make_engine("postgresql+asyncpg://nobody@/none?host=/nonexistent")
    with pytest.raises(OperationalError):
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    await engine.dispose()


async def test_who_falls_silent_in_a_transaction_keeps_no_lock(empty_database_url: str) -> None:
    lock = text("SELECT pg_advisory_xact_lock(1)")
    silent = make_engine(empty_database_url, silence_seconds=0.1)
    other = make_engine(empty_database_url)
    async with silent.connect() as hung:
        await hung.execute(lock)
        async with asyncio.timeout(60), other.connect() as next_one:
            await next_one.execute(lock)
        await hung.invalidate()
    await silent.dispose()
    await other.dispose()
