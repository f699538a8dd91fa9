"""HTTP/1.1 over a unix socket: Cog's envelope, extended with status by id and progress."""

import json
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast

from onmodel_function.decode import InvalidRequestError
from onmodel_function.prediction import Event, Prediction
from onmodel_function.service import BusyError, NotReadyError, Service

MAX_BODY_BYTES = 8 * 1024 * 1024
KEEP_ALIVE_S = 15.0

Json = dict[str, object]


class FunctionServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers on a unix socket; each connection has a thread, so a cancel never waits."""

    daemon_threads = True
    request_queue_size = socket.SOMAXCONN

    def __init__(self, socket_path: Path, service: Service) -> None:
        self.service = service
        self._idle = threading.Condition()
        self._answering = 0
        super().__init__(str(socket_path), _Handler)

    @contextmanager
    def answering(self) -> Generator[None]:
        """Count an answer that is being written."""
        with self._idle:
            self._answering += 1
        try:
            yield
        finally:
            with self._idle:
                self._answering -= 1
                self._idle.notify_all()

    def drain(self, timeout_s: float) -> None:
        """Wait until every answer is written, so that the last one is not cut off by the exit."""
        with self._idle:
            self._idle.wait_for(lambda: self._answering == 0, timeout_s)


class _RefusedError(Exception):
    def __init__(self, status: int, body: Json) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FunctionServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def do_PUT(self) -> None:
        self._answer(self._put)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited name
        """Stay silent: the function's own output is the log."""

    def address_string(self) -> str:
        """Name the peer; a unix socket has no address to take apart."""
        return "unix"

    def _answer(self, route: Callable[[], tuple[int, Json] | None]) -> None:
        with self.server.answering():
            try:
                answer = route()
            except _RefusedError as refused:
                answer = refused.status, refused.body
            if answer is not None:
                self._send_json(*answer)

    def _get(self) -> tuple[int, Json]:
        service = self.server.service
        if self.path == "/health-check":
            return 200, service.health()
        if self.path == "/openapi.json":
            try:
                return 200, service.schema()
            except NotReadyError:
                raise _RefusedError(503, {"detail": "The function is not set up."}) from None
        return 200, self._known().snapshot()

    def _post(self) -> tuple[int, Json]:
        self._body()
        if self.path == "/shutdown":
            self.server.service.stop()
            return 200, {}
        prediction = self._known(ending="/cancel")
        if prediction.finished:
            raise _RefusedError(404, {})
        prediction.cancel()
        return 200, {}

    def _put(self) -> tuple[int, Json] | None:
        prediction = self._submit()
        if "text/event-stream" in self.headers.get("Accept", ""):
            self._stream(prediction)
            return None
        if self.headers.get("Prefer") == "respond-async":
            return 202, prediction.snapshot()
        prediction.wait()
        return 200, prediction.snapshot()

    def _submit(self) -> Prediction:
        call_id = self._call_id()
        body = self._body()
        if body.get("id", call_id) != call_id:
            raise _RefusedError(
                422, _fault(("body", "id"), "wrong_id", "id differs from the path.")
            )
        values = _object(body, "input")
        folders = _object(body, "context")
        try:
            return self.server.service.submit(
                call_id, values, _folder(folders, "input_dir"), _folder(folders, "output_dir")
            )
        except BusyError:
            raise _RefusedError(409, {"detail": "Already running a prediction"}) from None
        except NotReadyError:
            raise _RefusedError(503, {"detail": "The function is not set up."}) from None
        except InvalidRequestError as error:
            faults = [
                {"loc": ["body", "input", *one.path], "msg": one.message, "type": one.code}
                for one in error.faults
            ]
            raise _RefusedError(422, {"detail": faults}) from error

    def _stream(self, prediction: Prediction) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            for event in prediction.stream(KEEP_ALIVE_S):
                self.wfile.write(encode_event(event))
        except OSError:
            # Who started the call has gone, and with it the only one who wants the answer.
            prediction.cancel()

    def _call_id(self, ending: str = "") -> str:
        path = self.path.removesuffix(ending)
        call_id = path.removeprefix("/predictions/")
        if path in (call_id, self.path if ending else None) or not call_id or "/" in call_id:
            raise _RefusedError(404, {"detail": "There is nothing at this address."})
        return call_id

    def _known(self, ending: str = "") -> Prediction:
        prediction = self.server.service.find(self._call_id(ending))
        if prediction is None:
            raise _RefusedError(404, {"detail": "There is no such prediction."})
        return prediction

    def _body(self) -> Json:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            raise _RefusedError(413, {"detail": "Files travel by path, not in the body."})
        raw = self.rfile.read(length)
        try:
            body: object = json.loads(raw) if raw else {}
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise _RefusedError(
                422, _fault(("body",), "not_json", "The body is not a JSON object.")
            )
        return cast("Json", body)

    def _send_json(self, status: int, body: Json) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def encode_event(event: Event | None) -> bytes:
    """Write one server-sent event; None is the comment that keeps the stream alive."""
    if event is None:
        return b": keep-alive\n\n"
    return f"event: {event.name}\ndata: {json.dumps(event.data)}\n\n".encode()


def listen(socket_path: Path, service: Service) -> FunctionServer:
    """Open the socket, readable by its owner only."""
    server = FunctionServer(socket_path, service)
    socket_path.chmod(0o600)
    return server


def _fault(loc: tuple[str, ...], code: str, message: str) -> Json:
    return {"detail": [{"loc": list(loc), "msg": message, "type": code}]}


def _object(body: Json, name: str) -> Json:
    value = body.get(name)
    if not isinstance(value, dict):
        raise _RefusedError(422, _fault(("body", name), "missing", f"{name} has to be an object."))
    return cast("Json", value)


def _folder(folders: Json, name: str) -> Path:
    value = folders.get(name)
    loc = ("body", "context", name)
    try:
        if not (isinstance(value, str) and (path := Path(value)).is_absolute() and path.is_dir()):
            raise _RefusedError(
                422, _fault(loc, "not_a_folder", f"{name} has to be an existing folder.")
            )
        # reads it, which tells more than its modes do
        with os.scandir(path):
            return path
    except OSError as error:
        message = f"{name} cannot be read: {error.strerror}."
        raise _RefusedError(422, _fault(loc, "folder_unreadable", message)) from error
