"""Receivers for what leaves the house, and a house that may reach them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from onmodel.channels.post_office import PostOffice
from onmodel.settings import Settings
from tests.channels.receivers import HERE, Mailbox, Service, http_service, mail_server
from tests.channels.scene import Post, post_of
from tests.support.house import House, running


@pytest.fixture
def service() -> Iterator[Service]:
    """A local HTTP service: a webhook, or a push service."""
    with http_service() as running:
        yield running


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A local mail server."""
    async with mail_server() as running:
        yield running


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """A post office that may reach this machine."""
    office = PostOffice(HERE)
    try:
        yield office
    finally:
        await office.close()


@pytest.fixture
async def house(
    database_url: str, broker_url: str, home: Path, mailbox: Mailbox
) -> AsyncIterator[House]:
    """A running API process with a mail account, which may reach this machine."""
    settings = Settings.model_validate(
        {
            "home": home,
            "database_url": database_url,
            "broker_url": broker_url,
            "mail_url": mailbox.url,
            "notify_private_networks": HERE,
        }
    )
    async with running(settings) as started:
        yield started


@pytest.fixture
async def post(house: House, service: Service) -> AsyncIterator[Post]:
    """Ada, her project, a webhook of hers, and a courier whose clock the test turns."""
    async with post_of(house, service) as made:
        yield made
