"""Many WebSocket clients in one process of their own: raw sockets and epoll, no library.

A client library would spend more time on a frame than the server does. This one reads frames of
text, answers pings, and notes when each event reached each socket. Arguments as JSON on standard
input: host, port, path, token, sockets. Prints `ready` once all are connected and quiet, then
collects until standard input closes and prints one JSON object.

Latency of an event on a socket = time of receipt - the event's own `at`, which the server takes in
the transaction just before it commits: same machine, same clock, so the commit itself is included.
"""

import base64
import json
import os
import select
import socket
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime

QUIET_SECONDS = 1.0
SETTLE_SECONDS = 60.0
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


@dataclass
class Client:
    """One socket and what is left of its last read."""

    wire: socket.socket
    rest: bytearray = field(default_factory=bytearray)


@dataclass
class Crowd:
    """All clients of one room and the times at which events reached them."""

    clients: dict[int, Client] = field(default_factory=dict)
    seen: dict[bytes, tuple[int, float] | None] = field(default_factory=dict)
    receipts: dict[int, list[float]] = field(default_factory=dict)
    other_frames: int = 0
    lost_connections: int = 0

    def take(self, payload: bytes, now: float) -> None:
        if payload not in self.seen:
            message = json.loads(payload)
            durable = message.get("seq") is not None and message.get("at")
            self.seen[payload] = (
                (int(message["seq"]), datetime.fromisoformat(message["at"]).timestamp())
                if durable
                else None
            )
        known = self.seen[payload]
        if known is None:
            self.other_frames += 1
        else:
            self.receipts.setdefault(known[0], []).append((now - known[1]) * 1000)

    def read(self, number: int) -> bool:
        """Read what is there; False when the server closed the connection."""
        client = self.clients[number]
        try:
            data = client.wire.recv(262_144)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        now = time.time()
        if not data:
            self.lost_connections += 1
            return False
        client.rest += data
        for opcode, payload in frames(client.rest):
            if opcode == TEXT:
                self.take(payload, now)
            elif opcode == PING:
                client.wire.send(masked(PONG, payload))
            elif opcode == CLOSE:
                self.lost_connections += 1
                return False
        return True


def frames(buffer: bytearray) -> list[tuple[int, bytes]]:
    """Cut all complete frames off the front of the buffer."""
    found: list[tuple[int, bytes]] = []
    while len(buffer) >= 2:
        length, start = buffer[1] & 0x7F, 2
        if length == 126:
            length, start = int.from_bytes(buffer[2:4]), 4
        elif length == 127:
            length, start = int.from_bytes(buffer[2:10]), 10
        if len(buffer) < start + length:
            break
        found.append((buffer[0] & 0x0F, bytes(buffer[start : start + length])))
        del buffer[: start + length]
    return found


def masked(opcode: int, payload: bytes) -> bytes:
    """Return a client frame (masked with zeros: allowed, and nobody is watching)."""
    return bytes((0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0)) + payload


def connect(host: str, port: int, path: str, token: str) -> Client:
    """Open one socket and upgrade it."""
    wire = socket.create_connection((host, port), timeout=30)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    wire.sendall(request.encode())
    answer = bytearray()
    while b"\r\n\r\n" not in answer:
        piece = wire.recv(65_536)
        if not piece:
            break
        answer += piece
    head, _, rest = bytes(answer).partition(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise SystemExit(f"no WebSocket: {head[:300]!r} {rest[:300]!r}")
    wire.setblocking(False)
    return Client(wire, bytearray(rest))


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    crowd, poll = Crowd(), select.epoll()
    stdin = sys.stdin.fileno()
    for _ in range(asked["sockets"]):
        client = connect(asked["host"], asked["port"], asked["path"], asked["token"])
        crowd.clients[client.wire.fileno()] = client
        poll.register(client.wire, select.EPOLLIN)
        pump(crowd, poll, 0)
    settle(crowd, poll)
    crowd.receipts.clear()
    crowd.other_frames = 0
    print("ready", flush=True)
    poll.register(stdin, select.EPOLLIN | select.EPOLLHUP)
    while stdin not in pump(crowd, poll, 1.0):
        continue
    print(
        json.dumps(
            {
                "receipts": crowd.receipts,
                "other_frames": crowd.other_frames,
                "lost_connections": crowd.lost_connections,
            }
        )
    )


def settle(crowd: Crowd, poll: select.epoll) -> None:
    """Read until nothing has come for a while: the greetings of a full room are over."""
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end and pump(crowd, poll, QUIET_SECONDS):
        continue


def pump(crowd: Crowd, poll: select.epoll, seconds: float) -> list[int]:
    """Read once from everything that is readable; return which descriptors were."""
    ready = [number for number, _ in poll.poll(seconds)]
    for number in ready:
        if number in crowd.clients and not crowd.read(number):
            poll.unregister(number)
            crowd.clients.pop(number).wire.close()
    return ready


if __name__ == "__main__":
    main()
