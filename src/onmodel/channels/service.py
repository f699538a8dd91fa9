"""A person's notification settings."""

import json
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from onmodel.accounts.service import Actor
from onmodel.channels import addresses, outbox, wishes
from onmodel.channels.errors import (
    AddressRefusedError,
    DestinationNotFoundError,
    MailNotSetUpError,
    TestNotFoundError,
    TooManyDestinationsError,
    TooManyTestsError,
)
from onmodel.channels.models import Delivery, Destination, Preferences
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
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.settings import Settings

MOST_DESTINATIONS = 12
MOST_TESTS_A_MINUTE = 5


async def read_settings(
    uow: UnitOfWork, actor: Actor, settings: Settings, vault: Vault
) -> NotificationSettings:
    """Return the actor's settings and what this server offers."""
    rows = await uow.session.scalars(
        select(Destination)
        .where(Destination.person_id == actor.user_id)
        .order_by(Destination.created_at, Destination.id)
    )
    return NotificationSettings(
        preferences=wishes.read(await uow.session.get(Preferences, actor.user_id)),
        destinations=[_read(row) for row in rows],
        mail_offered=settings.mail_url is not None,
        push_key=vault.push_public_key,
    )


async def save_preferences(
    uow: UnitOfWork, actor: Actor, data: PreferencesWrite
) -> PreferencesRead:
    """Keep the actor's wishes; they hold for what waits, too."""
    values = data.model_dump(exclude={"groups"}) | {"silenced": wishes.silenced(data.groups)}
    await uow.session.execute(
        insert(Preferences)
        .values(person_id=actor.user_id, **values)
        .on_conflict_do_update(index_elements=[Preferences.person_id], set_=values)
    )
    await outbox.look_again(uow, actor.user_id, now())
    return wishes.read(await uow.session.get(Preferences, actor.user_id))


async def add_address(
    uow: UnitOfWork, actor: Actor, data: AddressWrite, settings: Settings, vault: Vault
) -> DestinationRead:
    """Let notifications go to an e-mail address or a chat service from now on.

    Raises:
        AddressRefusedError: it cannot be used.
        MailNotSetUpError: it is an e-mail address, and this server has no mail account.
        TooManyDestinationsError: the actor has enough.
    """
    if addresses.is_mail(data.address):
        if settings.mail_url is None:
            raise MailNotSetUpError("No mail account is set up on this server.")
        return await _add(
            uow, actor, vault, medium="email", address=data.address, label=data.address
        )
    if "://" not in data.address:
        raise AddressRefusedError("This is neither an e-mail address nor a webhook's.")
    service = await addresses.name_service(data.address, settings)
    return await _add(
        uow, actor, vault, medium="chat", address=data.address, label=data.label or service
    )


async def add_browser(
    uow: UnitOfWork, actor: Actor, data: BrowserWrite, settings: Settings, vault: Vault
) -> DestinationRead:
    """Let notifications go to the browser that asks.

    One browser has one subscription, whoever is signed in: the last one gets it.

    Raises:
        AddressRefusedError: its push service is not on the Internet.
        TooManyDestinationsError: the actor has enough.
    """
    addresses.check_endpoint(data.endpoint, settings)
    await uow.session.execute(
        delete(Destination).where(
            Destination.mark == vault.mark(data.endpoint), Destination.person_id != actor.user_id
        )
    )
    subscription = {"endpoint": data.endpoint, "keys": data.keys.model_dump()}
    return await _add(
        uow,
        actor,
        vault,
        medium="push",
        address=json.dumps(subscription),
        marked_by=data.endpoint,
        label=data.label,
        session_id=actor.credential_id if actor.via == "session" else None,
    )


async def _add(
    uow: UnitOfWork,
    actor: Actor,
    vault: Vault,
    *,
    medium: str,
    address: str,
    label: str,
    marked_by: str | None = None,
    session_id: UUID | None = None,
) -> DestinationRead:
    """Keep a destination; one that is known already is renewed."""
    mark = vault.mark(marked_by or address)
    others = await uow.session.scalar(
        select(func.count()).where(Destination.person_id == actor.user_id, Destination.mark != mark)
    )
    if others >= MOST_DESTINATIONS:
        raise TooManyDestinationsError(f"You have {MOST_DESTINATIONS} places already.")
    values = {
        "label": label,
        "address": vault.lock(address),
        "session_id": session_id,
        "problem": None,
    }
    row = await uow.session.scalar(
        insert(Destination)
        .values(person_id=actor.user_id, medium=medium, mark=mark, **values)
        .on_conflict_do_update(
            index_elements=[Destination.person_id, Destination.mark], set_=values
        )
        .returning(Destination)
    )
    return _read(row)


async def remove(uow: UnitOfWork, actor: Actor, destination_id: UUID) -> None:
    """Send nothing there any more; what waits for it is dropped.

    Raises:
        DestinationNotFoundError: the actor has no such destination.
    """
    await uow.session.delete(await _own(uow, actor, destination_id))


async def send_test(uow: UnitOfWork, actor: Actor, destination_id: UUID) -> TestRead:
    """Send a test, at once and in quiet hours, too.

    Raises:
        DestinationNotFoundError: the actor has no such destination.
        TooManyTestsError: there were enough in the last minute.
    """
    destination = await _own(uow, actor, destination_id)
    recent = await uow.session.scalar(
        select(func.count())
        .select_from(Delivery)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(
            Destination.person_id == actor.user_id,
            Delivery.notice_id.is_(None),
            Delivery.created_at > now() - timedelta(minutes=1),
        )
    )
    if recent >= MOST_TESTS_A_MINUTE:
        raise TooManyTestsError(
            "You have sent several tests in the last minute.", headers={"Retry-After": "60"}
        )
    return _test_read(await outbox.put_down_test(uow, destination.id))


async def read_test(uow: UnitOfWork, actor: Actor, test_id: UUID) -> TestRead:
    """Return what became of a test; raises TestNotFoundError."""
    delivery = await uow.session.scalar(
        select(Delivery)
        .join(Destination, Destination.id == Delivery.destination_id)
        .where(
            Delivery.id == test_id,
            Delivery.notice_id.is_(None),
            Destination.person_id == actor.user_id,
        )
    )
    if delivery is None:
        raise TestNotFoundError("This test does not exist, or its place was removed.")
    return _test_read(delivery)


async def _own(uow: UnitOfWork, actor: Actor, destination_id: UUID) -> Destination:
    row = await uow.session.get(Destination, destination_id)
    if row is None or row.person_id != actor.user_id:
        raise DestinationNotFoundError("This place does not exist, or it is not yours.")
    return row


def _read(row: Destination) -> DestinationRead:
    return DestinationRead.model_validate(row, from_attributes=True)


def _test_read(row: Delivery) -> TestRead:
    state = {"waiting": "waiting", "sent": "sent"}.get(row.state, "failed")
    return TestRead.model_validate({"id": row.id, "state": state, "problem": row.problem})
