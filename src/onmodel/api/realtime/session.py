"""One person at one socket: the handshake, their messages, their leaving."""

from typing import Any
from uuid import UUID

import structlog
from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.websockets import WebSocketDisconnect

from onmodel.api.health import VERSION
from onmodel.api.realtime import messages
from onmodel.api.realtime.admission import admit, speaks_too_old, still_here
from onmodel.api.realtime.catching_up import CatchingUp
from onmodel.api.realtime.connection import TOO_LOUD, TOO_OLD, Connection
from onmodel.api.realtime.hub import Hub
from onmodel.api.realtime.live.desk import LiveDesk
from onmodel.api.realtime.live.errors import TooManyMessagesError
from onmodel.api.realtime.pace import Pace
from onmodel.api.realtime.personal import Mailroom
from onmodel.api.realtime.reading import UnknownMessageError, as_object, place_of, short
from onmodel.api.realtime.texts import TextDesk
from onmodel.characters import service as characters
from onmodel.composition import Resources
from onmodel.events.frames import encode
from onmodel.http.problems import of_database
from onmodel.kit.errors import ProblemError
from onmodel.training import service as training
from onmodel.training.schemas import TrainRequest
from onmodel.variations import service as variations
from onmodel.variations.schemas import GenerateRequest

log = structlog.get_logger(__name__)

router = APIRouter()

_GONE = (WebSocketDisconnect, RuntimeError)


@router.websocket("/ws/{project_id}")
async def open_socket(socket: WebSocket, project_id: UUID) -> None:
    """One socket per project session; the token is checked during the handshake."""
    resources: Resources = socket.app.state.resources
    hub: Hub = socket.app.state.hub
    mail: Mailroom = socket.app.state.mail
    await socket.accept()
    if speaks_too_old(socket):
        await socket.close(TOO_OLD, "protocol_too_old")
        return
    actor = await admit(socket, resources, project_id)
    if actor is None:
        return
    connection = Connection(socket, project_id, actor)
    desk = TextDesk(connection, resources)
    live = LiveDesk(connection, resources, socket.app.state.presence, socket.app.state.places)
    connection.start()
    socket.app.state.garbage.came()
    try:
        await hub.join(connection)
        mail.join(connection)
        live.arrive(actor)
        await Session(socket, connection, resources, desk, live).read()
    finally:
        live.leave()
        mail.leave(connection)
        hub.leave(connection)
        await connection.finish()
        await desk.leave()
        socket.app.state.garbage.left()


class Session:
    """Reads one client's messages and answers them."""

    def __init__(
        self,
        socket: WebSocket,
        connection: Connection,
        resources: Resources,
        desk: TextDesk,
        live: LiveDesk,
    ) -> None:
        self._socket = socket
        self._connection = connection
        self._actor = connection.actor
        self._resources = resources
        self._desk = desk
        self._pace = Pace()
        self._live = live
        self._catching_up = CatchingUp(connection, resources, live)

    async def read(self) -> None:
        """Say who we are, then answer messages until the client goes."""
        self._greet(None)
        try:
            while (message := await self._socket.receive())["type"] == "websocket.receive":
                await self._hear(message.get("text"))
        except _GONE:
            return

    async def _hear(self, text: str | None) -> None:
        """Answer one message, unless there are too many."""
        if self._pace.allows():
            await self._answer(text)
        elif self._pace.is_flood:
            self._connection.close_soon(TOO_LOUD)
        elif self._pace.may_answer():
            self._refuse(TooManyMessagesError("A page may send 200 messages a second."), None, None)

    async def _answer(self, text: str | None) -> None:
        message_id = name = None
        try:
            raw = as_object(text)
            message_id, name = short(raw.get("id")), short(raw.get("event"))
            message = messages.client_message.validate_python(raw)
            # who asks whether anybody is there need not say who they are
            if not isinstance(message, messages.PingMessage):
                self._actor = await still_here(
                    self._socket, self._connection, self._resources, message
                )
            await self._do(message)
        except ValidationError as error:
            first = error.errors()[0]
            problem = UnknownMessageError(f"{place_of(first['loc'])}: {first['msg']}.")
            self._refuse(problem, name, message_id)
        except ProblemError as error:
            self._refuse(error, name, message_id)
        except DBAPIError as error:
            problem = of_database(error)
            if problem is None:
                raise
            log.warning("database_refused", error=str(error.orig))
            self._refuse(problem, name, message_id)
        except _GONE:
            raise
        except Exception:  # a mistake over one message must not end the socket
            log.exception("message_failed", message=name)
            mistake = ProblemError("OnModel made a mistake. It has been written to the log.")
            self._refuse(mistake, name, message_id)

    async def _do(self, message: messages.ClientMessage) -> None:
        """Do what a message asks, and say that it is done where nothing else says so."""
        data: Any = None
        if isinstance(message, messages.PingMessage):
            self._greet(message.id)
            return
        if isinstance(message, messages.TextMessage):
            await self._desk.answer(self._actor, message)
            return
        if isinstance(message, messages.LiveMessage):
            await self._live.answer(self._actor, message)
            if not isinstance(message, messages.PresenceMessage):
                return
        elif isinstance(message, messages.SyncMessage):
            await self._catching_up.bring(self._actor, message.payload.since, message.id)
            return
        else:
            data = await self._handle(message)
        self._say("server:ok", {"data": data}, message.id)

    def _greet(self, message_id: str | None) -> None:
        self._say("server:hello", messages.Hello(version=VERSION).model_dump(), message_id)

    def _refuse(self, problem: ProblemError, event: str | None, message_id: str | None) -> None:
        """Tell the sender, and nobody else, why not."""
        log.info(
            "message_refused",
            code=problem.code,
            message=event,
            user=str(self._actor.user_id),
            project=str(self._connection.project_id),
        )
        self._say("server:error", problem.as_problem(), message_id)

    def _say(self, name: str, payload: dict[str, Any], message_id: str | None) -> None:
        self._connection.put(encode(name, payload, id=message_id))

    async def _handle(self, message: messages.ChangeMessage) -> Any:
        match message:
            case messages.CharacterUpdateMessage():
                return await self._update(message.payload.character_id, message.payload)
            case messages.NodeUpdateMessage():
                return await self._update(message.payload.node_id, message.payload)
            case messages.CharacterTrainMessage():
                request = TrainRequest(quality=message.payload.quality)
                async with self._resources.database.begin() as uow:
                    return _json(
                        await training.request_training(
                            uow, self._actor, message.payload.character_id, request
                        )
                    )
            case messages.CharacterGenerateMessage():
                return await self._generate(message.payload.character_id, message.payload.params)
            case messages.StartGenerationMessage():
                return await self._generate(message.payload.node_id, GenerateRequest())

    async def _update(
        self,
        character_id: UUID,
        asked: messages.CharacterUpdateRequest | messages.NodeUpdateRequest,
    ) -> Any:
        async with self._resources.database.begin() as uow:
            return _json(
                await characters.update_character(
                    uow, self._actor, character_id, asked.data, key=asked.key
                )
            )

    async def _generate(self, character_id: UUID, request: GenerateRequest) -> Any:
        async with self._resources.database.begin() as uow:
            rows = await variations.request_variations(uow, self._actor, character_id, request)
        return [_json(row) for row in rows]


def _json(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")
