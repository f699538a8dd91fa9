"""A whole API process for a test: real HTTP, real sockets, real PostgreSQL and Valkey.

No worker runs. Where a test needs the end of a call it plays the worker itself
(``House.answer``), through the same doors as the real one.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest_asyncio
import uvicorn
from sqlalchemy import select
from websockets.asyncio.client import ClientConnection, connect

from onmodel.accounts import service as accounts
from onmodel.accounts.schemas import UserCreate
from onmodel.api.app import create_app
from onmodel.api.realtime.hub import Hub
from onmodel.api.realtime.pace import MESSAGE_BYTES
from onmodel.api.realtime.personal import Mailroom
from onmodel.api.realtime.presence import PresenceBoard
from onmodel.api.realtime.watch import Watch
from onmodel.api.realtime.wire import Wire
from onmodel.cli.port import listen
from onmodel.composition import Resources
from onmodel.dispatch import leases, workers
from onmodel.dispatch.claim import claim
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallError, CallOutputs, StoredFile
from onmodel.dispatch.tiers import ASCENDING
from onmodel.kit.lifecycle import State
from onmodel.settings import Settings
from tests.support.waiting import PATIENCE_SECONDS


@dataclass
class Person:
    """Somebody with a token, and the client that speaks for them."""

    id: UUID
    username: str
    token: str
    api: httpx2.AsyncClient

    async def post(self, path: str, body: Any = None, *, status: int = 200) -> Any:
        return await self._send("POST", path, body, status)

    async def patch(self, path: str, body: Any, *, status: int = 200) -> Any:
        return await self._send("PATCH", path, body, status)

    async def put(self, path: str, body: Any, *, status: int = 200) -> Any:
        return await self._send("PUT", path, body, status)

    async def get(self, path: str, *, status: int = 200) -> Any:
        return await self._send("GET", path, None, status)

    async def delete(self, path: str, *, status: int = 200) -> Any:
        return await self._send("DELETE", path, None, status)

    async def upload(
        self, character_id: str, data: bytes, *, name: str = "picture.jpg", status: int = 201
    ) -> Any:
        answer = await self.api.post(
            f"/api/v1/characters/{character_id}/references", files={"file": (name, data)}
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    async def _send(self, method: str, path: str, body: Any, status: int) -> Any:
        answer = await self.api.request(method, f"/api/v1{path}", json=body)
        assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
        return answer.json() if answer.content else None


class Socket:
    """A client's socket that remembers what it has seen."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.seen: list[dict[str, Any]] = []

    async def send(self, event: str, payload: dict[str, Any], **extra: Any) -> None:
        await self.connection.send(json.dumps({"event": event, "payload": payload, **extra}))

    async def until(
        self, event: str, condition: Callable[[dict[str, Any]], bool] = lambda _: True
    ) -> dict[str, Any]:
        """Return the first frame of this name that fits, reading on as long as needed."""
        for frame in self.seen:
            if frame["event"] == event and condition(frame["payload"]):
                return frame
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                frame = json.loads(await self.connection.recv())
                self.seen.append(frame)
                if frame["event"] == event and condition(frame["payload"]):
                    return frame

    async def until_present(self, user_id: str, **where: Any) -> None:
        """Read on until somebody is told to be here so, among all or alone."""
        while True:
            for frame in self.seen:
                if frame["event"] in {"server:presence", "server:presence.moved"}:
                    for one in frame["payload"]["people"]:
                        if one["user_id"] == user_id and one.items() >= where.items():
                            return
            async with asyncio.timeout(PATIENCE_SECONDS):
                self.seen.append(json.loads(await self.connection.recv()))


class House:
    """The running process and ways to reach it."""

    def __init__(
        self,
        url: str,
        resources: Resources,
        hub: Hub,
        mail: Mailroom,
        watch: Watch,
        board: PresenceBoard,
    ) -> None:
        self.url = url
        self.resources = resources
        self.hub = hub
        self.mail = mail
        self.watch = watch
        self.board = board
        self._clients: list[httpx2.AsyncClient] = []
        self._worker: UUID | None = None

    async def person(self, username: str, *, admin: bool = False) -> Person:
        """Make somebody with a token."""
        async with self.resources.database.begin() as uow:
            user = await accounts.create_user(
                uow, UserCreate(username=username, name=username.title(), is_admin=admin)
            )
            _, token = await accounts.create_token(uow, user.id, name="test")
        client = self.client({"Authorization": f"Bearer {token}"})
        self._clients.append(client)
        return Person(user.id, username, token, client)

    def client(self, headers: dict[str, str] | None = None) -> httpx2.AsyncClient:
        """Return a client that knows nobody."""
        return httpx2.AsyncClient(
            base_url=self.url,
            headers=headers,
            timeout=PATIENCE_SECONDS,
            verify=False,  # no TLS here, and reading certificates takes 30 ms
        )

    async def project(self, owner: Person, title: str = "The Long Night") -> str:
        """Make a project and return its id."""
        return (await owner.post("/projects", {"title": title}, status=201))["id"]

    async def character(self, owner: Person, project_id: str, **data: Any) -> dict[str, Any]:
        """Make a character."""
        body = {"name": "Mara"} | data
        return await owner.post(f"/projects/{project_id}/characters", body, status=201)

    @asynccontextmanager
    async def socket(self, person: Person, project_id: str) -> AsyncGenerator[Socket]:
        """Open a socket as a script does."""
        address = self.url.replace("http", "ws")
        async with connect(
            f"{address}/ws/{project_id}?token={person.token}", open_timeout=PATIENCE_SECONDS
        ) as connection:
            yield Socket(connection)

    async def answer(
        self,
        subject_id: str,
        *,
        values: dict[str, Any] | None = None,
        files: list[StoredFile] | None = None,
        error: CallError | None = None,
        function: str = "stand-in",
        version: str = "1",
    ) -> None:
        """Run the newest unfinished call of a subject to its end, as a worker would."""
        call_id, fence = await self.begin(subject_id, function=function, version=version)
        if error is None:
            await self.end(call_id, fence, values=values, files=files)
            return
        async with self.resources.database.begin() as uow:
            await leases.fail(uow, call_id, fence, error)

    async def end(
        self,
        call_id: UUID,
        fence: int,
        *,
        values: dict[str, Any] | None = None,
        files: list[StoredFile] | None = None,
    ) -> None:
        """Complete a call that was begun."""
        outputs = CallOutputs(values=values or {}, files=files or [])
        async with self.resources.database.begin() as uow:
            await leases.complete(uow, call_id, fence, outputs, seconds=0.1)

    async def lose(self, subject_id: str, *, begun: bool) -> None:
        """Lose the worker that was dealt a subject's call, before or after it began."""
        if begun:
            call_id, fence = await self.begin(subject_id)
        else:
            call_id, fence = await self._deal(subject_id)
        async with self.resources.database.begin() as uow:
            await leases.release(uow, call_id, fence)

    async def begin(
        self, subject_id: str, *, function: str = "stand-in", version: str = "1"
    ) -> tuple[UUID, int]:
        """Let a worker take the newest unfinished call of a subject; return its fence."""
        call_id, fence = await self._deal(subject_id)
        async with self.resources.database.begin() as uow:
            assert self._worker is not None
            await leases.start(uow, call_id, fence, worker_id=self._worker, lease_seconds=60)
            await leases.record_function(uow, call_id, fence, name=function, version=version)
        return call_id, fence

    async def _deal(self, subject_id: str) -> tuple[UUID, int]:
        database = self.resources.database
        async with database.begin() as uow:
            if self._worker is None:
                worker = await workers.register(uow, name="test", tiers=ASCENDING, slots=500)
                self._worker = worker.id
            else:
                await workers.seen(uow, self._worker)
            await claim(uow, lease_seconds=60)
        async with database.begin() as uow:
            call = await uow.session.scalar(
                select(Call)
                .where(Call.subject_id == UUID(subject_id), Call.state == State.STARTING)
                .order_by(Call.created_at.desc())
                .limit(1)
            )
            assert call is not None, "no call of this subject waits"
            return call.id, call.fence

    async def store(self, data: bytes, *, output: str, media_type: str) -> StoredFile:
        """Store what a function is supposed to have written."""
        blob = await self.resources.store.put_bytes(data)
        return StoredFile(
            output=output,
            name=output,
            key=blob.key,
            media_type=media_type,
            bytes=blob.bytes,
            sha256=blob.sha256,
        )

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[House]:
    """Serve the application on a free port of this machine."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    app = create_app(settings.model_copy(update={"port": port}))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            ws=Wire,
            ws_per_message_deflate=False,
            ws_max_size=MESSAGE_BYTES,
            log_config=None,
            access_log=False,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not server.started:
            if serving.done():
                await serving
            await asyncio.sleep(0)
        await app.state.hub.listening.wait()
        await app.state.mail.listening.wait()
    state = app.state
    house = House(
        f"http://127.0.0.1:{port}",
        state.resources,
        state.hub,
        state.mail,
        state.watch,
        state.presence,
    )
    try:
        yield house
    finally:
        await house.close()
        server.should_exit = True
        await serving


@pytest_asyncio.fixture
async def house(database_url: str, broker_url: str, home: Path) -> AsyncIterator[House]:
    """A running API process with an empty database and data folder."""
    settings = Settings(home=home, database_url=database_url, broker_url=broker_url)
    async with running(settings) as started:
        yield started
