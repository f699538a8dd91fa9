"""One socket's share in texts that are written together."""

from uuid import uuid4

from pydantic import BaseModel

from onmodel.accounts.service import Actor
from onmodel.api.realtime import messages
from onmodel.api.realtime.connection import Connection
from onmodel.composition import Resources
from onmodel.events.ephemeral import publish_ephemeral
from onmodel.events.frames import encode
from onmodel.kit.rate import Rate
from onmodel.text.errors import TooManyChangesError
from onmodel.writing import service as writing
from onmodel.writing.schemas import TextCursor

CHANGES, CURSORS = 20, 30


class TextDesk:
    """Opens texts, takes changes and passes cursors on, for one connection."""

    def __init__(self, connection: Connection, resources: Resources) -> None:
        self._connection = connection
        self._resources = resources
        self._client = uuid4().hex[:12]
        self._changes, self._cursors = Rate(CHANGES), Rate(CURSORS)
        self._opened: set[str] = set()
        self._standing: dict[str, TextCursor] = {}

    async def answer(self, actor: Actor, message: messages.TextMessage) -> None:
        """Do what a message asks; raises ProblemError, which only its sender hears of."""
        match message:
            case messages.TextOpenMessage():
                self._allow_change()
                await self._open(actor, message.payload, message.id)
            case messages.TextChangeMessage():
                self._allow_change()
                await self._change(actor, message.payload, message.id)
            case messages.TextCursorMessage():
                await self._move(actor, message.payload)

    async def leave(self) -> None:
        """Take this socket's cursors away from the others."""
        for cursor in list(self._standing.values()):
            await self._show(cursor.model_copy(update={"anchor": None, "head": None}))

    def _allow_change(self) -> None:
        if not self._changes.allows():
            raise TooManyChangesError("A page may send 20 changes a second.")

    async def _open(self, actor: Actor, asked: messages.TextOpen, id_: str | None) -> None:
        async with self._resources.database.read() as uow:
            text = await writing.open_text(
                uow, actor, self._connection.project_id, asked.document, asked.revision
            )
        self._opened.add(asked.document)
        opened = messages.TextOpened(**text.model_dump(), client=self._client)
        self._say("server:text.document", opened, id_)

    async def _change(self, actor: Actor, change: messages.TextChange, id_: str | None) -> None:
        async with self._resources.database.begin() as uow:
            ack = await writing.change_text(
                uow,
                actor,
                self._connection.project_id,
                change.document,
                change.op,
                revision=change.revision,
                operation_id=change.id,
            )
        self._say("server:text.ack", ack, id_)

    async def _move(self, actor: Actor, moved: messages.TextCursorUpdate) -> None:
        """Pass a cursor on; one too many, or one in a text that was not opened, is dropped."""
        if moved.document not in self._opened:
            return
        if moved.head is not None and not self._cursors.allows():
            return
        await self._show(
            TextCursor(
                document=moved.document,
                client=self._client,
                user_id=actor.user_id,
                name=actor.name,
                colour=actor.colour,
                revision=moved.revision,
                anchor=moved.anchor if moved.anchor is not None else moved.head,
                head=moved.head,
            )
        )

    async def _show(self, cursor: TextCursor) -> None:
        if cursor.head is None:
            self._standing.pop(cursor.document, None)
        else:
            self._standing[cursor.document] = cursor
        await publish_ephemeral(
            self._resources.bus,
            self._connection.project_id,
            "server:text.cursor",
            cursor.model_dump(mode="json"),
        )

    def _say(self, name: str, payload: BaseModel, id_: str | None) -> None:
        self._connection.put(encode(name, payload.model_dump(mode="json"), id=id_))
