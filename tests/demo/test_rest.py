"""The demo's REST client against a real HTTP server."""

import json
import socket
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from onmodel.demo.rest import NotRunningError, RefusedError, Rest


class Echo(BaseHTTPRequestHandler):
    """Tells what it was sent, or refuses with a problem."""

    def do_GET(self) -> None:
        self._answer(200, {"path": self.path, "authorization": self.headers["Authorization"]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/twice"):
            problem = {"code": "duplicate", "detail": "It is there already.", "try": "Look at it."}
            self._answer(409, problem)
        elif self.headers["Content-Type"].startswith("multipart/"):
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            part = BytesParser().parsebytes(head + body).get_payload()[0]  # type: ignore[index]
            content = part.get_payload(decode=True)  # type: ignore[union-attr]
            answer = {
                "name": part.get_filename(),  # type: ignore[union-attr]
                "type": part.get_content_type(),  # type: ignore[union-attr]
                "bytes": content.hex(),  # type: ignore[union-attr]
            }
            self._answer(201, answer)
        else:
            self._answer(201, json.loads(body))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        pass


@pytest.fixture
def rest() -> Iterator[Rest]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Rest(f"http://127.0.0.1:{server.server_port}", "secret")
        finally:
            server.shutdown()
            thread.join()


async def test_it_speaks_as_the_owner_of_the_token(rest: Rest) -> None:
    answer = await rest.get("/me")
    assert answer == {"path": "/api/v1/me", "authorization": "Bearer secret"}


async def test_a_body_travels_as_json(rest: Rest) -> None:
    assert await rest.post("/projects", {"title": "Née"}) == {"title": "Née"}


async def test_a_picture_arrives_byte_for_byte(rest: Rest, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(bytes(range(256)) + b"\r\n--\r\n")
    answer = await rest.upload("/references", picture)
    assert answer == {
        "name": "a.png",
        "type": "image/png",
        "bytes": picture.read_bytes().hex(),
    }


async def test_the_servers_own_words_are_passed_on(rest: Rest) -> None:
    with pytest.raises(RefusedError, match="there already") as refused:
        await rest.post("/twice")
    assert refused.value.answered == 409
    assert refused.value.problem_code == "duplicate"
    assert refused.value.try_ == "Look at it."


async def test_without_a_server_the_person_reads_how_to_start_one() -> None:
    with socket.socket() as taken:  # and nobody listens on it
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotRunningError) as failure:
            await Rest(f"http://127.0.0.1:{taken.getsockname()[1]}", "secret").get("/me")
    assert "onmodel up" in failure.value.try_
