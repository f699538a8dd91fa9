"""Fixtures of the dispatch tests."""

from collections.abc import AsyncIterator

import pytest

from onmodel.kit.db.uow import Database, Notice
from tests.support.calls import Noun, open_database, registered


@pytest.fixture
def notices() -> list[Notice]:
    """Return what was published after commits."""
    return []


@pytest.fixture
async def database(database_url: str, notices: list[Notice]) -> AsyncIterator[Database]:
    """Return a migrated database."""
    async with open_database(database_url, notices) as database:
        yield database


@pytest.fixture(autouse=True)
async def noun() -> AsyncIterator[Noun]:
    """Return a noun that hears of all calls of the test."""
    async with registered(Noun()) as noun:
        yield noun
