"""Sends what is due: one courier leads, in the process of the Producer, out of every request's way.

It looks every second; what is due stands in the database, so a restart loses nothing.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from onmodel.channels import addresses, letters, outbox
from onmodel.channels.outbox import Bundle
from onmodel.channels.post_office import Outcome, PostOffice
from onmodel.channels.vault import UnreadableError, Vault
from onmodel.dispatch.leadership import COURIER, take_lead
from onmodel.kit.clock import now
from onmodel.kit.db.uow import Database
from onmodel.settings import Settings

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
GRACE_SECONDS = 5.0
TIDY_SECONDS = 3600.0
PUSH_LIVES_SECONDS = 24 * 3600  # how long a push service keeps it for a browser that is closed


class Courier:
    """The loop, and one round of it."""

    def __init__(
        self, database: Database, settings: Settings, *, clock: Callable[[], datetime] = now
    ) -> None:
        self._database = database
        self._settings = settings
        self._vault = Vault(settings.secret_key)
        self._clock = clock
        self._office = PostOffice(settings.notify_private_networks)
        self._tidied = 0.0
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to lead whenever nobody else does."""
        self._task = asyncio.create_task(self._run(), name="courier")

    async def stop(self) -> None:
        """Stop after what is under way; what takes too long is sent again by the next leader."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=GRACE_SECONDS)
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._office.close()

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                async with self._database.engine.connect() as connection:
                    await self._lead(connection)
            except (OSError, SQLAlchemyError) as error:
                log.warning("courier_waits", error=str(error))
            except Exception:
                log.exception("courier_stumbled")
            await self._pause()

    async def _lead(self, connection: AsyncConnection) -> None:
        """Work as long as this connection holds the lead."""
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await take_lead(connection, of=COURIER):
            return
        try:
            while not self._stopping.is_set():
                await self._tidy()
                if await self.round():
                    continue
                await self._office.close_if_idle()
                await self._pause()
                await connection.execute(text("SELECT 1"))  # raises when the lead is lost
        finally:
            await connection.invalidate()  # back in the pool it would hold the lead for ever

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._stopping.wait()

    async def round(self) -> int:
        """Send what is due now; return how many messages that were."""
        async with self._database.begin() as uow:
            bundles = await outbox.claim(uow, self._clock())
        await asyncio.gather(*(self._deliver(bundle) for bundle in bundles))
        return len(bundles)

    async def _deliver(self, bundle: Bundle) -> None:
        try:
            address = self._vault.open(bundle.address)
        except UnreadableError:
            outcome = Outcome("refused", "The address can no longer be read. Please add it again.")
        else:
            outcome = await self._office.send(self._parcel(bundle, address))
        if outcome.kind != "sent":
            log.warning("not_delivered", medium=bundle.medium, outcome=outcome.kind)
        async with self._database.begin() as uow:
            await outbox.settle(uow, bundle, outcome, self._clock())

    def _parcel(self, bundle: Bundle, address: str) -> dict[str, Any]:
        settings = self._settings
        is_test = not bundle.notices
        letter = letters.TEST if is_test else letters.compose(bundle.notices, settings.url)
        if bundle.medium == "push":
            shown = letters.for_a_browser(bundle.notices, letter)
            tag = bundle.deliveries[0].hex  # sent twice, it is shown once
            return {
                "way": "push",
                "subscription": json.loads(address),
                "data": json.dumps({**shown, "tag": tag}),
                "topic": tag,
                "key": self._vault.push_key,
                "contact": _contact(settings.url),
                "ttl": PUSH_LIVES_SECONDS,
            }
        parcel = {"way": "apprise", "title": letter.title, "body": letter.body}
        if bundle.medium == "chat":
            return {**parcel, "url": address, "schemes": settings.notify_schemes.split()}
        if settings.mail_url is None:  # it was taken away: what has no scheme is refused
            return {**parcel, "url": address, "schemes": []}
        url = addresses.mail_to(settings.mail_url.get_secret_value(), address)
        return {**parcel, "url": url, "trusted": True}

    async def _tidy(self) -> None:
        if time.monotonic() - self._tidied >= TIDY_SECONDS:
            self._tidied = time.monotonic()
            async with self._database.begin() as uow:
                await outbox.forget_old(uow, self._clock())


def _contact(url: str) -> str:
    """Return whom a push service may turn to (RFC 8292, section 2.1)."""
    return url if url.startswith("https://") else "mailto:onmodel@localhost.localdomain"
