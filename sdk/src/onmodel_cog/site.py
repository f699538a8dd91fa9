"""The web site inside the container at which Cog reads inputs, leaves outputs and tells news."""

import json
import queue
import shutil
import threading
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from onmodel_function import OutputFile
from onmodel_function.files import UNKNOWN_MEDIA_TYPE, media_type_of

_CHUNK = 1024 * 1024
Place = Callable[[str], Path]


class Site:
    """Serves one call at a time.

    Attributes:
        url: where it is.
        news: what Cog told by its webhook, in the order of arrival.
    """

    def __init__(self) -> None:
        self.news: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._lent: dict[str, Path] = {}
        self._taken: dict[str, OutputFile] = {}
        self._place: Place | None = None
        self._lock = threading.Lock()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, name="site", daemon=True).start()

    def open(self, place: Place) -> None:
        """Begin a call. `place` gives the path for an output of a name."""
        with self._lock:
            self._lent, self._taken, self._place = {}, {}, place
        while not self.news.empty():
            self.news.get()

    def close(self) -> None:
        """End a call; outputs that come later are refused."""
        with self._lock:
            self._place = None

    def lend(self, path: Path) -> str:
        """Return an address at which Cog can read a file."""
        # the name stays at the end: models look at suffixes
        address = f"/in/{uuid.uuid4().hex}/{path.name}"
        with self._lock:
            self._lent[address] = path
        return self.url + address

    def taken(self, address: str) -> OutputFile | None:
        """Return the file that Cog left at an address."""
        return self._taken.get(address)

    def all_taken(self) -> list[OutputFile]:
        """Return every file that Cog left in this call."""
        return list(self._taken.values())

    def lent(self, address: str) -> Path | None:
        """Return the file that is lent at an address."""
        with self._lock:
            return self._lent.get(address)

    def accept(self, name: str, content: Callable[[Path], None]) -> str | None:
        """Take an output; return its address, or None when no call runs."""
        with self._lock:
            if self._place is None:
                return None
            path = self._place(f"{len(self._taken):03d}-{name}")
            address = f"{self.url}/out/{len(self._taken)}/{name}"
            # its place is taken, whatever comes at the same time
            self._taken[address] = OutputFile(path, UNKNOWN_MEDIA_TYPE)
        content(path)
        self._taken[address] = OutputFile(path, media_type_of(path))
        return address


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - a class is inside
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = site.lent(unquote(self.path))
            if path is None:
                self._answer(404)
                return
            self._answer(200, {"Content-Length": str(path.stat().st_size)})
            with path.open("rb") as file:
                shutil.copyfileobj(file, self.wfile, _CHUNK)

        def do_PUT(self) -> None:
            name = Path(unquote(self.path)).name or "output"
            address = site.accept(name, self._save)
            self._answer(201 if address else 410, {"Location": address} if address else {})

        def do_POST(self) -> None:
            site.news.put(json.loads(self.rfile.read(self._length())))
            self._answer(200)

        def _save(self, path: Path) -> None:
            left = self._length()
            with path.open("wb") as file:
                while left and (chunk := self.rfile.read(min(left, _CHUNK))):
                    file.write(chunk)
                    left -= len(chunk)

        def _length(self) -> int:
            return int(self.headers.get("Content-Length") or 0)

        def _answer(self, status: int, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": "0"} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited name
            """Stay silent: what the function prints is its log."""

    return Handler
