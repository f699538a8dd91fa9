"""Models and migrations say the same."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from onmodel.tables import is_described, metadata


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_object": is_described}
    )
    return list(compare_metadata(context, metadata))


async def differences_of(url: str) -> list[object]:
    """Return in what a database differs from the models."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = await connection.run_sync(_differences)
    await engine.dispose()
    return found


def test_migrated_database_is_what_the_models_describe(database_url: str) -> None:
    assert asyncio.run(differences_of(database_url)) == []


@pytest.mark.parametrize(
    "table",
    [
        "characters",
        "character_training_jobs",
        "character_variations",
        "character_notes",
        "character_templates",
    ],
)
def test_the_five_tables_of_the_requirements_exist(table: str) -> None:
    assert table in metadata.tables
