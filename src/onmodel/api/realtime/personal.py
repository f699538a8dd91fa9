"""What only one person may hear, at every socket that they have open in this process.

A project's room is for everybody in it; news of one person's inbox is not, and reaches them
whichever project they look at. Nothing here is durable: a page that connects reads its count.
"""

from uuid import UUID

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from onmodel.accounts.signed_in import identify
from onmodel.api.ear import Ear
from onmodel.api.realtime.connection import (
    NOWHERE,
    SHUTTING_DOWN,
    SIGNED_OUT,
    TOO_LOUD,
    Connection,
)
from onmodel.api.realtime.pace import Pace
from onmodel.api.realtime.wire import Prepared
from onmodel.composition import Resources
from onmodel.events.bus import Bus
from onmodel.events.frames import PERSON_CHANNEL, encode
from onmodel.inbox.schemas import InboxChanged
from onmodel.kit.errors import ForbiddenError

router = APIRouter()

_LOOK_AGAIN = encode("server:inbox.changed", InboxChanged(notice=None).model_dump())


class Mailroom:
    """Knows whose sockets are whose, and hands each person's frames to theirs."""

    def __init__(self, bus: Bus) -> None:
        self._sockets: dict[UUID, set[Connection]] = {}
        self._ear = Ear(
            bus, f"{PERSON_CHANNEL}*", self._hear, name="mailroom", subscribed=self._subscribed
        )
        self.listening = self._ear.listening

    def start(self) -> None:
        """Begin to listen."""
        self._ear.start()

    async def stop(self) -> None:
        """Stop listening, and let the sockets outside projects go."""
        for connection in self.alone():
            connection.close_soon(SHUTTING_DOWN)
        await self._ear.stop()

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

    async def _hear(self, channel: str, frame: bytes) -> None:
        self._hand_out(UUID(channel.removeprefix(PERSON_CHANNEL)), frame)

    def _subscribed(self, missed: bool) -> None:
        """Let everybody look again after a time in which nothing was heard."""
        if missed:
            for person_id in list(self._sockets):
                self._hand_out(person_id, _LOOK_AGAIN)

    def _hand_out(self, person_id: UUID, data: bytes) -> None:
        frame = Prepared(data)
        for connection in list(self._sockets.get(person_id, ())):
            connection.deliver(frame, None)


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
    pace = Pace()
    connection.start()
    mail.join(connection)
    connection.put(_LOOK_AGAIN)  # from here on nothing is missed
    try:
        while (await socket.receive())["type"] == "websocket.receive":
            if not pace.allows() and pace.is_flood:
                connection.close_soon(TOO_LOUD)
    except (WebSocketDisconnect, RuntimeError):
        return
    finally:
        mail.leave(connection)
        await connection.finish()
