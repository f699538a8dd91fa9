"""One person at one socket: the handshake, their messages, their leaving."""

import json
from typing import Any
from uuid import UUID

import structlog
from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DBAPIError
from starlette.websockets import WebSocketDisconnect

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.accounts.signed_in import identify
from onmodel.api.health import VERSION
from onmodel.api.realtime import messages
from onmodel.api.realtime.connection import (
    NOT_FOUND,
    QUEUE_BYTES,
    SIGNED_OUT,
    TOO_LOUD,
    TOO_OLD,
    Connection,
)
from onmodel.api.realtime.hub import Hub
from onmodel.api.realtime.live.desk import LiveDesk
from onmodel.api.realtime.live.errors import TooManyMessagesError
from onmodel.api.realtime.pace import Pace
from onmodel.api.realtime.personal import Mailroom
from onmodel.api.realtime.texts import TextDesk
from onmodel.api.state import project_state
from onmodel.characters import service as characters
from onmodel.composition import Resources
from onmodel.events import log as events
from onmodel.events.frames import encode
from onmodel.http.problems import of_database
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import (
    ForbiddenError,
    InvalidError,
    NotFoundError,
    ProblemError,
    TooLargeError,
    UnauthorisedError,
)
from onmodel.kit.rate import Rate
from onmodel.projects import access
from onmodel.training import service as training
from onmodel.training.schemas import TrainRequest
from onmodel.variations import service as variations
from onmodel.variations.schemas import GenerateRequest

log = structlog.get_logger(__name__)

router = APIRouter()

# well below a socket's queue, so that catching up cannot look like being too slow
REPLAY_LIMIT = 400
REPLAY_BYTES = QUEUE_BYTES // 2
# whole states within so many seconds: each is read from a dozen tables and may be megabytes long
WHOLE_STATES, WHOLE_SECONDS = 5, 5.0
MOST_LETTERS = 100
_GONE = (WebSocketDisconnect, RuntimeError)
# more than the longest text with everything escaped; what is longer is not even parsed
LONGEST_MESSAGE = 256 * 1024


class UnknownMessageError(InvalidError):
    code = "unknown_message"
    title = "OnModel does not understand this"
    default_try = "Reload the page; it may be older than the server."


class MessageTooLongError(TooLargeError):
    code = "message_too_long"
    title = "This message is too long"
    default_try = "Send less at once."


@router.websocket("/ws/{project_id}")
async def open_socket(socket: WebSocket, project_id: UUID) -> None:
    """One socket per project session; the token is checked during the handshake."""
    resources: Resources = socket.app.state.resources
    hub: Hub = socket.app.state.hub
    mail: Mailroom = socket.app.state.mail
    await socket.accept()
    if _speaks_too_old(socket):
        await socket.close(TOO_OLD, "protocol_too_old")
        return
    actor = await _admit(socket, resources, project_id)
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


def _speaks_too_old(socket: WebSocket) -> bool:
    """Say whether a client has told that it knows only a protocol that is gone, or none yet."""
    spoken = socket.query_params.get("protocol")
    if spoken is None:
        return False
    known = range(messages.OLDEST_PROTOCOL, messages.PROTOCOL_VERSION + 1)
    return not (spoken.isascii() and spoken.isdigit() and int(spoken[:9]) in known)


async def _admit(socket: WebSocket, resources: Resources, project_id: UUID) -> Actor | None:
    """Return who this is; a browser sees no status of a refused handshake, so codes say it."""
    try:
        actor = await identify(socket, resources.database)
        if actor is None:
            await socket.close(SIGNED_OUT, "not_signed_in")
            return None
        async with resources.database.read() as uow:
            await access.require(uow, actor, project_id, Permission.VIEW)
    except ForbiddenError as error:
        await socket.close(SIGNED_OUT, error.code)
        return None
    except NotFoundError as error:
        await socket.close(NOT_FOUND, error.code)
        return None
    return actor


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
        self._whole_states = Rate(WHOLE_STATES, WHOLE_SECONDS)
        self._live = live

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
            raw = _object(text)
            message_id, name = _short(raw.get("id")), _short(raw.get("event"))
            message = messages.client_message.validate_python(raw)
            # who asks whether anybody is there need not say who they are
            if not isinstance(message, messages.PingMessage):
                self._actor = await self._still_here(message)
            await self._do(message)
        except ValidationError as error:
            first = error.errors()[0]
            problem = UnknownMessageError(f"{_place(first['loc'])}: {first['msg']}.")
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
            await self._sync(message.payload.since, message.id)
            return
        else:
            data = await self._handle(message)
        self._say("server:ok", {"data": data}, message.id)

    async def _still_here(self, message: messages.ClientMessage) -> Actor:
        """Return who this is now: a token, or the project, may have been taken away since.

        Of cursors there are too many to ask the database for each: the live desk asks for them.
        """
        actor = await identify(self._socket, self._resources.database)
        if actor is None:
            self._connection.close_soon(SIGNED_OUT)
            raise UnauthorisedError("Your session has ended.")
        if isinstance(message, messages.LiveMessage):
            return actor
        try:
            async with self._resources.database.read() as uow:
                await access.require(uow, actor, self._connection.project_id, Permission.VIEW)
        except NotFoundError:
            self._connection.close_soon(NOT_FOUND)
            raise
        return actor

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

    async def _sync(self, since: int | None, message_id: str | None) -> None:
        """Bring a client up to date: with what it missed, or with everything."""
        connection = self._connection
        connection.hold()
        try:
            async with self._resources.database.read() as uow:
                if since is not None and await self._replay(uow, since, message_id):
                    return
                if connection.whole_waits or not self._whole_states.allows():
                    raise TooManyMessagesError("This page asks for everything again and again.")
                state = await project_state(uow, self._actor, connection.project_id)
            here = await self._live.people()
            payload = state.model_dump(mode="json") | {
                "presence": here.model_dump(mode="json")["people"],
                "protocol": messages.PROTOCOL_VERSION,
            }
            frame = encode("server:full_sync", payload, seq=state.seq, id=message_id)
            connection.put_whole(frame)
            connection.seq = state.seq
        finally:
            connection.release()

    async def _replay(self, uow: UnitOfWork, since: int, message_id: str | None) -> bool:
        missing = await events.since(
            uow, self._connection.project_id, since, limit=REPLAY_LIMIT + 1
        )
        last = await events.last_seq(uow, self._connection.project_id)
        size = sum(len(frame) for _, frame in missing)
        if len(missing) > REPLAY_LIMIT or size > REPLAY_BYTES or since > last:
            return False
        for seq, frame in missing:
            self._connection.put(frame)
            self._connection.seq = seq
        if not missing:
            self._connection.seq = since
        self._say("server:ok", {"data": {"seq": self._connection.seq}}, message_id)
        return True


def _object(text: str | None) -> dict[str, Any]:
    if text is None:
        raise UnknownMessageError("A message has to be text.")
    if len(text) > LONGEST_MESSAGE:
        raise MessageTooLongError(f"A message may have {LONGEST_MESSAGE} letters.")
    try:
        raw = json.loads(text)
    # whoever nests too deep exhausts the reader, which is no ValueError
    except (ValueError, RecursionError) as error:
        raise UnknownMessageError("A message has to be JSON.") from error
    if not isinstance(raw, dict):
        raise UnknownMessageError("A message has to be a JSON object.")
    return raw


def _short(value: object) -> str | None:
    """Return a name or an id of a message, if it is one that can be said back.

    JSON may hold half an emoji (a lone surrogate), which no frame can carry.
    """
    if not isinstance(value, str) or len(value) > MOST_LETTERS:
        return None
    return None if any("\ud800" <= letter <= "\udfff" for letter in value) else value


def _place(loc: tuple[int | str, ...]) -> str:
    """Return where in a message something is wrong; a name from outside may be no whole text."""
    return ".".join(map(str, loc)).encode(errors="replace").decode()


def _json(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")
