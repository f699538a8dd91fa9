"""Notification settings over REST."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from onmodel.accounts.signed_in import SignedIn
from onmodel.channels import service
from onmodel.channels.errors import (
    AddressRefusedError,
    DestinationNotFoundError,
    MailNotSetUpError,
    TestNotFoundError,
    TooManyDestinationsError,
    TooManyTestsError,
)
from onmodel.channels.schemas import (
    AddressWrite,
    BrowserWrite,
    DestinationRead,
    NotificationSettings,
    PreferencesRead,
    PreferencesWrite,
    TestRead,
)
from onmodel.channels.vault import Vault
from onmodel.http.deps import Reading, SettingsDep, Writing
from onmodel.http.problems import problems

router = APIRouter(prefix="/me/notifications", tags=["notifications"])


async def _vault(settings: SettingsDep) -> Vault:
    return Vault(settings.secret_key)


VaultDep = Annotated[Vault, Depends(_vault)]


@router.get("")
async def read_notification_settings(
    uow: Reading, actor: SignedIn, settings: SettingsDep, vault: VaultDep
) -> NotificationSettings:
    """Where your notifications go outside of OnModel, which, and when."""
    return await service.read_settings(uow, actor, settings, vault)


@router.put("/preferences")
async def save_notification_preferences(
    data: PreferencesWrite, uow: Writing, actor: SignedIn
) -> PreferencesRead:
    return await service.save_preferences(uow, actor, data)


@router.post(
    "/destinations",
    status_code=201,
    responses=problems(AddressRefusedError, MailNotSetUpError, TooManyDestinationsError),
)
async def add_notification_address(
    data: AddressWrite, uow: Writing, actor: SignedIn, settings: SettingsDep, vault: VaultDep
) -> DestinationRead:
    """Add an e-mail address, or the address of a chat service; the same one twice is once."""
    return await service.add_address(uow, actor, data, settings, vault)


@router.post(
    "/browsers",
    status_code=201,
    responses=problems(AddressRefusedError, TooManyDestinationsError),
)
async def add_notification_browser(
    data: BrowserWrite, uow: Writing, actor: SignedIn, settings: SettingsDep, vault: VaultDep
) -> DestinationRead:
    """Add a browser by its push subscription; it ends with the session that added it."""
    return await service.add_browser(uow, actor, data, settings, vault)


@router.delete(
    "/destinations/{destination_id}",
    status_code=204,
    responses=problems(DestinationNotFoundError),
)
async def remove_notification_destination(
    destination_id: UUID, uow: Writing, actor: SignedIn
) -> None:
    await service.remove(uow, actor, destination_id)


@router.post(
    "/destinations/{destination_id}/test",
    status_code=202,
    responses=problems(DestinationNotFoundError, TooManyTestsError),
)
async def send_test_notification(destination_id: UUID, uow: Writing, actor: SignedIn) -> TestRead:
    """Send a test; read its end at ``/me/notifications/tests/{id}``."""
    return await service.send_test(uow, actor, destination_id)


@router.get("/tests/{test_id}", responses=problems(TestNotFoundError))
async def read_test_notification(test_id: UUID, uow: Reading, actor: SignedIn) -> TestRead:
    return await service.read_test(uow, actor, test_id)
