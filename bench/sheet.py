"""bench-sheet: from the click on Generate sheet to the first and to the twelfth picture.

A real character with real photographs, trained by the real functions. A picture counts when its
event has come over the socket and its thumbnail has been fetched, as a browser does it.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

from support.house import House, shared_caches
from websockets.asyncio.client import ClientConnection, connect

from onmodel.demo import pictures
from onmodel.demo.rest import Rest

TIER = "low"
PICTURES = 12
LIMIT_SECONDS = 300.0


async def main() -> None:
    with House(keep_caches=shared_caches()) as house:
        rest = Rest(house.url, house.token())
        stills = (await pictures.fetch(shared_caches()))["actress"]
        character_id, project_id = await trained(rest, stills[:10])
        address = f"ws://127.0.0.1:{house.port}/ws/{project_id}?token={rest.token}"
        async with asyncio.timeout(LIMIT_SECONDS), connect(address, max_size=None) as socket:
            begun = time.perf_counter()
            await rest.post(f"/characters/{character_id}/variations", {"keys": None})
            seconds = await arrivals(socket, rest, begun)
    for number, second in enumerate(seconds, start=1):
        print(f"picture {number:2}: {second:6.2f} s")
    line = {"first_s": round(seconds[0], 2), "twelfth_s": round(seconds[PICTURES - 1], 2)}
    print(json.dumps(line))
    sys.exit(0)


async def trained(rest: Rest, stills: list[Path]) -> tuple[str, str]:
    """Return a character that is ready for its sheet."""
    project = await rest.post("/projects", {"title": "Sheet"})
    character = await rest.post(
        f"/projects/{project['id']}/characters",
        {"name": "Mara", "trigger_word": "mara", "tier": TIER},
    )
    for still in stills:
        await rest.upload(f"/characters/{character['id']}/references", still)
    async with asyncio.timeout(LIMIT_SECONDS):
        while True:
            listed = await rest.get(f"/characters/{character['id']}/references")
            rows = listed["items"] if isinstance(listed, dict) else listed
            if all(row["state"] != "checking" for row in rows):
                break
            await asyncio.sleep(0.2)
        await rest.post(f"/characters/{character['id']}/train", {"quality": TIER})
        while True:
            state = (await rest.get(f"/characters/{character['id']}"))["training"]["state"]
            if state == "succeeded":
                return character["id"], project["id"]
            if state in ("failed", "cancelled"):
                raise RuntimeError(f"the training {state}")
            await asyncio.sleep(0.2)


async def receive(socket: ClientConnection, event: str) -> dict[str, object]:
    while True:
        message = json.loads(await socket.recv())
        if message["event"] == event:
            return message["payload"]


async def arrivals(socket: ClientConnection, rest: Rest, begun: float) -> list[float]:
    """Return the seconds at which the first twelve pictures could be seen."""
    seconds: list[float] = []
    while len(seconds) < PICTURES:
        payload = await receive(socket, "server:generation.result")
        await asyncio.to_thread(fetch, rest, str(payload["image_url"]))
        seconds.append(time.perf_counter() - begun)
    return seconds


def fetch(rest: Rest, url: str) -> None:
    request = Request(
        url if url.startswith("http") else rest.url + url,
        headers={"Authorization": f"Bearer {rest.token}"},
    )
    with urlopen(request, timeout=30) as answer:
        answer.read()


if __name__ == "__main__":
    asyncio.run(main())
