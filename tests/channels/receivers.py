"""What stands at the other end, real and local: a mail server, a webhook, a push service."""

import asyncio
import base64
import json
import os
import queue
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from aiosmtpd.smtp import SMTP, Envelope
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.waiting import PATIENCE_SECONDS

HERE = "127.0.0.0/8"


@dataclass(frozen=True)
class Request:
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Service:
    """An HTTP service that keeps what it gets; ``answer`` is the status that it gives."""

    url: str = ""
    answer: int = 200
    location: str = ""
    requests: queue.Queue[Request] = field(default_factory=queue.Queue[Request])

    def next(self) -> Request:
        """Return the next request, waiting for it."""
        return self.requests.get(timeout=PATIENCE_SECONDS)

    @property
    def address(self) -> str:
        """The address in the form that a person would type for a webhook."""
        return self.url.replace("http://", "json://")


@contextmanager
def http_service() -> Generator[Service]:
    """Run a service that takes every POST."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.requests.put(Request(self.path, headers, body))
            self.send_response(service.answer)
            if service.location:
                self.send_header("Location", service.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Mailbox:
    """A mail server; ``url`` is what an administrator would set."""

    url: str = ""
    mails: asyncio.Queue[tuple[list[str], Message]] = field(
        default_factory=asyncio.Queue[tuple[list[str], Message]]
    )

    async def next(self) -> tuple[list[str], Message]:
        """Return the next mail and its receivers, waiting for it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.mails.get()


@asynccontextmanager
async def mail_server() -> AsyncGenerator[Mailbox]:
    """Run a mail server that takes every mail."""
    mailbox = Mailbox()

    class Handler:
        async def handle_DATA(  # noqa: N802 - the library's name
            self, _server: Any, _session: Any, envelope: Envelope
        ) -> str:
            content = envelope.content
            assert isinstance(content, bytes)
            mailbox.mails.put_nowait((list(envelope.rcpt_tos), message_from_bytes(content)))
            return "250 OK"

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler()), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    mailbox.url = f"mailto://127.0.0.1:{port}?from=onmodel@studio.example"
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()


class Browser:
    """A browser's half of Web Push: it makes the keys and reads what is sent to it."""

    def __init__(self, endpoint: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _base64(point), "auth": _base64(self._auth)}
        self.subscription: dict[str, Any] = {"endpoint": endpoint, "keys": keys}

    def read(self, body: bytes) -> dict[str, Any]:
        """Decrypt a message (RFC 8188, RFC 8291)."""
        clear = http_ece.decrypt(
            body, private_key=self._key, auth_secret=self._auth, version="aes128gcm"
        )
        return json.loads(clear)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
