"""One open socket: a bounded queue and the task that empties it."""

import asyncio
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from starlette.websockets import WebSocket, WebSocketDisconnect

from onmodel.accounts.permissions import Role
from onmodel.accounts.service import Actor

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
    """A socket that is written to by its own task only, so that nobody waits for it.

    Attributes:
        project_id: whose room it is in; NOWHERE for a person's own socket, outside projects.
        seq: the newest durable frame that was put in line for this socket.
        held: live frames that wait while an older part of the log is being sent.
        waiting_bytes: of memory, in line; without a whole state.
        whole_waits: whether a whole state is in line; there is never more than one.
        role: what this person may do, forgotten when the project's people change.
        reading: the texts that were opened here; of others it hears nothing.
    """

    def __init__(self, socket: WebSocket, project_id: UUID, actor: Actor) -> None:
        self.project_id = project_id
        self.actor = actor
        self.seq = 0
        self.held: list[tuple[int, str]] | None = None
        self.role: BelievedRole | None = None
        self._socket = socket
        self.whole_waits = False
        self._queue: asyncio.Queue[tuple[str, int]] = asyncio.Queue(QUEUE_FRAMES)
        self.waiting_bytes = 0
        self._close_code: int | None = None
        self._writer: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._writer = asyncio.create_task(self._write(), name=f"writer-{self.project_id}")

    def deliver(self, text: str, seq: int | None) -> None:
        """Put a live frame in line; a durable one that is known or held back waits its turn."""
        if seq is not None:
            if self.held is not None:
                self.held.append((seq, text))
                return
            if seq <= self.seq:
                return
            self.seq = seq
        self.put(text)

    def put(self, text: str) -> None:
        """Put a frame in line; whoever cannot keep up is let go and syncs when it is back."""
        self._put(text, sys.getsizeof(text))

    def put_whole(self, text: str) -> None:
        """Put a whole state in line, which may be longer than everything else that may wait."""
        self.whole_waits = True
        self._put(text, 0)

    def _put(self, text: str, size: int) -> None:
        if self._close_code is not None:
            return
        if self._queue.full() or self.waiting_bytes + size > QUEUE_BYTES:
            self.close_soon(TOO_SLOW)
            return
        self._queue.put_nowait((text, size))
        self.waiting_bytes += size

    def offer(self, text: str) -> None:
        """Put a frame in line that nobody misses, unless others wait there already."""
        if self._queue.qsize() < FLEETING_FRAMES:
            self.put(text)

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
        for seq, text in held:
            self.deliver(text, seq)

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
                text, size = await self._queue.get()
                self.waiting_bytes -= size
                if size == 0:
                    self.whole_waits = False
                await send({"type": "websocket.send", "text": text})
        except _SEND_FAILURES:
            return
        except asyncio.CancelledError:
            if self._close_code is not None:
                with suppress(*_SEND_FAILURES, TimeoutError):
                    async with asyncio.timeout(1):
                        await self._socket.close(self._close_code)
            raise
