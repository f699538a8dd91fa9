"""A load generator of its own process: HTTP/1.1 over keep-alive connections.

Open loop: requests start at fixed times whatever the server does, and a latency counts from the
time a request was meant to start, so a stalled server cannot hide its queue (no coordinated
omission). Closed loop: every connection sends its next request as soon as it has its answer.

Reads a plan from standard input (see `Plan`), prints one JSON object.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Shot:
    """One request: which operation it belongs to, and its bytes on the wire."""

    operation: str
    method: str
    path: str
    body: str = ""


@dataclass
class Plan:
    """What to send: `rate` requests a second (open loop), or as fast as it goes when 0."""

    host: str
    port: int
    token: str
    connections: int
    rate: float
    seconds: float
    shots: list[Shot]

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Plan":
        raw: dict[str, Any] = json.loads(text)
        raw["shots"] = [Shot(**shot) for shot in raw["shots"]]
        return cls(**raw)


@dataclass
class Outcome:
    """Latencies in milliseconds by operation, and the answers that were not 2xx."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    seconds: float = 0.0

    def note(self, operation: str, status: int, milliseconds: float) -> None:
        self.sent += 1
        if 200 <= status < 300:
            self.latencies.setdefault(operation, []).append(milliseconds)
        else:
            key = f"{operation} {status}"
            self.failures[key] = self.failures.get(key, 0) + 1


class Wire:
    """One keep-alive connection."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, shot: Shot) -> int:
        """Send one request, read the whole answer, return its status (0: connection lost)."""
        # the server closes what was idle for some seconds, as every HTTP client expects
        if self._streams is None or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection(self._plan.host, self._plan.port)
        reader, writer = self._streams
        body = shot.body.encode()
        head = (
            f"{shot.method} {shot.path} HTTP/1.1\r\nHost: {self._plan.host}:{self._plan.port}\r\n"
            f"Authorization: Bearer {self._plan.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        try:
            answer = await reader.readuntil(b"\r\n\r\n")
            status = int(answer[9:12])
            length = _content_length(answer)
            if length:
                await reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._streams = None
            return 0
        return status


def _content_length(head: bytes) -> int:
    lower = head.lower()
    start = lower.find(b"content-length:")
    if start < 0:
        return 0
    return int(lower[start + 15 : lower.index(b"\r\n", start)])


async def open_loop(plan: Plan) -> Outcome:
    """Start request number n at n / rate seconds, on any free connection."""
    outcome = Outcome()
    free: asyncio.LifoQueue[Wire] = asyncio.LifoQueue()
    for _ in range(plan.connections):
        free.put_nowait(Wire(plan))
    begun = time.perf_counter()

    async def one(shot: Shot, intended: float) -> None:
        wire = await free.get()
        try:
            status = await wire.send(shot)
            outcome.note(shot.operation, status, (time.perf_counter() - intended) * 1000)
        finally:
            free.put_nowait(wire)

    async with asyncio.TaskGroup() as group:
        for number in range(min(len(plan.shots), int(plan.rate * plan.seconds))):
            intended = begun + number / plan.rate
            await asyncio.sleep(max(0.0, intended - time.perf_counter()))
            group.create_task(one(plan.shots[number], intended))
    outcome.seconds = time.perf_counter() - begun
    return outcome


async def closed_loop(plan: Plan) -> Outcome:
    """Keep every connection busy until the time or the shots run out."""
    outcome = Outcome()
    begun = time.perf_counter()
    shots = iter(plan.shots)

    async def one() -> None:
        wire = Wire(plan)
        for shot in shots:
            start = time.perf_counter()
            if start - begun > plan.seconds:
                return
            status = await wire.send(shot)
            outcome.note(shot.operation, status, (time.perf_counter() - start) * 1000)

    async with asyncio.TaskGroup() as group:
        for _ in range(plan.connections):
            group.create_task(one())
    outcome.seconds = time.perf_counter() - begun
    return outcome


def main() -> None:
    plan = Plan.load(sys.stdin.read())
    outcome = asyncio.run(open_loop(plan) if plan.rate else closed_loop(plan))
    print(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main()
