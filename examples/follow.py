"""Follow a gallery live: python follow.py ws://localhost:8000/ws/PROJECT TOKEN"""

import asyncio
import json
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


async def follow(address: str, token: str) -> None:
    seq = None  # the newest change that we have
    headers = {"Authorization": f"Bearer {token}"}
    async for socket in connect(address, additional_headers=headers, max_size=None):
        try:
            payload = {} if seq is None else {"since": seq}
            await socket.send(json.dumps({"event": "client:sync_request", "payload": payload}))
            async for text in socket:
                message = json.loads(text)
                is_next = seq is None or message.get("seq") == seq + 1
                if "seq" in message and (is_next or message["event"] == "server:full_sync"):
                    seq = message["seq"]
                    print(seq, message["event"], flush=True)
        except ConnectionClosed as closed:
            if closed.rcvd and closed.rcvd.code in (4401, 4404):
                sys.exit("Not signed in, or no such project.")


asyncio.run(follow(*sys.argv[1:]))
