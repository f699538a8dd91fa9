"""Receivers for the tests of what leaves the house."""

from collections.abc import AsyncIterator, Iterator

import pytest

from onmodel.channels.post_office import PostOffice
from tests.channels.receivers import HERE, Mailbox, Service, http_service, mail_server


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
