"""Carries cursors, selections, strokes and views to exactly those who stand at the same place.

Each process gathers for a moment what its own people do at a place and puts it on the bus as one
frame; every process passes that frame on to its sockets there. So a room of five hundred in which
two look at one picture costs two sends for a moved cursor, and a hundred people who all move on
one picture are told of in one frame, not in a hundred.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from onmodel.api.ear import Ear
from onmodel.api.realtime.connection import Connection
from onmodel.api.realtime.live.schemas import Live, LivePerson, LiveUpdate, View
from onmodel.api.realtime.live.standing import Standing
from onmodel.api.realtime.wire import Prepared
from onmodel.events.bus import Bus
from onmodel.events.frames import encode
from onmodel.kit.background import end

CHANNEL = "onmodel:live:"
GATHER_SECONDS = 0.04
PER_SOCKET_SECONDS = 0.0005
# so many sends, then the loop gets a turn, as in the hub
CHUNK = 500
# somebody came: everybody there says once more what they show
_SAY_ALL = b"?"


@dataclass
class Round:
    """What is gathered for the next frame of a place."""

    wanted: bool = False
    somebody_came: bool = False
    gone: list[LivePerson] = field(default_factory=list)


class Places:
    """Who of this process stands where and follows whom.

    Attributes:
        gather: waits so many seconds for more of the same; tests wait for something else.
        listening: set while nothing that is published will be missed.
    """

    def __init__(self, bus: Bus) -> None:
        self.gather: Callable[[float], Awaitable[object]] = asyncio.sleep
        self._bus = bus
        self._ear = Ear(
            bus, f"{CHANNEL}*", self._receive, name="places", subscribed=self._subscribed
        )
        self.listening = self._ear.listening
        self._here: dict[str, dict[Connection, Standing]] = {}
        self._channel_of: dict[Connection, str] = {}
        self._followers: dict[str, set[Connection]] = {}
        self._followed_by: dict[Connection, str] = {}
        self._rounds: dict[str, Round] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to listen."""
        self._ear.start()

    async def stop(self) -> None:
        """Stop; whoever was here comes back to another process and tells it anew."""
        await end(*self._telling)
        await self._ear.stop()

    def go(self, connection: Connection, place: str | None, client: str, user_id: UUID) -> None:
        """Stand at another place, or at none; what was shown at the last one goes away there."""
        channel = None if place is None else _channel(connection.project_id, place)
        if self._channel_of.get(connection) == channel:
            return
        self._leave_place(connection)
        if channel is None:
            return
        self._channel_of[connection] = channel
        self._here.setdefault(channel, {})[connection] = Standing(client, user_id)
        self._round(channel).somebody_came = True

    def leave(self, connection: Connection) -> None:
        """Take a socket out of its place, and out of those who follow."""
        self._leave_place(connection)
        self.follow(connection, None)

    def is_at(self, connection: Connection, *kinds: str) -> bool:
        """Return whether a socket is at a place of one of these kinds, such as ``picture``."""
        channel = self._channel_of.get(connection, "")
        return any(f":{kind}:" in channel for kind in kinds)

    def change(self, connection: Connection, update: LiveUpdate) -> None:
        """Show something else of this socket's person; at no place it is nothing to anybody.

        Raises:
            TooManyPointsError: a stroke became too long; nothing is shown of it.
        """
        channel = self._channel_of.get(connection)
        if channel is None:
            return
        self._here[channel][connection].take(update)
        self._round(channel)

    def follow(self, connection: Connection, user_id: UUID | None) -> None:
        """Hear of what somebody sees, or of nobody."""
        before = self._followed_by.pop(connection, None)
        if before is not None:
            _discard(self._followers, before, connection)
        if user_id is not None:
            channel = _view_channel(connection.project_id, user_id)
            self._followed_by[connection] = channel
            self._followers.setdefault(channel, set()).add(connection)

    async def show(self, project_id: UUID, view: View) -> None:
        """Tell those who follow what somebody sees."""
        frame = encode("server:view", view.model_dump(mode="json"))
        await self._bus.publish([(_view_channel(project_id, view.user_id), frame)])

    def _leave_place(self, connection: Connection) -> None:
        channel = self._channel_of.pop(connection, None)
        if channel is None:
            return
        standing = self._here[channel].pop(connection)
        if not self._here[channel]:
            del self._here[channel]
        gone = LivePerson(client=standing.client, user_id=standing.user_id, gone=True)
        self._round(channel).gone.append(gone)

    def _round(self, channel: str) -> Round:
        """Return what is being gathered for a place; the first to ask begins it."""
        if channel not in self._rounds:
            self._rounds[channel] = Round()
            task = asyncio.create_task(self._tell(channel), name=f"tell-{channel}")
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
        gathering = self._rounds[channel]
        gathering.wanted = True
        return gathering

    async def _tell(self, channel: str) -> None:
        """Send round after round; a later one must not overtake, or a line that ended stays."""
        while self._rounds[channel].wanted:
            sockets = len(self._here.get(channel, ()))
            await self.gather(GATHER_SECONDS + PER_SOCKET_SECONDS * sockets)
            # from here on another change is another round
            gathered, self._rounds[channel] = self._rounds[channel], Round()
            await self._bus.publish(self._news(channel, gathered))
        del self._rounds[channel]

    def _news(self, channel: str, gathered: Round) -> list[tuple[str, bytes]]:
        """Return the frames of a round."""
        news = [standing.news() for standing in self._here.get(channel, {}).values()]
        people = [*gathered.gone, *(one for one in news if one is not None)]
        notices: list[tuple[str, bytes]] = []
        if people:
            told = Live(place=channel.split(":", 3)[3], people=people)
            payload = told.model_dump(mode="json", exclude_unset=True)
            notices.append((channel, encode("server:live", payload)))
        if gathered.somebody_came:
            notices.append((channel, _SAY_ALL))
        return notices

    def _subscribed(self, missed: bool) -> None:
        """Ask everywhere what was missed while nothing was heard."""
        del missed  # at the first time nobody is anywhere yet
        for channel in self._here:
            self._round(channel).somebody_came = True

    async def _receive(self, channel: str, frame: bytes) -> None:
        here = self._here.get(channel, {})
        if frame != _SAY_ALL:
            await _pass_on(Prepared(frame), [*here, *self._followers.get(channel, ())])
            return
        for standing in here.values():
            standing.begin_anew()
        if any(standing.changed for standing in here.values()):
            self._round(channel)


async def _pass_on(frame: Prepared, connections: Iterable[Connection]) -> None:
    for index, connection in enumerate(connections, start=1):
        connection.offer(frame)
        if index % CHUNK == 0:
            await asyncio.sleep(0)


def _discard(groups: dict[str, set[Connection]], name: str, connection: Connection) -> None:
    groups[name].discard(connection)
    if not groups[name]:
        del groups[name]


def _channel(project_id: UUID, place: str) -> str:
    return f"{CHANNEL}{project_id}:{place}"


def _view_channel(project_id: UUID, user_id: UUID) -> str:
    return f"{CHANNEL}{project_id}:view:{user_id}"
