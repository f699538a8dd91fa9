"""Refuses bodies that are too long before they fill the disk."""

from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from onmodel.http.problems import answer
from onmodel.storage.picture_errors import FileTooLargeError

# a browser that is still sending shows no answer; this much is read and thrown away first
DRAIN_FACTOR = 4
DOCUMENT_BYTES = 4 * 2**20


class _TooLongError(Exception):
    """The body went past the limit while it was being read."""


class BodyLimit:
    """ASGI middleware: 413 for a body that is too long, announced or not.

    ``max_bytes`` holds for forms, which bring files and are spooled to disk; everything else is
    parsed in memory and on the event loop, and may have ``DOCUMENT_BYTES``.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._form_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_form = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        limit = self._form_bytes if is_form else DOCUMENT_BYTES
        announced = headers.get(b"content-length", b"").decode("latin-1")
        if announced.isdigit() and int(announced) > limit:
            await _refuse(scope, receive, send, limit=limit, seen=0)
            return
        seen = 0
        answered = too_long = False

        async def counted() -> Message:
            nonlocal seen, too_long
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
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
            await _refuse(scope, receive, send, limit=limit, seen=seen)


async def _refuse(scope: Scope, receive: Receive, send: Send, *, limit: int, seen: int) -> None:
    while seen <= limit * DRAIN_FACTOR:
        message = await receive()
        seen += len(message.get("body", b""))
        if message["type"] == "http.disconnect":
            return
        if not message.get("more_body", False):
            break
    problem = FileTooLargeError(
        f"At most {limit // 2**20} MB are taken at once.", headers={"Connection": "close"}
    )
    await answer(problem)(scope, receive, send)
