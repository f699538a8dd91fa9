"""A client of the whole protocol, as somebody else would write it, in a house that falls apart.

It keeps what it changed in an outbox, sends it in order under keys over REST or the socket, comes
back by itself on whichever API process answers, and follows one text by operations.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.support.text_sessions import TextClient

AGAIN_SECONDS = 0.05
ANSWER_SECONDS = 10.0
_SYNC = "sync"
_TEXT = ("server:text.document", "server:text.op", "server:text.ack")
_BROKEN = (WebSocketException, OSError, TimeoutError)


@dataclass
class Edit:
    """One change of one field, as it waits."""

    key: str
    character_id: str
    field: str
    value: Any
    seen: Any
    by_socket: bool
    insists: bool

    @property
    def data(self) -> dict[str, Any]:
        return {"version": 1, self.field: self.value, "seen": {self.field: self.seen}}


@dataclass
class Memory:
    """What a client knows of the project: it has to be what a fresh look shows."""

    seq: int = 0
    caught_up: bool = False
    characters: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, frame: dict[str, Any]) -> None:
        payload = frame["payload"]
        if frame["event"] == "server:full_sync":
            self.seq = payload["seq"]
            self.characters = {one["id"]: one for one in payload["characters"]}
        elif frame["seq"] > self.seq + 1:
            # what happens before we have caught up comes once more with what we missed
            assert not self.caught_up, "a gap in the log"
        elif frame["seq"] == self.seq + 1:
            self.seq = frame["seq"]
            if frame["event"] == "server:character.updated":
                self.characters[payload["character_id"]] = payload["data"]


class RemoteClient:
    """One person at one page."""

    def __init__(
        self, number: int, token: str, urls: list[str], project_id: str, random: Random
    ) -> None:
        self.memory = Memory()
        self.outbox: list[Edit] = []
        self.acknowledged: list[Edit] = []
        self.given_up: list[Edit] = []
        self.text = TextClient(number, self._say_text)
        self.document = ""
        self._token = token
        self._urls = urls
        self._project_id = project_id
        self._random = random
        self._socket: ClientConnection | None = None
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._asked = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._background: set[asyncio.Task[None]] = set()
        self._api = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {token}"}, timeout=ANSWER_SECONDS
        )

    def start(self, document: str) -> None:
        self.document = document
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._send_all())]

    async def stop(self) -> None:
        for task in (*self._tasks, *self._background):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._background, return_exceptions=True)
        await self._api.aclose()

    def check(self) -> None:
        """Raise what went wrong in the background."""
        for task in self._tasks:
            if task.done():
                task.result()

    @property
    def is_idle(self) -> bool:
        return not self.outbox and self.text.sent is None and not self.text.waiting

    def cut(self) -> None:
        """Lose the connection without a word."""
        if self._socket is not None:
            self._socket.transport.abort()

    def repeat(self, edit: Edit) -> None:
        """Send once more, late, what was taken long ago."""
        task = asyncio.create_task(self._repeat(edit))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def ask(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send one message and return its answer; raises what a dead line raises."""
        socket = self._socket
        if socket is None:
            raise ConnectionResetError("not connected")
        self._asked += 1
        id_ = f"q{self._asked}"
        self._answers[id_] = asyncio.get_running_loop().create_future()
        try:
            await socket.send(json.dumps({"event": event, "payload": payload, "id": id_}))
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._answers[id_]
        finally:
            self._answers.pop(id_, None)

    # ---- following --------------------------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            with suppress(*_BROKEN):
                await self._listen(self._random.choice(self._urls))
            self._socket = None
            for waiting in self._answers.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionResetError("the line broke"))
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self, url: str) -> None:
        address = (
            f"{url.replace('http', 'ws')}/ws/{self._project_id}?token={self._token}&protocol=1"
        )
        async with connect(address, open_timeout=ANSWER_SECONDS) as socket:
            self._socket = socket
            self.memory.caught_up = False
            since = {"since": self.memory.seq} if self.memory.seq else {}
            asked = {"event": "client:sync_request", "payload": since, "id": _SYNC}
            await socket.send(json.dumps(asked))
            self.text.connect()
            async for text in socket:
                self._take(json.loads(text))

    def _take(self, frame: dict[str, Any]) -> None:
        event, payload = frame["event"], frame["payload"]
        if event == "server:full_sync" or "seq" in frame:
            self.memory.take(frame)
        elif event in _TEXT and payload["document"] == self.document:
            self.text.take(event, payload)
        if frame.get("id") == _SYNC:
            self.memory.caught_up = True
        answer = self._answers.get(frame.get("id", ""))
        if answer is not None and not answer.done():
            answer.set_result(frame)

    def _say_text(self, event: str, payload: dict[str, Any]) -> None:
        """Say something about the text; what a dead line swallows is said again after it."""
        socket = self._socket
        if socket is None:
            return
        text = json.dumps({"event": event, "payload": {"document": self.document, **payload}})

        async def send() -> None:
            with suppress(*_BROKEN):
                await socket.send(text)

        task = asyncio.create_task(send())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # ---- changing ---------------------------------------------------------------------------

    async def _send_all(self) -> None:
        while True:
            if self.outbox:
                with suppress(*_BROKEN, httpx2.TransportError):
                    await self._send(self.outbox[0])
                    continue
            await asyncio.sleep(AGAIN_SECONDS)

    async def _send(self, edit: Edit) -> None:
        code, body = await self._try(edit)
        if code == "field_conflict":
            self.outbox.pop(0)
            (conflict,) = body["conflicts"]
            if edit.insists:
                again = replace(edit, key=f"{edit.key}-again", seen=conflict["current"])
                self.outbox.insert(0, again)
            else:
                self.given_up.append(edit)
        elif code == "ok":
            self.outbox.pop(0)
            self.acknowledged.append(edit)
        else:
            assert code in ("unavailable", "too_many_messages"), body
            await asyncio.sleep(AGAIN_SECONDS)

    async def _try(self, edit: Edit) -> tuple[str, dict[str, Any]]:
        if edit.by_socket:
            payload = {"character_id": edit.character_id, "data": edit.data, "key": edit.key}
            frame = await self.ask("client:character.update", payload)
            body = frame["payload"]
            return ("ok" if frame["event"] == "server:ok" else body["code"]), body
        url = self._random.choice(self._urls)
        answer = await self._api.patch(
            f"{url}/api/v1/characters/{edit.character_id}",
            json=edit.data,
            headers={"Idempotency-Key": edit.key},
        )
        body = answer.json()
        return ("ok" if answer.is_success else body["code"]), body

    async def _repeat(self, edit: Edit) -> None:
        with suppress(*_BROKEN, httpx2.TransportError):
            code, body = await self._try(edit)
            assert code in ("ok", "unavailable"), body
