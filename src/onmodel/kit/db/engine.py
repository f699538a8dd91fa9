"""The database engine: asyncpg, tuned once."""

import json
from typing import Any

import asyncpg
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def dump_json(value: Any) -> str:
    """Serialise for JSONB columns; ids and times become text."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)


def make_engine(url: str, *, pool_size: int = 20, silence_seconds: float = 0.0) -> AsyncEngine:
    """Return an engine for a ``postgresql+asyncpg://`` URL.

    Args:
        url: the database.
        pool_size: connections kept; requests beyond wait up to 10 seconds.
        silence_seconds: after how long in a transaction without a word the server ends it and
            frees its locks; 0 waits for ever.
    """

    async def connect(*args: Any, **kwargs: Any) -> asyncpg.Connection:
        try:
            return await asyncpg.connect(*args, **kwargs)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # while the server starts or stops, the driver's own errors pass SQLAlchemy by
            raise OperationalError("connect", {}, error) from error

    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        json_serializer=dump_json,
        # jit costs more than it saves on queries of a few milliseconds
        connect_args={
            "async_creator_fn": connect,
            "server_settings": {
                "jit": "off",
                "application_name": "onmodel",
                "idle_in_transaction_session_timeout": str(round(silence_seconds * 1000)),
            },
        },
    )
