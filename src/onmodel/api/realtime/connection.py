"""One open socket: a bounded queue and the task that empties it."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from starlette.websockets import WebSocket, WebSocketDisconnect

from onmodel.accounts.permissions import Role
from onmodel.accounts.service import Actor

QUEUE_FRAMES = 512
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
        role: what this person may do, forgotten when the project's people change.
    """

    def __init__(self, socket: WebSocket, project_id: UUID, actor: Actor) -> None:
        self.project_id = project_id
        self.actor = actor
        self.seq = 0
        self.held: list[tuple[int, str]] | None = None
        self.role: BelievedRole | None = None
        self._socket = socket
        self._queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_FRAMES)
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
        try:
            self._queue.put_nowait(text)
        except asyncio.QueueFull:
            self.close_soon(TOO_SLOW)

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
                text = await self._queue.get()
                await send({"type": "websocket.send", "text": text})
        except _SEND_FAILURES:
            return
        except asyncio.CancelledError:
            if self._close_code is not None:
                with suppress(*_SEND_FAILURES, TimeoutError):
                    async with asyncio.timeout(1):
                        await self._socket.close(self._close_code)
            raise
