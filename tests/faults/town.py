"""Two API processes, one project, some people, and what may break."""

import asyncio
import socket
from collections import Counter
from random import Random
from subprocess import Popen
from typing import Any

import httpx2

from onmodel.text import operations as ot
from tests.faults.doings import Do, Doing, Stage, deck
from tests.faults.remote_client import RemoteClient
from tests.faults.watching import serves
from tests.support.drawings import picture
from tests.support.services import TestServices
from tests.worker.conftest import StartProcess, until

MOST_WAITING = 6
FIRST_LETTER = 0x4E00  # of more than 20,000 that are all different
KEY = "expression/angry"


class Town:
    """What there is, and what happens in it next."""

    def __init__(self, seed: int, services: TestServices, start: StartProcess) -> None:
        self.seed = seed
        self.services = services
        self._start = start
        self._ports = [_free_port() for _ in range(2)]
        self.urls = [f"http://127.0.0.1:{port}" for port in self._ports]
        self._processes: list[Popen[bytes]] = [self._serve(port) for port in self._ports]
        start("producer", "onmodel", "producer")  # its clock makes versions of what is written
        self.clients: list[RemoteClient] = []
        self.words: list[str] = []
        self.faults: Counter[str] = Counter()
        self._turns = 0
        self._deck: list[Do] = []

    def _serve(self, port: int) -> "Popen[bytes]":
        return self._start("serve", "onmodel", "serve", "--port", str(port))

    async def up(self) -> None:
        for url in self.urls:
            await serves(url)

    async def turn(self, stage: Stage) -> None:
        """Do the next thing that the seed says."""
        self._turns += 1
        dice = Random(f"{self.seed}/{self._turns}")
        client, what = dice.choice(self.clients), dice.random()
        if what < 0.68:
            if not self._deck:
                self._deck = deck(dice)
            change = self._deck.pop()(Doing(self._turns, stage, client, dice))
            if change is not None:
                client.outbox.append(change)
        elif what < 0.84:
            self._write(client, dice)
        elif what < 0.91:
            taken = [one for one in client.acknowledged if one.once]
            if taken:
                client.repeat(dice.choice(taken))
        elif what < 0.975:
            client.cut()
            self.faults["cut"] += 1
        elif what < 0.99:
            self._kill_api(dice.randrange(2))
        else:
            await self._kill_valkey()
        await until(self._has_room)

    async def last_word(self) -> None:
        """Write once more while the bus comes back: nothing that follows shows that it was lost."""
        await self._kill_valkey()
        self._write(self.clients[-1], Random(self.seed))

    async def quiet(self) -> None:
        """Wait until nobody has anything to say any more."""

        async def nothing_waits() -> bool:
            self.check()
            return all(one.is_idle for one in self.clients)

        await until(nothing_waits)

    def check(self) -> None:
        for one in self.clients:
            one.check()

    async def _has_room(self) -> bool:
        self.check()
        return sum(len(one.outbox) for one in self.clients) < MOST_WAITING

    def _write(self, client: RemoteClient, dice: Random) -> None:
        # one letter each: nobody can write into the middle of it
        word = chr(FIRST_LETTER + len(self.words))
        self.words.append(word)
        client.text.edit(ot.normalise([dice.randint(0, len(client.text.text)), word]))

    def _kill_api(self, which: int) -> None:
        self.faults["api"] += 1
        self._processes[which].kill()
        self._processes[which].wait()
        self._processes[which] = self._serve(self._ports[which])

    async def _kill_valkey(self) -> None:
        self.faults["valkey"] += 1
        assert self.services.valkey.process is not None
        self.services.valkey.process.kill()
        self.services.valkey.process.wait()
        await asyncio.to_thread(self.services.valkey.start)


async def build(api: httpx2.AsyncClient) -> tuple[str, Stage]:
    """Make a project with two characters, pictures in their sheets, and two questions.

    Returns:
        The project, and what there is to change in it.
    """
    project_id = (await _post(api, "/projects", {"title": "Film"}))["id"]
    cast = [
        (await _post(api, f"/projects/{project_id}/characters", {"name": name}))["id"]
        for name in ("Mara", "Pelle")
    ]
    drawn = [await _draw(api, one, at * 10) for at, one in enumerate(cast)]
    open_ids, blind_ids = drawn[0][:2], drawn[1]
    decision = await _ask(api, cast[0], variation_ids=open_ids)
    blind = await _ask(api, cast[1], variation_ids=blind_ids, method="blind")
    pictures = [one for ids in drawn for one in ids]
    return project_id, Stage(cast, pictures, drawn[0][2:], decision["id"], blind["id"])


async def _draw(api: httpx2.AsyncClient, character_id: str, number: int) -> list[str]:
    """Bring pictures for one place of the sheet and choose the first; return all of them."""
    asked = await _ask(api, character_id)
    path = f"/decisions/{asked['id']}"
    brought: dict[str, Any] = asked
    for at in range(4 if number == 0 else 3):
        file = ("angry.jpg", picture(number + at))
        answer = await api.post(f"{path}/pictures", files={"file": file})
        brought = answer.raise_for_status().json()
    await _post(api, f"{path}/decide", {"candidate_id": brought["candidates"][0]["id"]})
    return [one["variation_id"] for one in brought["candidates"]]


async def _ask(api: httpx2.AsyncClient, character_id: str, **data: Any) -> dict[str, Any]:
    body = {"question": "Which angry face?", "key": KEY} | data
    return await _post(api, f"/characters/{character_id}/decisions", body)


async def _post(api: httpx2.AsyncClient, path: str, body: Any) -> Any:
    return (await api.post(path, json=body)).raise_for_status().json()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
