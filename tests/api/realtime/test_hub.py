"""Who comes into a room hears everything that happens from then on."""

import asyncio
from uuid import UUID

import pytest

from onmodel.api.realtime.connection import Connection
from onmodel.api.realtime.wire import Prepared
from onmodel.events import log as events
from onmodel.events.frames import channel, encode
from onmodel.kit.db.uow import UnitOfWork
from tests.support.house import House
from tests.support.waiting import PATIENCE_SECONDS

PROJECT = UUID(int=7)


class Listener(Connection):
    """Keeps the numbers of what it is given."""

    def __init__(self) -> None:
        self.project_id = PROJECT
        self.seq = 0
        self.heard: list[int | None] = []

    def deliver(self, frame: Prepared, seq: int | None) -> None:
        self.heard.append(seq)

    def close_soon(self, code: int) -> None:
        """Be let go with the house."""


async def test_who_comes_beside_another_takes_nothing_from_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = iter([10, 12])  # two changes end while the second one is coming in

    async def last_seq(_uow: UnitOfWork, _project: UUID) -> int:
        return next(newest)

    monkeypatch.setattr(events, "last_seq", last_seq)
    first, second = Listener(), Listener()
    await asyncio.gather(house.hub.join(first), house.hub.join(second))
    for seq in (11, 12, 13):
        frame = encode("server:project.updated", {}, seq=seq)
        house.resources.bus.hand_over([(channel(PROJECT), frame)])
    async with asyncio.timeout(PATIENCE_SECONDS):
        while 13 not in second.heard:  # noqa: ASYNC110 - the hub's own task brings it
            await asyncio.sleep(0)
    assert first.heard == [11, 12, 13]
    house.hub.leave(first)
    house.hub.leave(second)


async def test_a_room_stays_for_who_is_on_the_way_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_door, may_enter = asyncio.Event(), asyncio.Event()

    async def last_seq(_uow: UnitOfWork, _project: UUID) -> int:
        at_the_door.set()
        await may_enter.wait()
        return 10

    monkeypatch.setattr(events, "last_seq", last_seq)
    hub, one = house.hub, Listener()
    coming = asyncio.create_task(hub.join(one))
    await at_the_door.wait()
    hub.leave(Listener())  # whose own arrival failed
    may_enter.set()
    await coming
    assert hub.connections() == [one]
    hub.leave(one)
    assert hub.connections() == []
