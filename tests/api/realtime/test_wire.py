"""A prepared frame, read by a client library from a real server."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from websockets.asyncio.client import connect
from websockets.protocol import CLOSED

from onmodel.api.realtime.wire import EXTENSION, Prepared, Wire

Write = Callable[[Prepared], bool]
TEXTS = ["short", "Ä" * 200, "long " * 20_000]


class Server(uvicorn.Server):
    """Says when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serves = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.serves.set()


@asynccontextmanager
async def serving(
    attend: Callable[[Write, Callable[[], Awaitable[Any]]], Awaitable[None]], **options: Any
) -> AsyncGenerator[str]:
    """Serve an application that accepts every socket; yield its address."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await attend(scope["extensions"].get(EXTENSION, {}).get("write"), receive)

    config = uvicorn.Config(app, port=0, ws=Wire, lifespan="off", log_level="critical", **options)
    server = Server(config)
    task = asyncio.create_task(server.serve())
    await server.serves.wait()
    try:
        yield f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def test_a_client_reads_what_was_written_at_once() -> None:
    async def attend(write: Write, receive: Callable[[], Awaitable[Any]]) -> None:
        assert all(write(Prepared(text.encode())) for text in TEXTS)
        await receive()

    async with serving(attend, ws_per_message_deflate=False) as address, connect(address) as client:
        assert [await client.recv() for _ in TEXTS] == TEXTS


async def test_who_reads_nothing_and_who_is_gone_are_not_written_to() -> None:
    ended: asyncio.Future[tuple[int, bool]] = asyncio.get_running_loop().create_future()

    async def attend(write: Write, receive: Callable[[], Awaitable[Any]]) -> None:
        written = 0
        while write(Prepared(b"x" * 100_000)):
            written += 1
        while (await receive())["type"] != "websocket.disconnect":
            pass
        ended.set_result((written, write(Prepared(b"anybody?"))))

    async with serving(attend, ws_per_message_deflate=False) as address:
        client = await connect(address, max_queue=1)
        client.transport.abort()
        written, after_the_end = await ended
        assert 0 < written < 1_000
        assert not after_the_end
        await client.wait_closed()
        assert client.state is CLOSED


async def test_compressed_frames_are_not_for_everybody() -> None:
    found: asyncio.Future[Write | None] = asyncio.get_running_loop().create_future()

    async def attend(write: Write | None, receive: Callable[[], Awaitable[Any]]) -> None:
        found.set_result(write)
        await receive()

    async with (
        serving(attend, ws_per_message_deflate=True) as address,
        connect(address, compression="deflate"),
    ):
        assert await found is None
