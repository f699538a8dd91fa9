"""Rounds of a place reach the bus in the order in which they happened."""

import asyncio
import json
from typing import Any, cast
from uuid import uuid4

from onmodel.api.realtime.connection import Connection
from onmodel.api.realtime.live.places import Places
from onmodel.api.realtime.live.schemas import LiveUpdate, Stroke
from onmodel.events.bus import Bus
from onmodel.kit.db.uow import Notice

PROJECT, PICTURE = uuid4(), f"picture:{uuid4()}"


class SlowBus:
    """Keeps each message until it is let go."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[asyncio.Event] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []

    async def publish(self, notices: list[Notice]) -> None:
        go = asyncio.Event()
        self.waiting.put_nowait(go)
        await go.wait()
        self.sent += [json.loads(frame)["payload"] for _, frame in notices if frame != b"?"]


class Pointer:
    project_id = PROJECT


async def test_a_line_that_ended_is_not_overtaken_by_its_last_piece() -> None:
    bus = SlowBus()
    places = Places(cast(Bus, bus))
    places.gather = lambda _seconds: asyncio.sleep(0)
    connection = cast(Connection, Pointer())
    async with asyncio.timeout(10):
        places.go(connection, PICTURE, "window", uuid4())
        (await bus.waiting.get()).set()
        line = Stroke(id="line-0001", kind="freehand", points=[(0.1, 0.1), (0.2, 0.2)])
        places.change(connection, LiveUpdate(stroke=line))
        piece = await bus.waiting.get()
        places.change(connection, LiveUpdate(stroke=None))
        # the bus is slow with the piece: the end waits for it
        for _ in range(20):
            await asyncio.sleep(0)
        assert bus.waiting.empty()
        piece.set()
        (await bus.waiting.get()).set()
        await asyncio.sleep(0)
    strokes = [person["stroke"] for told in bus.sent for person in told["people"]]
    assert [stroke and len(stroke["points"]) for stroke in strokes] == [2, None]
