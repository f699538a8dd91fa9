"""What only one person may hear, at every socket that they have open in this process.

A project's room is for everybody in it; news of one person's inbox is not, and reaches them
whichever project they look at. Nothing here is durable: a page that connects reads its count.
"""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog
from fastapi import APIRouter, WebSocket
from redis.exceptions import RedisError
from starlette.websockets import WebSocketDisconnect

from onmodel.accounts.signed_in import identify
from onmodel.api.realtime.connection import NOWHERE, SHUTTING_DOWN, SIGNED_OUT, Connection
from onmodel.composition import Resources
from onmodel.events.bus import Bus
from onmodel.events.frames import PERSON_CHANNEL, encode
from onmodel.inbox.schemas import InboxChanged
from onmodel.kit.errors import ForbiddenError

log = structlog.get_logger(__name__)

router = APIRouter()

RETRY_SECONDS = 0.5
_LOOK_AGAIN = encode("server:inbox.changed", InboxChanged(notice=None).model_dump()).decode()


class Mailroom:
    """Knows whose sockets are whose, and hands each person's frames to theirs."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._sockets: dict[UUID, set[Connection]] = {}
        self._task: asyncio.Task[None] | None = None
        self._missed = False
        self.listening = asyncio.Event()

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen(), name="mailroom")

    async def stop(self) -> None:
        """Stop listening, and let the sockets outside projects go."""
        for connection in self.alone():
            connection.close_soon(SHUTTING_DOWN)
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def join(self, connection: Connection) -> None:
        """Add a socket of a person."""
        self._sockets.setdefault(connection.actor.user_id, set()).add(connection)

    def leave(self, connection: Connection) -> None:
        """Take a socket out."""
        sockets = self._sockets.get(connection.actor.user_id, set())
        sockets.discard(connection)
        if not sockets:
            self._sockets.pop(connection.actor.user_id, None)

    def alone(self) -> list[Connection]:
        """Return the sockets that belong to no project."""
        everybody = [one for sockets in self._sockets.values() for one in sockets]
        return [one for one in everybody if one.project_id == NOWHERE]

    async def _listen(self) -> None:
        while True:
            try:
                async for channel, frame in self._bus.listen(
                    f"{PERSON_CHANNEL}*", subscribed=self._subscribed
                ):
                    person_id = UUID(channel.removeprefix(PERSON_CHANNEL))
                    self._hand_out(person_id, frame.decode())
            except (RedisError, OSError) as error:
                log.warning("mailroom_lost_the_bus", error=str(error))
            except Exception:  # a mistake over one frame must not silence everybody
                log.exception("mailroom_failed")
            self.listening.clear()
            self._missed = True
            await asyncio.sleep(RETRY_SECONDS)

    def _subscribed(self) -> None:
        """Let everybody look again after a time in which nothing was heard."""
        self.listening.set()
        if self._missed:
            self._missed = False
            for person_id in list(self._sockets):
                self._hand_out(person_id, _LOOK_AGAIN)

    def _hand_out(self, person_id: UUID, text: str) -> None:
        for connection in list(self._sockets.get(person_id, ())):
            connection.deliver(text, None)


@router.websocket("/ws/me")
async def open_own_socket(socket: WebSocket) -> None:
    """One's own news, for pages that belong to no project; says nothing to what it is told."""
    resources: Resources = socket.app.state.resources
    mail: Mailroom = socket.app.state.mail
    await socket.accept()
    try:
        actor = await identify(socket, resources.database)
    except ForbiddenError as error:
        await socket.close(SIGNED_OUT, error.code)
        return
    if actor is None:
        await socket.close(SIGNED_OUT, "not_signed_in")
        return
    connection = Connection(socket, NOWHERE, actor)
    connection.start()
    mail.join(connection)
    connection.put(_LOOK_AGAIN)  # from here on nothing is missed
    try:
        while True:
            await socket.receive_text()
    except (WebSocketDisconnect, RuntimeError):
        return
    finally:
        mail.leave(connection)
        await connection.finish()
