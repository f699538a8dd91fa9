"""What waits for one socket is bounded and keeps its order; whole states wait one at a time."""

import asyncio
from typing import Any, cast
from uuid import uuid4

import pytest
from starlette.websockets import WebSocket

from onmodel.accounts.service import Actor
from onmodel.api.realtime.connection import FLEETING_FRAMES, QUEUE_BYTES, TOO_SLOW, Connection
from onmodel.api.realtime.wire import EXTENSION, Prepared


class Stalled:
    """A socket whose other end reads nothing until it is told to."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.scope: dict[str, Any] = {}
        self._more = asyncio.Condition()
        self.reads = asyncio.Event()
        self.closed = asyncio.get_running_loop().create_future()

    async def send(self, message: dict[str, Any]) -> None:
        async with self._more:
            self.sent.append(message["text"])
            self._more.notify_all()
        await self.reads.wait()

    async def has(self, number: int) -> None:
        """Wait until so many frames were sent."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.sent) >= number)

    async def close(self, code: int) -> None:
        self.closed.set_result(code)


@pytest.fixture
async def stalled() -> Stalled:
    return Stalled()


@pytest.fixture
async def connection(stalled: Stalled) -> Connection:
    connection = Connection(cast(WebSocket, stalled), uuid4(), cast(Actor, None))
    connection.start()
    connection.put(b"the first is on its way")
    await stalled.has(1)
    return connection


MEGABYTE = b"x" * 1024 * 1024


async def test_who_reads_nothing_is_let_go_before_much_waits(
    connection: Connection, stalled: Stalled
) -> None:
    for _ in range(QUEUE_BYTES // len(MEGABYTE) - 1):
        connection.put(MEGABYTE)
    assert not stalled.closed.done()
    for _ in range(100):
        connection.put(MEGABYTE)
    assert await stalled.closed == TOO_SLOW
    assert connection.waiting_bytes == 0


async def test_a_whole_state_fits_however_long_it_is(
    connection: Connection, stalled: Stalled
) -> None:
    connection.put_whole(MEGABYTE * 20)
    assert connection.whole_waits
    connection.put(b"and what happened since")
    stalled.reads.set()
    await stalled.has(3)
    assert not connection.whole_waits
    assert connection.waiting_bytes == 0
    await connection.finish()


async def test_what_nobody_misses_does_not_wait(connection: Connection) -> None:
    for _ in range(FLEETING_FRAMES):
        connection.put(b"x")
    before = connection.waiting_bytes
    connection.offer(Prepared(MEGABYTE))
    assert connection.waiting_bytes == before
    await connection.finish()


class Writable(Stalled):
    """The same on our own server, which can write at once while there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.has_room = True
        self.scope = {"extensions": {EXTENSION: {"write": self.write}}}

    def write(self, prepared: Prepared) -> bool:
        if self.has_room:
            self.sent.append(prepared.text)
        return self.has_room


async def test_a_frame_is_written_at_once_and_never_before_one_that_waits() -> None:
    writable = Writable()
    connection = Connection(cast(WebSocket, writable), uuid4(), cast(Actor, None))
    connection.start()
    connection.put(b"at once")
    assert writable.sent == ["at once"]
    writable.has_room = False
    connection.put(b"waits")
    writable.has_room = True
    connection.put(b"must not overtake")
    await writable.has(2)  # the first is on its way, and the other end reads nothing
    connection.put(b"nor this")
    assert writable.sent == ["at once", "waits"]
    writable.reads.set()
    await writable.has(4)
    await asyncio.sleep(0)  # the writer sees that nothing is left
    connection.put(b"at once again")
    assert writable.sent[2:] == ["must not overtake", "nor this", "at once again"]
    assert connection.waiting_bytes == 0
    await connection.finish()
