"""HTTP to a function over its unix socket, on the assumption that the function may be hostile.

Every question but the call itself has one deadline for all of its answer: a function that sends a
byte now and then would otherwise hold whoever asks for ever.
"""

import http.client
import json
import os
import socket
import stat
import struct
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from onmodel.runner.runtime import Instance
from onmodel.runner.wire import EVENTS, Event, Health, PredictionRequest, Refusal

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_ANSWER_BYTES = 8 * 1024 * 1024
MAX_STREAM_BYTES = 64 * 1024 * 1024
CONTROL_TIMEOUT_S = 10.0

ModelT = TypeVar("ModelT", bound=BaseModel)


class ProtocolError(Exception):
    """The function answered something that the contract does not know."""


class RefusedError(Exception):
    """The function did not take the call.

    Attributes:
        status: of the HTTP answer.
        refusal: what was wrong with the inputs, for 422.
    """

    def __init__(self, status: int, refusal: Refusal | None = None) -> None:
        super().__init__(f"the function answered {status}")
        self.status = status
        self.refusal = refusal


class _Peer(socket.socket):
    """A socket to a function. What is read from it has to be there by the deadline, all of it."""

    def __init__(self, timeout_s: float | None) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        self.settimeout(timeout_s)
        self._deadline = None if timeout_s is None else time.monotonic() + timeout_s

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        """Read as `socket.recv_into` does, within what is left of the time."""
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            self.settimeout(left)
        return super().recv_into(buffer, nbytes, flags)


class _Connection(http.client.HTTPConnection):
    def __init__(self, instance: Instance, timeout_s: float | None) -> None:
        super().__init__("function")
        self._timeout_s = timeout_s
        self._instance = instance

    def connect(self) -> None:
        """Connect to the socket that the function made, and to nothing that it put in its place."""
        peer = _Peer(self._timeout_s)
        try:
            _connect(peer, self._instance.socket)
            _check_peer(peer, self._instance)
        except BaseException:
            peer.close()
            raise
        self.sock = peer


def _connect(peer: socket.socket, path: Path) -> None:
    """Connect without following a link, and without a race between check and use.

    A function that may write to the folder of its socket could put a link to another socket
    there, such as the container engine's.
    """
    if sys.platform != "linux":
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ProtocolError(f"{path} is not a socket")
        peer.connect(str(path))
        return
    descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW)
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            raise ProtocolError(f"{path} is not a socket")
        peer.connect(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _check_peer(peer: socket.socket, instance: Instance) -> None:
    """Require that the other end is the function itself."""
    if sys.platform != "linux":
        return
    size = struct.calcsize("3i")
    pid, _, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    if not instance.owns(pid):
        raise ProtocolError(f"process {pid} answers on the socket of {instance.id}")


def health(instance: Instance, *, timeout_s: float) -> Health:
    """Ask how the function is.

    Raises:
        OSError: nobody listens yet, or no answer in time.
        ProtocolError
    """
    return _parse(Health, _ask(instance, "GET", "/health-check", timeout_s=timeout_s))


def schema(instance: Instance) -> dict[str, object]:
    """Ask for the function's OpenAPI description.

    Raises:
        OSError, ProtocolError
    """
    return _object(_ask(instance, "GET", "/openapi.json", timeout_s=CONTROL_TIMEOUT_S))


def cancel(instance: Instance, prediction_id: str, *, timeout_s: float) -> None:
    """Ask the function to stop. It may have ended by now, which is fine.

    Raises:
        OSError
    """
    path = f"/predictions/{prediction_id}/cancel"
    _ask(instance, "POST", path, timeout_s=timeout_s, accepted=(200, 404))


@contextmanager
def predict(instance: Instance, request: PredictionRequest) -> Generator[Iterator[Event]]:
    """Start a call and read its events until the stream ends.

    Raises:
        RefusedError: the function did not take the call.
        OSError, ProtocolError
    """
    connection = _Connection(instance, None)
    with closing(connection):
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        path = f"/predictions/{request.id}"
        connection.request("PUT", path, request.model_dump_json().encode(), headers)
        with _in_our_words():
            answer = connection.getresponse()
        if answer.status != http.client.OK:
            body = answer.read(MAX_ANSWER_BYTES)
            refusal = _parse(Refusal, body) if answer.status == 422 else None
            raise RefusedError(answer.status, refusal)
        yield read_events(answer)


def read_events(stream: IO[bytes] | http.client.HTTPResponse) -> Iterator[Event]:
    """Read server-sent events, each of one `event` and one `data` line.

    Raises:
        ProtocolError: an unknown event, no JSON, too long.
    """
    name = ""
    taken = 0
    while line := stream.readline(MAX_ANSWER_BYTES):
        taken += len(line)
        if taken > MAX_STREAM_BYTES or not line.endswith(b"\n"):
            raise ProtocolError("the answer is too long")
        field, _, value = line.rstrip(b"\r\n").partition(b": ")
        if field == b"event":
            name = value.decode("ascii", "replace")
        elif field == b"data":
            model = EVENTS.get(name)
            if model is None:
                raise ProtocolError(f"unknown event {name!r}")
            yield _parse(model, value)


def _ask(
    instance: Instance,
    method: str,
    path: str,
    *,
    timeout_s: float,
    accepted: tuple[int, ...] = (200,),
) -> bytes:
    connection = _Connection(instance, timeout_s)
    with closing(connection), _in_our_words():
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read(MAX_ANSWER_BYTES + 1)
    if answer.status not in accepted or len(body) > MAX_ANSWER_BYTES:
        raise ProtocolError(f"{method} {path} was answered with {answer.status}")
    return body


@contextmanager
def _in_our_words() -> Generator[None]:
    try:
        yield
    except http.client.HTTPException as error:
        if isinstance(error, ConnectionError):
            raise
        raise ProtocolError(f"no HTTP: {error!r}") from error


def _parse(model: type[ModelT], body: bytes) -> ModelT:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise ProtocolError(f"{model.__name__}: {error}") from error


def _object(body: bytes) -> dict[str, object]:
    try:
        value: object = json.loads(body)
    except ValueError as error:
        raise ProtocolError("no JSON") from error
    if not isinstance(value, dict):
        raise ProtocolError("no JSON object")
    return {str(name): item for name, item in value.items()}
