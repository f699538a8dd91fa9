"""One open socket: written to at once, or through a bounded queue and the task that empties it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from starlette.websockets import WebSocket, WebSocketDisconnect

from onmodel.accounts.permissions import Role
from onmodel.accounts.service import Actor
from onmodel.api.realtime.wire import EXTENSION, Prepared

QUEUE_FRAMES = 512
# of memory, in line for one socket
QUEUE_BYTES = 8 * 1024 * 1024
# a socket with more in line gets no cursors: by the time they were read they would be wrong
FLEETING_FRAMES = 64
TOO_SLOW, SIGNED_OUT, NOT_FOUND, SHUTTING_DOWN = 4008, 4401, 4404, 1012
TOO_OLD, TOO_LOUD = 4426, 4029

# the nil UUID (RFC 9562, section 5.9): no project has it
NOWHERE = UUID(int=0)

_SEND_FAILURES = (RuntimeError, WebSocketDisconnect, OSError)


@dataclass(frozen=True)
class BelievedRole:
    """A role that was looked up a moment ago; ``until`` is of the monotonic clock."""

    role: Role
    is_admin: bool
    until: float


class Connection:
    """A socket that nobody waits for: what cannot be written at once is its own task's matter.

    Attributes:
        project_id: whose room it is in; NOWHERE for a person's own socket, outside projects.
        seq: the newest durable frame that was put in line for this socket.
        held: live frames that wait while an older part of the log is being sent.
        waiting_bytes: of memory, in line; without a whole state.
        whole_waits: whether a whole state is in line; there is never more than one.
        role: what this person may do, forgotten when the project's people change.
    """

    def __init__(self, socket: WebSocket, project_id: UUID, actor: Actor) -> None:
        self.project_id = project_id
        self.actor = actor
        self.seq = 0
        self.held: list[tuple[int, Prepared]] | None = None
        self.role: BelievedRole | None = None
        self._socket = socket
        self.whole_waits = False
        self._queue: asyncio.Queue[tuple[Prepared, int]] = asyncio.Queue(QUEUE_FRAMES)
        self._write_now: Callable[[Prepared], bool] | None = (
            socket.scope.get("extensions", {}).get(EXTENSION, {}).get("write")
        )
        # whether anything is in line, or on its way from there: nothing may overtake it
        self._busy = False
        self.waiting_bytes = 0
        self._close_code: int | None = None
        self._writer: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._writer = asyncio.create_task(self._write(), name=f"writer-{self.project_id}")

    def deliver(self, frame: Prepared, seq: int | None) -> None:
        """Send a live frame; a durable one that is known or held back waits its turn."""
        if seq is not None:
            if self.held is not None:
                self.held.append((seq, frame))
                return
            if seq <= self.seq:
                return
            self.seq = seq
        self._put(frame, frame.size)

    def put(self, data: bytes) -> None:
        """Send a frame; whoever cannot keep up is let go and syncs when it is back."""
        frame = Prepared(data)
        self._put(frame, frame.size)

    def put_whole(self, data: bytes) -> None:
        """Send a whole state, which may be longer than everything else that may wait."""
        self._put(Prepared(data), 0)

    def offer(self, frame: Prepared) -> None:
        """Send a frame that nobody misses, unless others wait in line already."""
        if self._queue.qsize() < FLEETING_FRAMES:
            self._put(frame, frame.size)

    def _put(self, frame: Prepared, size: int) -> None:
        """Write a frame, or put it in line; one without a size is a whole state."""
        if self._close_code is not None:
            return
        if self._write_now is not None and not self._busy and self._write_now(frame):
            return
        if self._queue.full() or self.waiting_bytes + size > QUEUE_BYTES:
            self.close_soon(TOO_SLOW)
            return
        self._busy = True
        self._queue.put_nowait((frame, size))
        self.waiting_bytes += size
        self.whole_waits = self.whole_waits or size == 0

    def believe(self, role: Role, *, is_admin: bool, seconds: float) -> None:
        """Remember a role for a moment."""
        self.role = BelievedRole(role, is_admin, time.monotonic() + seconds)

    def hold(self) -> None:
        """Keep live durable frames back until ``release``."""
        if self.held is None:
            self.held = []

    def release(self) -> None:
        """Put what was held in line, without what the log has already brought."""
        held, self.held = self.held or [], None
        for seq, frame in held:
            self.deliver(frame, seq)

    def close_soon(self, code: int) -> None:
        """Close without waiting for a reader that may never read."""
        if self._close_code is None and self._writer is not None:
            self._close_code = code
            self._queue = asyncio.Queue(QUEUE_FRAMES)  # nobody will read what waits
            self.waiting_bytes = 0
            self._writer.cancel()

    async def finish(self) -> None:
        """Wait for the writer to end."""
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer

    async def _write(self) -> None:
        send = self._socket.send
        try:
            while True:
                frame, size = await self._queue.get()
                self.waiting_bytes -= size
                if size == 0:
                    self.whole_waits = False
                await send({"type": "websocket.send", "text": frame.text})
                self._busy = not self._queue.empty()
        except _SEND_FAILURES:
            return
        except asyncio.CancelledError:
            if self._close_code is not None:
                with suppress(*_SEND_FAILURES, TimeoutError):
                    async with asyncio.timeout(1):
                        await self._socket.close(self._close_code)
            raise
