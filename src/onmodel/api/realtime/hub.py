"""The hub of one API process: from the bus to every socket of a project.

The bus may lose a frame or bring it twice; the log never does. A room knows the last ``seq``
it passed on; when the next one is not its follower, the hub reads the log. What this process
tells itself does not go round by the bus first, which takes turns of a busy loop; where it is not
the follower, the bus will bring it in its order.
"""

import asyncio
import re
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from onmodel.api.ear import Ear
from onmodel.api.realtime.connection import SHUTTING_DOWN, Connection
from onmodel.api.realtime.wire import Prepared
from onmodel.events import log as events
from onmodel.events.bus import Bus
from onmodel.events.frames import CHANNEL
from onmodel.kit.background import end
from onmodel.kit.db.uow import Database, Notice

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 2.0
# so many sends, some four milliseconds, then the loop gets a turn: one large room must not stop the
# others, and others must not make one large room late
CHUNK = 500
_SEQ = re.compile(rb'^\{"event":"[^"]*","seq":(\d+)')
_CURSOR = b'{"event":"server:text.cursor"'
_PEOPLE_CHANGED = b'{"event":"server:members.updated"'


class Room:
    """The sockets of one project in this process."""

    def __init__(self) -> None:
        self.connections: set[Connection] = set()
        self.arriving = 0
        self.seq = 0
        self.lock = asyncio.Lock()

    @property
    def is_empty(self) -> bool:
        """Whether nobody is here, nor on the way in."""
        return not self.connections and not self.arriving


class Hub:
    """Rooms, and the task that listens to the bus.

    Attributes:
        people_changed: set when a project got other people or roles.
    """

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._rooms: dict[UUID, Room] = {}
        self._ear = Ear(bus, f"{CHANNEL}*", self._hear, name="hub")
        self._sweeping: asyncio.Task[None] | None = None
        self._passing_on: set[asyncio.Task[bool]] = set()
        self.listening = self._ear.listening
        self.people_changed = asyncio.Event()

    def start(self) -> None:
        """Begin to listen."""
        self._ear.start()
        self._bus.listen_near(self._hear_own)
        self._sweeping = asyncio.create_task(self._sweep(), name="hub-sweep")

    async def stop(self) -> None:
        """Stop listening and let every socket go; browsers come back by themselves."""
        for room in self._rooms.values():
            for connection in list(room.connections):
                connection.close_soon(SHUTTING_DOWN)
        await self._ear.stop()
        await end(self._sweeping)
        for task in self._passing_on:
            task.cancel()

    @property
    def sockets(self) -> int:
        """How many sockets are open in this process."""
        return sum(len(room.connections) for room in self._rooms.values())

    async def join(self, connection: Connection) -> None:
        """Add a socket to its room; from now on it gets what happens."""
        room = self._rooms.setdefault(connection.project_id, Room())
        room.arriving += 1
        try:
            async with room.lock:
                # asked under the lock: what is newer than the first one knows is still on its way
                # to them, and must not look as if it was passed on already
                if not room.connections:
                    async with self._database.read() as uow:
                        room.seq = max(room.seq, await events.last_seq(uow, connection.project_id))
                room.connections.add(connection)
                connection.seq = room.seq
        finally:
            room.arriving -= 1

    def leave(self, connection: Connection) -> None:
        """Take a socket out of its room."""
        room = self._rooms.get(connection.project_id)
        if room is None:
            return
        room.connections.discard(connection)
        if room.is_empty:
            del self._rooms[connection.project_id]

    def connections(self) -> list[Connection]:
        """Return every open socket of this process."""
        return [one for room in self._rooms.values() for one in room.connections]

    def _hear_own(self, notices: list[Notice]) -> None:
        """Pass on what this process made durable just now."""
        for channel, frame in notices:
            match = _SEQ.match(frame)
            if match is None or not channel.startswith(CHANNEL):
                continue
            room = self._rooms.get(UUID(channel.removeprefix(CHANNEL)))
            if room is not None:
                task = asyncio.create_task(self._pass_on(room, frame, int(match[1])))
                self._passing_on.add(task)
                task.add_done_callback(self._passing_on.discard)

    async def _hear(self, channel: str, frame: bytes) -> None:
        await self._receive(UUID(channel.removeprefix(CHANNEL)), frame)

    async def _receive(self, project_id: UUID, frame: bytes) -> None:
        room = self._rooms.get(project_id)
        if room is None:
            return
        match = _SEQ.match(frame)
        if match is None:
            await self._fan_out(room, frame, None)
            return
        if not await self._pass_on(room, frame, int(match[1])):
            await self._catch_up(project_id, room)

    async def _pass_on(self, room: Room, frame: bytes, seq: int) -> bool:
        """Pass on an event, once; False where it is not the follower of what the room knows."""
        async with room.lock:
            if seq == room.seq + 1:
                room.seq = seq
                await self._fan_out(room, frame, seq)
            return seq <= room.seq

    async def _catch_up(self, project_id: UUID, room: Room) -> None:
        async with room.lock:
            try:
                async with self._database.read() as uow:
                    missing = await events.since(uow, project_id, room.seq)
            except (SQLAlchemyError, OSError) as error:
                log.warning("hub_cannot_read_the_log", error=str(error))
                return
            for seq, frame in missing:
                room.seq = seq
                await self._fan_out(room, frame, seq)

    async def _fan_out(self, room: Room, data: bytes, seq: int | None) -> None:
        if data.startswith(_PEOPLE_CHANGED):
            for connection in room.connections:
                connection.role = None
            self.people_changed.set()
        is_cursor, frame = data.startswith(_CURSOR), Prepared(data)
        for index, connection in enumerate(list(room.connections), start=1):
            if is_cursor:
                connection.offer(frame)
            else:
                connection.deliver(frame, seq)
            if index % CHUNK == 0:
                await asyncio.sleep(0)

    async def _sweep(self) -> None:
        """Find what the bus lost in a quiet room, where no next frame would show the gap."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            watched = [id_ for id_, room in self._rooms.items() if room.connections]
            if not watched:
                continue
            try:
                async with self._database.read() as uow:
                    newest = await events.last_seqs(uow, watched)
            except Exception as error:  # noqa: BLE001 - a database that starts raises much
                log.warning("hub_cannot_read_the_log", error=str(error))
                continue
            for project_id, seq in newest.items():
                room = self._rooms.get(project_id)
                if room is not None and seq > room.seq:
                    await self._catch_up(project_id, room)
