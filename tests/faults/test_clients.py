"""Random people, random faults: at the end all see the same, and what was acknowledged is there.

Who does what, and what breaks when, follows from the seed; when a message arrives does not. Run
one seed again with ``ONMODEL_SEED=7 pytest tests/faults/test_clients.py``.
"""

import asyncio
import os
import socket
from collections import Counter
from random import Random
from subprocess import Popen
from typing import Any

import httpx2
import pytest

from onmodel.accounts import service as accounts
from onmodel.accounts.schemas import UserCreate
from onmodel.kit.db.uow import Database
from onmodel.text import operations as ot
from tests.faults.remote_client import Edit, RemoteClient
from tests.faults.watching import serves
from tests.support.services import TestServices
from tests.worker.conftest import StartProcess, until

SEEDS = [int(one) for one in os.environ.get("ONMODEL_SEED", "1,2").split(",")]
CLIENTS, STEPS, MOST_WAITING = 4, 160, 6
FIRST_LETTER = 0x4E00  # of more than 20,000 that are all different
FIELDS = ["name", "licence", "consent", "tags"]


class Town:
    """Two API processes, one project, some people, and what may break."""

    def __init__(self, seed: int, services: TestServices, start: StartProcess) -> None:
        self.random = Random(seed)
        self.services = services
        self._start = start
        self._ports = [_free_port() for _ in range(2)]
        self.urls = [f"http://127.0.0.1:{port}" for port in self._ports]
        self._processes: list[Popen[bytes]] = [self._serve(port) for port in self._ports]
        self.clients: list[RemoteClient] = []
        self.characters: list[str] = []
        self.words: list[str] = []
        self.faults: Counter[str] = Counter()
        self._made = 0

    def _serve(self, port: int) -> "Popen[bytes]":
        return self._start("serve", "onmodel", "serve", "--port", str(port))

    async def up(self) -> None:
        for url in self.urls:
            await serves(url)

    async def step(self) -> None:
        """Do the next thing that the seed says."""
        client = self.random.choice(self.clients)
        what = self.random.random()
        if what < 0.55:
            self._edit(client)
        elif what < 0.80:
            self._write(client)
        elif what < 0.90:
            if client.acknowledged:
                client.repeat(self.random.choice(client.acknowledged))
        elif what < 0.965:
            client.cut()
            self.faults["cut"] += 1
        elif what < 0.985:
            self._kill_api(self.random.randrange(2))
        else:
            await self._kill_valkey()

        async def there_is_room() -> bool:
            for one in self.clients:
                one.check()
            return sum(len(one.outbox) for one in self.clients) < MOST_WAITING

        await until(there_is_room)

    def _edit(self, client: RemoteClient) -> None:
        self._made += 1
        character_id = self.random.choice(self.characters)
        field = self.random.choice(FIELDS)
        value: Any = f"{field} {self._made}"
        known = client.memory.characters.get(character_id)
        if known is None:  # not synced yet: nobody writes over what they do not see
            return
        mine = [
            one.value
            for one in client.outbox
            if (one.character_id, one.field) == (character_id, field)
        ]
        client.outbox.append(
            Edit(
                key=f"change-{self._made}",
                character_id=character_id,
                field=field,
                value=[value] if field == "tags" else value,
                seen=mine[-1] if mine else known[field],
                by_socket=self.random.random() < 0.5,
                insists=self.random.random() < 0.5,
            )
        )

    def _write(self, client: RemoteClient) -> None:
        self._made += 1
        # one letter each: nobody can write into the middle of it
        word = chr(FIRST_LETTER + self._made)
        self.words.append(word)
        at = self.random.randint(0, len(client.text.text))
        client.text.edit(ot.normalise([at, word]))

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


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.mark.parametrize("seed", SEEDS)
async def test_everybody_ends_with_the_same_and_nothing_acknowledged_is_lost(
    seed: int, database: Database, start_process: StartProcess, services: TestServices
) -> None:
    print(f"seed {seed}")
    town = Town(seed, services, start_process)
    tokens = await _people(database)
    await town.up()
    api = httpx2.AsyncClient(
        base_url=f"{town.urls[0]}/api/v1",
        headers={"Authorization": f"Bearer {tokens[0]}"},
        timeout=60,
    )
    async with api:
        project_id = (await api.post("/projects", json={"title": "Film"})).json()["id"]
        for name in ("Mara", "Pelle"):
            made = await api.post(f"/projects/{project_id}/characters", json={"name": name})
            town.characters.append(made.json()["id"])
        document = f"character:{town.characters[0]}:description"
        town.clients = [
            RemoteClient(number, token, town.urls, project_id, Random(f"{seed}/{number}"))
            for number, token in enumerate(tokens)
        ]
        for client in town.clients:
            client.start(document)
        try:
            await until(lambda: _all(one.memory.seq > 0 for one in town.clients))
            for _ in range(STEPS):
                await town.step()
            await town.up()
            await _quiet(town)
            await _compare(town, api, project_id, document)
        finally:
            for client in town.clients:
                await client.stop()
    assert town.faults["cut"] > 0
    assert sum(town.faults.values()) > town.faults["cut"]


async def _people(database: Database) -> list[str]:
    tokens: list[str] = []
    async with database.begin() as uow:
        for number in range(CLIENTS):
            user = await accounts.create_user(
                uow,
                UserCreate(username=f"person{number}", name=f"Person {number}", is_admin=True),
            )
            _, token = await accounts.create_token(uow, user.id, name="test")
            tokens.append(token)
    return tokens


async def _all(conditions: Any) -> bool:
    return all(conditions)


async def _quiet(town: Town) -> None:
    async def nothing_waits() -> bool:
        for one in town.clients:
            one.check()
        return all(one.is_idle for one in town.clients)

    await until(nothing_waits)


async def _compare(town: Town, api: httpx2.AsyncClient, project_id: str, document: str) -> None:
    async def the_last_words_are_a_version() -> bool:
        record = (await api.get(f"/characters/{town.characters[0]}")).json()
        return record["description"] == town.clients[0].text.text

    await until(the_last_words_are_a_version)
    fresh = (await api.get(f"/projects/{project_id}/state")).json()
    characters = {one["id"]: one for one in fresh["characters"]}
    for client in town.clients:
        await until(lambda client=client: _all([client.memory.seq == fresh["seq"]]))
        assert client.memory.characters == characters
        opened = await client.ask("client:text.open", {"document": document})
        assert client.text.text == opened["payload"]["text"]

    for word in town.words:
        assert characters[town.characters[0]]["description"].count(word) == 1, word
    written: Counter[tuple[str, str, str]] = Counter()
    for character_id in town.characters:
        for field, value in await _history(api, character_id):
            written[character_id, field, str(value)] += 1
    for client in town.clients:
        assert client.acknowledged
        for edit in client.acknowledged:
            assert written[edit.character_id, edit.field, str(edit.value)] == 1, edit
        for edit in client.given_up:
            assert written[edit.character_id, edit.field, str(edit.value)] == 0, edit


async def _history(api: httpx2.AsyncClient, character_id: str) -> list[tuple[str, Any]]:
    changes: list[tuple[str, Any]] = []
    before: dict[str, int] = {}
    while True:
        params = {"limit": 200, **before}
        rows = (await api.get(f"/characters/{character_id}/history", params=params)).json()
        for row in rows:
            changes += [(f, pair[1]) for f, pair in row["change"].get("fields", {}).items()]
        if len(rows) < 200:
            return changes
        before = {"before": rows[-1]["seq"]}
