"""What a route asks for: a transaction, the settings, the store."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection

from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.settings import Settings
from onmodel.storage.pictures import Ingest
from onmodel.storage.store import Store


# async although nothing waits: FastAPI sends every plain function to a thread and back
async def _database(connection: HTTPConnection) -> Database:
    return connection.app.state.resources.database


async def _settings(connection: HTTPConnection) -> Settings:
    return connection.app.state.resources.settings


async def _store(connection: HTTPConnection) -> Store:
    return connection.app.state.resources.store


async def _ingest(connection: HTTPConnection) -> Ingest:
    return connection.app.state.ingest


DatabaseDep = Annotated[Database, Depends(_database)]
SettingsDep = Annotated[Settings, Depends(_settings)]
StoreDep = Annotated[Store, Depends(_store)]
IngestDep = Annotated[Ingest, Depends(_ingest)]


async def _begin(database: DatabaseDep) -> AsyncIterator[UnitOfWork]:
    async with database.begin() as uow:
        yield uow


async def _read(database: DatabaseDep) -> AsyncIterator[UnitOfWork]:
    async with database.read() as uow:
        yield uow


# scope="function": the transaction ends before the answer is sent, so that a commit that
# fails is an error and never a false "done"
Writing = Annotated[UnitOfWork, Depends(_begin, scope="function")]
Reading = Annotated[UnitOfWork, Depends(_read, scope="function")]
