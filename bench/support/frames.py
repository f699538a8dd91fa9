"""WebSocket frames (RFC 6455) as a client without a library reads and writes them."""

import base64
import os
import socket

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def cut(buffer: bytearray) -> list[tuple[int, bytes]]:
    """Cut all complete frames off the front of the buffer; return (opcode, payload) of each."""
    found: list[tuple[int, bytes]] = []
    begin, there = 0, len(buffer)
    while there - begin >= 2:
        length, start = buffer[begin + 1] & 0x7F, begin + 2
        if length == 126:
            length, start = int.from_bytes(buffer[begin + 2 : begin + 4]), begin + 4
        elif length == 127:
            length, start = int.from_bytes(buffer[begin + 2 : begin + 10]), begin + 10
        if there < start + length:
            break
        found.append((buffer[begin] & 0x0F, bytes(buffer[start : start + length])))
        begin = start + length
    del buffer[:begin]
    return found


def masked(opcode: int, payload: bytes) -> bytes:
    """Return a client frame (masked with zeros: allowed, and nobody is watching)."""
    length = len(payload)
    if length < 126:
        head = bytes((0x80 | opcode, 0x80 | length))
    else:
        head = bytes((0x80 | opcode, 0x80 | 126)) + length.to_bytes(2)
    return head + b"\0\0\0\0" + payload


def connect(
    host: str, port: int, path: str, token: str, *, receive_bytes: int | None = None
) -> tuple[socket.socket, bytearray]:
    """Open one socket and upgrade it; return it with what came after the handshake.

    Args:
        receive_bytes: the size of the receive buffer, for a reader that soon is full.
    """
    wire = socket.socket()
    if receive_bytes is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    wire.settimeout(60)
    wire.connect((host, port))
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
    return wire, bytearray(rest)
