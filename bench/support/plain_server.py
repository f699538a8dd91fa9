"""The ceiling: a server that does nothing but pass frames on, by the websockets library alone.

    PYTHON plain_server.py BROKER_URL

Prints its port, and on SIGTERM the longest wait of its loop in milliseconds. Every path is a room.
What comes over the bus on ``bench:{path}`` goes to all sockets of the room; a client's cursor is
published there with the same few fields that the product sends. No sign-in, no database, no
presence, no catching up: what remains is the fan-out itself.
"""

import asyncio
import json
import signal
import sys
from collections import defaultdict
from contextlib import suppress

import redis.asyncio as redis
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from onmodel.api.loop_lag import LoopLag

CHANNEL = "bench:"


async def main() -> None:
    bus = redis.Redis.from_url(sys.argv[1])
    rooms: dict[str, set[ServerConnection]] = defaultdict(set)

    async def attend(socket: ServerConnection) -> None:
        assert socket.request is not None
        path = socket.request.path
        rooms[path].add(socket)
        with suppress(ConnectionClosed):
            async for text in socket:
                message = json.loads(text)
                if message["event"] == "client:text.cursor":
                    frame = {"event": "server:text.cursor", "payload": message["payload"]}
                    await bus.publish(CHANNEL + path, json.dumps(frame))
        rooms[path].discard(socket)

    async with (
        serve(attend, "127.0.0.1", 0, compression=None, ping_interval=None) as server,
        bus.pubsub() as heard,
    ):
        lag = LoopLag()
        lag.start()
        asyncio.get_running_loop().add_signal_handler(
            signal.SIGTERM, lambda: print(round(lag.worst_seconds * 1000, 1), flush=True)
        )
        await heard.psubscribe(f"{CHANNEL}*")
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        async for message in heard.listen():
            if message["type"] == "pmessage":
                path = message["channel"].decode().removeprefix(CHANNEL)
                broadcast(rooms[path], message["data"].decode())


if __name__ == "__main__":
    asyncio.run(main())
