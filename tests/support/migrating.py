"""Databases at older versions of the schema, filled by hand."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from onmodel.cli.migrations import MIGRATIONS

Result = TypeVar("Result")

# What is not said and must be there: anything of its type.
_ANYTHING: dict[str, Callable[[], Any]] = {
    "uuid": uuid4,
    "character varying": lambda: "x",
    "text": lambda: "x",
    "bytea": lambda: b"x",
    "integer": lambda: 1,
    "bigint": lambda: 1,
    "double precision": lambda: 0.5,
    "boolean": lambda: False,
    "jsonb": dict,
    "ARRAY": list,
    "timestamp with time zone": lambda: datetime.now(UTC),
}
_NEEDED = """
    SELECT column_name, data_type FROM information_schema.columns
    WHERE table_name = $1 AND is_nullable = 'NO' AND column_default IS NULL
        AND is_generated = 'NEVER'
"""


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def revisions() -> list[str]:
    """Return every revision, the oldest first."""
    walked = ScriptDirectory.from_config(_config("")).walk_revisions()
    return [one.revision for one in walked][::-1]


def downgrade(url: str, revision: str) -> None:
    """Take migrations back, down to this revision; outside any event loop."""
    command.downgrade(_config(url), revision)


def insert(url: str, table: str, **values: Any) -> None:
    """Add a row; columns that need a value and got none get anything of their type."""

    async def run(connection: asyncpg.Connection) -> None:
        needed = await connection.fetch(_NEEDED, table)
        row = {one["column_name"]: _ANYTHING[one["data_type"]]() for one in needed} | values
        places = ", ".join(f"${at}" for at in range(1, len(row) + 1))
        await connection.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})",
            *row.values(),
        )

    connected(url, run)


def fetch(url: str, query: str, *values: Any) -> list[dict[str, Any]]:
    """Return rows, JSON already read."""

    async def run(connection: asyncpg.Connection) -> list[dict[str, Any]]:
        return [dict(row) for row in await connection.fetch(query, *values)]

    return connected(url, run)


def counts(url: str) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = fetch(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    names = sorted(one["tablename"] for one in tables)
    return {
        name: fetch(url, f"SELECT count(*) FROM {name}")[0]["count"]
        for name in names
        if name != "alembic_version"
    }


def connected(url: str, run: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
    """Run something on a connection of its own; outside any event loop."""

    async def main() -> Result:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            await connection.set_type_codec(
                "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
            )
            return await run(connection)
        finally:
            await connection.close()

    return asyncio.run(main())
