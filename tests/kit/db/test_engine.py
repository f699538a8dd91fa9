"""The engine's one promise beyond SQLAlchemy's: a server that is away is told as such."""

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
