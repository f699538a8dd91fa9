"""A small web site that keeps model files, and breaks off, refuses and forgets as real ones do."""

import hashlib
import json
import struct
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from onmodel.functions.weight import Weight


def safetensors(size: int = 200_000) -> bytes:
    """Return a file of one tensor, as safetensors lays it out."""
    header = json.dumps(
        {"weight": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}
    ).encode()
    return struct.pack("<Q", len(header)) + header + bytes(n * 7 % 256 for n in range(size))


class Site:
    """What the site has, and how it behaves.

    Attributes:
        files: by path.
        cut_after: how many bytes of an answer are sent before the connection breaks, for the
            coming requests in turn; None sends all of it.
        ranges: whether it knows `Range`.
        lengths: whether it says `Content-Length`.
        statuses: that it answers instead, for the coming requests in turn.
        redirects: from a path to another address.
        seen: path, `Range` and `Authorization` of every request.
        hold: an answer waits here in the middle, until it is set.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut_after: list[int | None] = []
        self.ranges = True
        self.lengths = True
        self.statuses: list[int] = []
        self.redirects: dict[str, str] = {}
        self.seen: list[tuple[str, str | None, str | None]] = []
        self.hold: threading.Event | None = None
        self.url = ""

    def weight(self, path: str, **changes: Any) -> Weight:
        """Declare one of its files."""
        content = self.files[path]
        return Weight.model_validate(
            {
                "name": path.rpartition("/")[2],
                "source": self.url + path,
                "revision": "1",
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "licence": "CC0-1.0",
                "commercial": True,
            }
            | changes
        )


@contextmanager
def open_site() -> Generator[Site]:  # noqa: C901 - the handler is inside
    """Serve a site on a free port of this machine."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.seen.append(
                (self.path, self.headers.get("Range"), self.headers.get("Authorization"))
            )
            self.close_connection = True
            if site.statuses:
                self._answer(site.statuses.pop(0))
            elif self.path in site.redirects:
                self._answer(302, {"Location": site.redirects[self.path]})
            elif self.path not in site.files:
                self._answer(404)
            else:
                self._send(site.files[self.path])

        def _send(self, content: bytes) -> None:
            asked = self.headers.get("Range")
            begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked and site.ranges else 0
            headers = {"Content-Length": str(len(content) - begin)} if site.lengths else {}
            if begin:
                headers["Content-Range"] = f"bytes {begin}-{len(content) - 1}/{len(content)}"
            self._head(206 if begin else 200, headers)
            cut = site.cut_after.pop(0) if site.cut_after else None
            part = content[begin:] if cut is None else content[begin : begin + cut]
            half = len(part) // 2
            self.wfile.write(part[:half])
            self.wfile.flush()
            if site.hold is not None:
                site.hold.wait(120)
            self.wfile.write(part[half:])

        def _answer(self, status: int, headers: dict[str, str] | None = None) -> None:
            self._head(status, {"Content-Length": "0"} | (headers or {}))

        def _head(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited name
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        site.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            if site.hold is not None:
                site.hold.set()
            server.shutdown()
            thread.join()
