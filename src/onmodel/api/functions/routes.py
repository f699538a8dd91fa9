"""Which functions there are, on which terms, and how they do."""

import asyncio

from fastapi import APIRouter

from onmodel.accounts.signed_in import SignedIn
from onmodel.api.functions.reading import OnDisk, on_disk, read, warm_on
from onmodel.api.functions.schemas import FunctionRead
from onmodel.dispatch import runs, workers
from onmodel.functions.errors import FunctionNotFoundError
from onmodel.http.deps import Reading, SettingsDep
from onmodel.http.problems import problems
from onmodel.kit.db.uow import UnitOfWork
from onmodel.settings import Settings

router = APIRouter(prefix="/functions", tags=["functions"])


@router.get("")
async def list_functions(
    _actor: SignedIn, uow: Reading, settings: SettingsDep
) -> list[FunctionRead]:
    """Every function of this server, the broken ones too, by name."""
    return await _read(uow, settings, await asyncio.to_thread(on_disk, settings))


@router.get("/{name}", responses=problems(FunctionNotFoundError))
async def read_function(
    name: str, _actor: SignedIn, uow: Reading, settings: SettingsDep
) -> FunctionRead:
    found = [one for one in await asyncio.to_thread(on_disk, settings) if one.name == name]
    if not found:
        raise FunctionNotFoundError(f"There is no function called {name}.")
    (one,) = await _read(uow, settings, found)
    return one


async def _read(uow: UnitOfWork, settings: Settings, found: list[OnDisk]) -> list[FunctionRead]:
    past = await runs.of_functions(uow, [one.name for one in found])
    warm = warm_on(await workers.live(uow, lease_seconds=settings.lease_seconds))
    return [read(one, past[one.name], warm.get(one.name, [])) for one in found]
