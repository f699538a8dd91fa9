"""Somebody who gets notices, and a courier that works when it is told to."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from onmodel.channels.courier import Courier
from onmodel.channels.models import Delivery
from onmodel.inbox import service as inbox
from onmodel.inbox.kinds import Kind
from onmodel.inbox.models import Notice
from onmodel.kit.clock import now
from onmodel.kit.ids import new_id
from tests.channels.receivers import Service
from tests.support.house import House, Person

NOON = datetime(2026, 11, 25, 12, 10, tzinfo=UTC)


@dataclass
class Post:
    """The parts, and verbs for them; ``at`` is the courier's time."""

    house: House
    service: Service
    ada: Person
    project: str
    webhook: str
    courier: Courier
    at: datetime

    async def tell(
        self,
        title: str = "Bob mentioned you",
        *,
        then: Callable[[], object] = lambda: None,
        **over: Any,
    ) -> Notice:
        """Give Ada a notice; ``then`` comes in the same transaction."""
        facts: dict[str, Any] = {
            "kind": Kind.MENTION,
            "project_id": UUID(self.project),
            "subject_type": "note",
            "subject_id": new_id(),
            "url": f"/p/{self.project}/gallery",
            "title": title,
            "body": "The chin is too sharp.",
            "key": str(new_id()),
        } | over
        async with self.house.resources.database.begin() as uow:
            (notice,) = await inbox.notify(uow, person_ids=[self.ada.id], **facts)
            then()
        return notice

    async def happened(self, at: datetime) -> None:
        """Let everything that waits have come at a time, which is the courier's, too."""
        self.at = at
        async with self.house.resources.database.begin() as uow:
            await uow.session.execute(update(Delivery).values(created_at=at, next_at=at))

    async def round(self, *, after: timedelta = timedelta()) -> int:
        """Let some time pass, and the courier go once."""
        self.at += after
        return await self.courier.round()

    async def wish(self, **over: Any) -> dict[str, Any]:
        """Save Ada's wishes."""
        groups = over.pop("groups", [])
        wishes = {"time_zone": "Europe/Berlin", "groups": groups} | over
        return await self.ada.put("/me/notifications/preferences", wishes)

    async def deliveries(self) -> list[Delivery]:
        """Return every delivery, oldest first."""
        async with self.house.resources.database.read() as uow:
            rows = await uow.session.scalars(select(Delivery).order_by(Delivery.id))
            return list(rows)

    async def states(self) -> list[str]:
        """Return the states of the deliveries, oldest first."""
        return [delivery.state for delivery in await self.deliveries()]


@asynccontextmanager
async def post_of(house: House, service: Service) -> AsyncGenerator[Post]:
    """Make Ada, a project and a webhook; the courier's clock stands where the test puts it."""
    ada = await house.person("ada")
    project = await house.project(ada)
    webhook = await ada.post(
        "/me/notifications/destinations", {"address": service.address}, status=201
    )
    courier = Courier(house.resources.database, house.resources.settings, clock=lambda: made.at)
    made = Post(house, service, ada, project, webhook["id"], courier, now() + timedelta(seconds=1))
    try:
        yield made
    finally:
        await courier.stop()
