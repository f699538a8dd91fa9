"""The test's end of the stand-in function: hears who comes and says what to do."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.waiting import PATIENCE_SECONDS


@dataclass
class Visit:
    """One run of the stand-in function, waiting for orders."""

    name: str
    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *orders: str) -> None:
        """Give orders, one a line."""
        self.writer.write("".join(f"{order}\n" for order in orders).encode())
        await self.writer.drain()

    async def gone(self) -> None:
        """Wait until the function has ended or hung up."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                await self.reader.read()
            except ConnectionResetError:
                return


class Gate:
    """A socket where stand-in functions report."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._visits: asyncio.Queue[Visit] = asyncio.Queue()
        self._writers: list[asyncio.StreamWriter] = []

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take in a visitor."""
        self._writers.append(writer)
        who = json.loads(await reader.readline())
        self._visits.put_nowait(Visit(who["name"], who["pid"], reader, writer))

    async def visit(self) -> Visit:
        """Return the next function that has begun."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._visits.get()

    @property
    def is_quiet(self) -> bool:
        """Whether nobody has come whom the test has not seen."""
        return self._visits.empty()

    def hang_up(self) -> None:
        """Send everybody home."""
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def open_gate(folder: Path) -> AsyncGenerator[Gate]:
    """Listen in ``folder`` for the length of a test."""
    gate = Gate(folder / "gate.sock")
    server = await asyncio.start_unix_server(gate.receive, gate.path)
    try:
        yield gate
    finally:
        gate.hang_up()
        server.close()
        await server.wait_closed()
