"""Which functions there are, on which terms, and how they do."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.requests import HTTPConnection

from onmodel.accounts.errors import AdminOnlyError
from onmodel.accounts.service import require_admin
from onmodel.accounts.signed_in import SignedIn
from onmodel.api.functions.chances import Chances
from onmodel.api.functions.errors import TermsChangedError
from onmodel.api.functions.fetching import Fetching
from onmodel.api.functions.reading import OnDisk, on_disk, read, warm_on
from onmodel.api.functions.schemas import FunctionRead, LicenceAccept
from onmodel.dispatch import runs, workers
from onmodel.functions import licences
from onmodel.functions.errors import (
    DownloadRunningError,
    FunctionNotFoundError,
    LicenceNotAcceptedError,
    ManifestError,
    NothingToAcceptError,
)
from onmodel.functions.manifest import Manifest
from onmodel.functions.terms import distinct
from onmodel.http.deps import Reading, SettingsDep, Writing
from onmodel.http.problems import problems
from onmodel.kit.db.uow import UnitOfWork
from onmodel.settings import Settings

router = APIRouter(prefix="/functions", tags=["functions"])


async def _fetching(connection: HTTPConnection) -> Fetching:
    return connection.app.state.fetching


FetchingDep = Annotated[Fetching, Depends(_fetching)]


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
    return await _read_one(uow, settings, name)


@router.post(
    "/{name}/licence",
    responses=problems(
        AdminOnlyError,
        FunctionNotFoundError,
        ManifestError,
        NothingToAcceptError,
        TermsChangedError,
    ),
)
async def accept_licence(
    name: str, data: LicenceAccept, actor: SignedIn, uow: Writing, settings: SettingsDep
) -> FunctionRead:
    """Accept the terms of a function, so that it may be used. Who and when is recorded."""
    require_admin(actor)
    manifest = await _manifest(settings, name)
    if manifest.commercial:
        raise NothingToAcceptError(f"{manifest.title} may be used in work that is sold.")
    if distinct(data.terms) != manifest.terms:
        raise TermsChangedError(f"The terms of {manifest.title} are others by now.")
    await licences.accept(
        uow,
        "function",
        manifest.name,
        manifest.terms,
        person_id=actor.user_id,
        person_name=actor.name,
    )
    return await _read_one(uow, settings, name)


@router.delete("/{name}/licence", responses=problems(AdminOnlyError, FunctionNotFoundError))
async def withdraw_licence(
    name: str, actor: SignedIn, uow: Writing, settings: SettingsDep
) -> FunctionRead:
    """Take the acceptance back: the function is not used any more. What it made keeps its mark."""
    require_admin(actor)
    await licences.withdraw(uow, "function", name, person_id=actor.user_id)
    return await _read_one(uow, settings, name)


@router.post(
    "/{name}/pull",
    status_code=202,
    responses=problems(
        AdminOnlyError,
        FunctionNotFoundError,
        ManifestError,
        LicenceNotAcceptedError,
        DownloadRunningError,
    ),
)
async def pull_function(
    name: str, actor: SignedIn, uow: Reading, settings: SettingsDep, fetching: FetchingDep
) -> FunctionRead:
    """Fetch the model files and make the function ready; ``pull`` tells how far it is."""
    require_admin(actor)
    manifest = await _manifest(settings, name)
    await licences.require(uow, manifest)
    await asyncio.to_thread(fetching.start, manifest)
    return await _read_one(uow, settings, name)


@router.delete("/{name}/pull", responses=problems(AdminOnlyError, FunctionNotFoundError))
async def stop_pull(
    name: str, actor: SignedIn, uow: Reading, settings: SettingsDep, fetching: FetchingDep
) -> FunctionRead:
    """Stop fetching. What has arrived stays, and the next time goes on from there."""
    require_admin(actor)
    found = await _find(settings, name)
    await asyncio.to_thread(fetching.stop, found.name)
    return await _read_one(uow, settings, name)


async def _manifest(settings: Settings, name: str) -> Manifest:
    found = await _find(settings, name)
    if found.manifest is None:
        raise ManifestError(found.problem or f"{name} cannot be used.")
    return found.manifest


async def _find(settings: Settings, name: str) -> OnDisk:
    for one in await asyncio.to_thread(on_disk, settings):
        if one.name == name:
            return one
    raise FunctionNotFoundError(f"There is no function called {name}.")


async def _read_one(uow: UnitOfWork, settings: Settings, name: str) -> FunctionRead:
    for one in await _read(uow, settings, await asyncio.to_thread(on_disk, settings)):
        if one.name == name:
            return one
    raise FunctionNotFoundError(f"There is no function called {name}.")


async def _read(uow: UnitOfWork, settings: Settings, found: list[OnDisk]) -> list[FunctionRead]:
    past = await runs.of_functions(uow, [one.name for one in found])
    alive = await workers.live(uow, lease_seconds=settings.lease_seconds)
    warm = warm_on(alive)
    accepted = await licences.in_force(uow)
    usable = [(one.manifest, frozenset(one.unfit)) for one in found if one.manifest]
    chances = Chances(usable, alive, accepted)
    return [read(one, past[one.name], warm.get(one.name, []), accepted, chances) for one in found]
