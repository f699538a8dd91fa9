"""One text that is written together, as its writers' sockets see it."""

from datetime import timedelta
from typing import Any

import pytest

from onmodel.writing import service as writing
from tests.support.house import House, Person, Socket


def never_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no slow machine end a run in the middle of a test: each test ends its own."""
    monkeypatch.setattr(writing, "PAUSE", timedelta(hours=1))
    monkeypatch.setattr(writing, "LONGEST_RUN", timedelta(hours=1))


class SharedText:
    """A document of a project, by its name."""

    def __init__(self, house: House, project: str, name: str) -> None:
        self.house, self.project, self.name = house, project, name
        self._sent = 0

    async def send(self, socket: Socket, revision: int, op: Any, **extra: Any) -> str:
        """Send one operation; return its id, which is also the message's."""
        self._sent += 1
        id_ = extra.get("id", f"change-{self._sent}")
        payload = {"document": self.name, "revision": revision, "op": op, "id": id_}
        await socket.send("client:text.op", payload | extra, id=id_)
        return id_

    async def change(self, socket: Socket, revision: int, op: list[Any], **extra: Any) -> int:
        """Send one operation and return the revision to which it was applied."""
        id_ = await self.send(socket, revision, op, **extra)
        ack = await socket.until("server:text.ack", lambda p: p["id"] == id_)
        return ack["payload"]["revision"]

    async def refused(self, socket: Socket, revision: int, op: Any, **extra: Any) -> str:
        """Send one operation and return the code with which it is refused."""
        socket.seen.clear()
        id_ = await self.send(socket, revision, op, **extra)
        problem = await socket.until("server:error")
        assert problem["id"] == id_
        assert problem["payload"]["try"]
        return problem["payload"]["code"]

    async def open(self, socket: Socket, revision: int | None = None) -> dict[str, Any]:
        """Open it and return what it is."""
        socket.seen.clear()
        payload = {"document": self.name, "revision": revision}
        await socket.send("client:text.open", payload, id="open")
        return (await socket.until("server:text.document"))["payload"]

    async def not_opened(self, socket: Socket) -> str:
        """Return the code with which opening it is refused."""
        socket.seen.clear()
        await socket.send("client:text.open", {"document": self.name})
        return (await socket.until("server:error"))["payload"]["code"]

    async def text_for(self, person: Person) -> str:
        """Return its words as somebody who opens it now reads them."""
        async with self.house.socket(person, self.project) as socket:
            return (await self.open(socket))["text"]

    async def pause(self) -> None:
        """Let the pause be over."""
        async with self.house.resources.database.begin() as uow:
            await writing.settle_text(uow, self.name)
