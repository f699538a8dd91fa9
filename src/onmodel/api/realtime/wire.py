"""One frame for many sockets: encoded once, and written at once where nobody has to wait.

What a server sends is not masked (RFC 6455, section 5.1), so a frame is the same bytes for every
reader. The ordinary way of ASGI would build it for each socket and wake a task for each.
"""

import sys
from functools import cached_property
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

# in the scope's extensions (ASGI 3.0, "Extensions"); other servers lack it, and nothing needs it
EXTENSION = "onmodel.prepared"


class Prepared:
    """One message as UTF-8 JSON.

    Attributes:
        data: the message.
        size: of memory, in bytes.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = sys.getsizeof(data)

    @cached_property
    def text(self) -> str:
        """The message as text, which is how ASGI sends it."""
        return self.data.decode()

    @cached_property
    def frame(self) -> bytes:
        """The whole frame, header and all."""
        return Frame(Opcode.TEXT, self.data).serialize(mask=False)


class Wire(WebSocketsSansIOProtocol):
    """uvicorn's protocol, with a way to write a prepared frame without waiting."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent and not self.conn.extensions:
            extensions: dict[str, Any] = self.scope["extensions"]  # type: ignore[assignment]
            extensions[EXTENSION] = {"write": self.write}

    def write(self, prepared: Prepared) -> bool:
        """Write one message now; False where it has to wait, or where nobody reads any more."""
        if self.disconnected or self.close_sent or not self.writable.is_set():
            return False
        if self.conn.state is not State.OPEN:
            return False
        self.transport.write(prepared.frame)
        return True
