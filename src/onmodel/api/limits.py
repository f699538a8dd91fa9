"""Refuses bodies that are too long before they fill the disk."""

from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onmodel.http.problems import answer
from onmodel.storage.picture_errors import FileTooLargeError

# a browser that is still sending shows no answer; this much is read and thrown away first
DRAIN_FACTOR = 4


class _TooLongError(Exception):
    """The body went past the limit while it was being read."""


class BodyLimit:
    """ASGI middleware: 413 for a body over ``max_bytes``, announced or not."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"").decode("latin-1")
        if announced.isdigit() and int(announced) > self._max_bytes:
            await self._refuse(scope, receive, send, seen=0)
            return
        seen = 0
        answered = too_long = False

        async def counted() -> Message:
            nonlocal seen, too_long
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_bytes:
                too_long = True
                raise _TooLongError
            return message

        async def watched(message: Message) -> None:
            nonlocal answered
            # whoever reads a form takes our exception for a damaged one and says 400
            if not too_long or answered:
                answered = True
                await send(message)

        with suppress(_TooLongError):
            await self._app(scope, counted, watched)
        if too_long and not answered:
            await self._refuse(scope, receive, send, seen=seen)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, *, seen: int) -> None:
        while seen <= self._max_bytes * DRAIN_FACTOR:
            message = await receive()
            seen += len(message.get("body", b""))
            if message["type"] == "http.disconnect":
                return
            if not message.get("more_body", False):
                break
        problem = FileTooLargeError(
            f"At most {self._max_bytes // 2**20} MB are taken in one file.",
            headers={"Connection": "close"},
        )
        await answer(problem)(scope, receive, send)
