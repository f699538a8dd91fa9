"""A function that tries to make us talk to somebody else, or talks nonsense."""

import io
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path

import pytest

from onmodel.runner import client
from onmodel.runner.calls import CallRequest
from onmodel.runner.client import ProtocolError, read_events
from onmodel.runner.runtime import Exchange, Instance
from onmodel.runner.wire import Context, Log, PredictionRequest, Start


class Pretended:
    """An instance whose socket the test controls."""

    def __init__(self, path: Path, pid: int) -> None:
        self.socket = path
        self._pid = pid
        self.id = "pretended"

    def owns(self, pid: int) -> bool:
        return pid == self._pid

    def exchange(self, request: CallRequest) -> AbstractContextManager[Exchange]:
        raise NotImplementedError

    def covers(self, pid: int) -> bool:
        return self.owns(pid)

    def memory_mb(self) -> float | None:
        return None

    def wait(self, timeout_s: float) -> int | None:
        return None

    def out_of_memory(self) -> bool:
        return False

    def log_tail(self) -> str:
        return ""

    def kill(self) -> None:
        """There is nothing to end."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "socket"


@pytest.fixture
def listener(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        yield server


def answering(server: socket.socket, answer: bytes) -> threading.Thread:
    """Answer one connection, whatever it asks."""

    def serve() -> None:
        peer, _ = server.accept()
        with closing(peer), peer.makefile("rb") as request:
            # All of it: who closes with something unread cuts the other off.
            length = 0
            while (line := request.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            request.read(length)
            peer.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_a_link_to_another_socket_is_not_followed(listener: socket.socket, tmp_path: Path) -> None:
    link = tmp_path / "swapped"
    link.symlink_to(listener.getsockname())
    instance: Instance = Pretended(link, os.getpid())
    with pytest.raises((ProtocolError, OSError)):
        client.health(instance, timeout_s=60)
    listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_file_in_place_of_the_socket(path: Path) -> None:
    path.write_text("not a socket")
    with pytest.raises(ProtocolError, match="not a socket"):
        client.health(Pretended(path, os.getpid()), timeout_s=60)


def test_another_process_on_the_socket(path: Path) -> None:
    program = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); "
        "s.listen(); print('listening', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as stranger:
        assert stranger.stdout is not None
        stranger.stdout.readline()
        with pytest.raises(ProtocolError, match=f"process {stranger.pid}"):
            client.health(Pretended(path, os.getpid()), timeout_s=60)


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnope",
        b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"status": "OK"}',
        b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_nonsense_is_a_protocol_error(path: Path, listener: socket.socket, answer: bytes) -> None:
    thread = answering(listener, answer)
    with pytest.raises(ProtocolError):
        client.health(Pretended(path, os.getpid()), timeout_s=60)
    thread.join()


def test_silence_is_a_time_out(path: Path, listener: socket.socket) -> None:
    assert listener.fileno() >= 0
    with pytest.raises(TimeoutError):
        client.health(Pretended(path, os.getpid()), timeout_s=0.05)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
@pytest.mark.parametrize("ask", ["health", "cancel"])
def test_an_answer_byte_by_byte_has_one_time_for_all_of_it(
    path: Path, listener: socket.socket, head: bytes, ask: str
) -> None:
    done = threading.Event()
    drops: list[int] = []

    def drip() -> None:
        peer, _ = listener.accept()
        with closing(peer), suppress(OSError):
            peer.sendall(head)
            # an end of its own, so that a client that listens for ever fails the test
            while len(drops) < 1_000 and not done.wait(0.005):
                peer.sendall(b"x")
                drops.append(1)

    thread = threading.Thread(target=drip)
    thread.start()
    instance = Pretended(path, os.getpid())
    asks: dict[str, Callable[[], object]] = {
        "health": lambda: client.health(instance, timeout_s=0.2),
        "cancel": lambda: client.cancel(instance, "x", timeout_s=0.2),
    }
    with pytest.raises(TimeoutError):
        asks[ask]()
    done.set()
    thread.join()
    assert len(drops) < 1_000


def test_chunks_that_are_none(path: Path, listener: socket.socket) -> None:
    thread = answering(
        listener, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n"
    )
    with pytest.raises(ProtocolError):
        client.health(Pretended(path, os.getpid()), timeout_s=60)
    thread.join()


def test_a_refusal_that_is_none(path: Path, listener: socket.socket) -> None:
    thread = answering(listener, b"HTTP/1.1 422 No\r\nContent-Length: 2\r\n\r\n{}")
    request = PredictionRequest(id="x", input={}, context=Context(input_dir="/", output_dir="/"))
    with (
        pytest.raises(ProtocolError),
        client.predict(Pretended(path, os.getpid()), request),
    ):
        pytest.fail("the call was taken")
    thread.join()


def test_events_are_read_one_by_one() -> None:
    stream = io.BytesIO(
        b'event: start\ndata: {"id": "1", "new": true}\n\n: keep-alive\n\n'
        b'event: log\ndata: {"id": "1", "source": "stdout", "data": "hi"}\n\n'
    )
    assert list(read_events(stream)) == [Start(id="1"), Log(id="1", source="stdout", data="hi")]


@pytest.mark.parametrize(
    "stream",
    [
        b"event: explode\ndata: {}\n\n",
        b"data: {}\n\n",
        b"event: start\ndata: {\n\n",
        b'event: progress\ndata: {"id": "1", "fraction": 7}\n\n',
        b'event: log\ndata: {"id": "1", "source": "stdout", "data": "' + b"x" * 5000 + b'"}\n\n',
        b"x" * (client.MAX_ANSWER_BYTES + 1),
    ],
)
def test_broken_streams(stream: bytes) -> None:
    with pytest.raises(ProtocolError):
        list(read_events(io.BytesIO(stream)))
