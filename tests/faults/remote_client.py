"""A client of the whole protocol, as somebody else would write it, in a house that falls apart.

It keeps what it changed in an outbox, sends it in order under keys over REST or the socket, comes
back by itself on whichever API process answers, and follows one text by operations.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Coroutine, Hashable, Sequence
from contextlib import suppress
from random import Random
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.support.text_sessions import TextClient
from tests.faults.change import PASSING, REFUSALS, Change
from tests.faults.memory import Memory, Record

AGAIN_SECONDS = 0.05
ANSWER_SECONDS = 10.0
_SYNC = "sync"
_TEXT = ("server:text.document", "server:text.op", "server:text.ack")
_BROKEN = (WebSocketException, OSError, TimeoutError, httpx2.TransportError)


class RemoteClient:
    """One person at one page.

    Attributes:
        acknowledged: what the server said is done, in order.
        unclear: what it refused when it came once more: the first time it may have been done.
    """

    def __init__(
        self, number: int, user_id: str, token: str, urls: list[str], project_id: str, seed: str
    ) -> None:
        self.user_id = user_id
        self.memory = Memory()
        self.outbox: list[Change] = []
        self.acknowledged: list[Change] = []
        self.unclear: Counter[Hashable] = Counter()
        self.text = TextClient(number, self._say_text)
        self.document = ""
        self._characters: Sequence[str] = ()
        self.token = token
        self._urls = urls
        self._project_id = project_id
        self._random = Random(seed)
        self._socket: ClientConnection | None = None
        self._answers: dict[str, asyncio.Future[Record]] = {}
        self._asked = 0
        self._was_sent = False
        self._tasks: list[asyncio.Task[None]] = []
        self._background: set[asyncio.Task[None]] = set()
        self._api = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {token}"}, timeout=ANSWER_SECONDS
        )

    def start(self, document: str, characters: Sequence[str]) -> None:
        """Open the project and one text."""
        self.document, self._characters = document, characters
        running = (self._follow(), self._send_all(), self._look_again())
        self._tasks = [asyncio.create_task(one) for one in running]

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
        said = not self.outbox and self.text.sent is None and not self.text.waiting
        return said and not self._background and not self.memory.stale

    def cut(self) -> None:
        """Lose the connection without a word."""
        if self._socket is not None:
            self._socket.transport.abort()

    def repeat(self, change: Change) -> None:
        """Send once more, late, what was taken long ago."""
        self._aside(self._repeat(change))

    async def ask(self, event: str, payload: Record) -> Record:
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

    async def get(self, path: str) -> Any:
        """Read something over REST, from whoever answers."""
        answer = await self._api.get(f"{self._random.choice(self._urls)}/api/v1{path}")
        if answer.status_code >= 500:
            raise ConnectionError(answer.text)
        return answer.raise_for_status().json()

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
        address = f"{url.replace('http', 'ws')}/ws/{self._project_id}?token={self.token}&protocol=1"
        async with connect(address, open_timeout=ANSWER_SECONDS, max_size=None) as socket:
            self._socket = socket
            self.memory.caught_up = False
            since = {"since": self.memory.seq} if self.memory.seq else {}
            asked = {"event": "client:sync_request", "payload": since, "id": _SYNC}
            await socket.send(json.dumps(asked))
            self.text.connect()
            async for text in socket:
                self._take(json.loads(text))

    def _take(self, frame: Record) -> None:
        event, payload = frame["event"], frame["payload"]
        if event == "server:full_sync" or "seq" in frame:
            self.memory.take(frame)
            if event == "server:character.updated":
                self.text.look_again()
        elif event in _TEXT and payload["document"] == self.document:
            self.text.take(event, payload)
        if frame.get("id") == _SYNC:
            self.memory.caught_up = True
        answer = self._answers.get(frame.get("id", ""))
        if answer is not None and not answer.done():
            answer.set_result(frame)

    async def _look_again(self) -> None:
        """Read what a full sync does not carry, whenever there was one."""
        while True:
            if self.memory.stale:
                with suppress(*_BROKEN):
                    await self._look()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _look(self) -> None:
        self.memory.begin_look()
        variations, notes = [], []
        for id_ in self._characters:
            variations += await self.get(f"/characters/{id_}/variations")
            notes += await self.get(f"/characters/{id_}/notes")
        decisions = await self.get(f"/projects/{self._project_id}/decisions")
        self.memory.end_look(variations, notes, decisions)

    def _say_text(self, event: str, payload: Record) -> None:
        """Say something about the text; what a dead line swallows is said again after it."""
        socket = self._socket
        if socket is None:
            return
        text = json.dumps({"event": event, "payload": {"document": self.document, **payload}})

        async def send() -> None:
            with suppress(*_BROKEN):
                await socket.send(text)

        self._aside(send())

    def _aside(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # ---- changing ---------------------------------------------------------------------------

    async def _send_all(self) -> None:
        while True:
            if self.outbox:
                with suppress(*_BROKEN):
                    await self._send(self.outbox[0])
                    continue
            await asyncio.sleep(AGAIN_SECONDS)

    async def _send(self, change: Change) -> None:
        was_sent, self._was_sent = self._was_sent, True
        code, body = await self._try(change)
        if code in PASSING:
            await asyncio.sleep(AGAIN_SECONDS)
            return
        self.outbox.pop(0)
        self._was_sent = False
        if code == "ok":
            self.acknowledged.append(change)
            return
        assert code in REFUSALS, (change, body)
        if was_sent:  # an answer was lost: it may have been done then
            self.unclear[change.what] += 1
        again = change.again(body) if change.body else None
        if again is not None:
            self.outbox.insert(0, again)

    async def _try(self, change: Change) -> tuple[str, Record]:
        if change.by_socket:
            character_id = change.path.removeprefix("/characters/")
            payload = {"character_id": character_id, "data": change.body, "key": change.key}
            frame = await self.ask("client:character.update", payload)
            body = frame["payload"]
            return ("ok" if frame["event"] == "server:ok" else body["code"]), body
        answer = await self._api.request(
            change.method,
            f"{self._random.choice(self._urls)}/api/v1{change.path}",
            json=change.body,
            headers={"Idempotency-Key": change.key},
        )
        body = answer.json()
        return ("ok" if answer.is_success else body["code"]), body

    async def _repeat(self, change: Change) -> None:
        with suppress(*_BROKEN):
            code, body = await self._try(change)
            assert code == "ok" or code in PASSING | REFUSALS, (change, body)
