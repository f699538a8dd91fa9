"""How a client that was away, or is new, comes to know what everybody else does."""

from onmodel.accounts.service import Actor
from onmodel.api.realtime import messages
from onmodel.api.realtime.connection import QUEUE_BYTES, Connection
from onmodel.api.realtime.live.desk import LiveDesk
from onmodel.api.realtime.live.errors import TooManyMessagesError
from onmodel.api.state import project_state
from onmodel.composition import Resources
from onmodel.events import log as events
from onmodel.events.frames import encode
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.rate import Rate

# well below a socket's queue, so that catching up cannot look like being too slow
REPLAY_LIMIT = 400
REPLAY_BYTES = QUEUE_BYTES // 2
# whole states within so many seconds: each is read from a dozen tables and may be megabytes long
WHOLE_STATES, WHOLE_SECONDS = 5, 5.0


class CatchingUp:
    """Brings one socket up to date, while what happens meanwhile is held back."""

    def __init__(self, connection: Connection, resources: Resources, live: LiveDesk) -> None:
        self._connection = connection
        self._resources = resources
        self._live = live
        self._whole_states = Rate(WHOLE_STATES, WHOLE_SECONDS)

    async def bring(self, actor: Actor, since: int | None, message_id: str | None) -> None:
        """Send what was missed since an event, or everything.

        Raises:
            TooManyMessagesError: everything was asked for again and again.
        """
        connection = self._connection
        connection.hold()
        try:
            async with self._resources.database.read() as uow:
                if since is not None and await self._replay(uow, since, message_id):
                    return
                if connection.whole_waits or not self._whole_states.allows():
                    raise TooManyMessagesError("This page asks for everything again and again.")
                state = await project_state(uow, actor, connection.project_id)
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
        connection = self._connection
        missing = await events.since(uow, connection.project_id, since, limit=REPLAY_LIMIT + 1)
        last = await events.last_seq(uow, connection.project_id)
        size = sum(len(frame) for _, frame in missing)
        if len(missing) > REPLAY_LIMIT or size > REPLAY_BYTES or since > last:
            return False
        for seq, frame in missing:
            connection.put(frame)
            connection.seq = seq
        if not missing:
            connection.seq = since
        told = {"data": {"seq": connection.seq}}
        connection.put(encode("server:ok", told, id=message_id))
        return True
