"""The example that writes: two of them at one text, with lines cut and a change over REST."""

import asyncio
import json
import runpy
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from onmodel.api.realtime.connection import SHUTTING_DOWN
from onmodel.text import operations as ot
from tests.support.house import House, Person
from tests.support.waiting import PATIENCE_SECONDS

WRITE = Path(__file__).parents[2] / "examples" / "write.py"
TEXT = "A tall smuggler 😀 of few words."
CASES = 3_000


class Writer:
    """One running example."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.text = ""

    async def until(self, *words: str) -> None:
        """Read on until the text has all of these words."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not all(word in self.text for word in words):
                line = await self.process.stdout.readline()
                assert line, "it ended"
                _, self.text = json.loads(line)

    async def type(self, *lines: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        await self.process.stdin.drain()

    async def end(self) -> None:
        """End the input, and read to the end what is printed."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await self.process.communicate()
        assert self.process.returncode == 0, err.decode()
        for line in out.decode().splitlines():
            _, self.text = json.loads(line)


@asynccontextmanager
async def writing(
    house: House, person: Person, character: dict[str, Any]
) -> AsyncGenerator[Writer]:
    address = f"{house.url.replace('http', 'ws')}/ws/{character['project_id']}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, WRITE, address, person.token, character["id"]),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Writer(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_two_write_through_lost_connections(house: House) -> None:
    ada, bo = await house.person("ada"), await house.person("bo")
    project_id = await house.project(ada)
    await ada.put(f"/projects/{project_id}/members/{bo.id}", {"role": "editor"})
    character = await house.character(ada, project_id, name="Mara", description=TEXT)
    async with writing(house, ada, character) as one, writing(house, bo, character) as other:
        await one.until("words")
        await other.until("words")
        await asyncio.gather(one.type("tall=>very tall", "ada-1"), other.type("few=>no", "bo-1"))
        for writer in (one, other):
            await writer.until("very", "no words", "ada-1", "bo-1")
        for round_ in (2, 3):
            for connection in house.hub.connections():
                connection.close_soon(SHUTTING_DOWN)
            await asyncio.gather(one.type(f"ada-{round_}"), other.type(f"bo-{round_}"))
            for writer in (one, other):
                await writer.until(f"ada-{round_}", f"bo-{round_}")
        # a change that says only what the text is to be counts as an operation, too
        record = await ada.get(f"/characters/{character['id']}")
        wished = record["description"].replace("smuggler", "pilot")
        body = {"version": record["version"], "description": wished}
        await ada.patch(f"/characters/{character['id']}", body)
        for writer in (one, other):
            await writer.until("pilot")
            await writer.end()
        async with writing(house, ada, character) as fresh:
            await fresh.until("pilot")
        assert one.text == other.text == fresh.text
    words = one.text.split()
    assert words[:6] == ["A", "very", "tall", "pilot", "😀", "of"]
    for name in ("ada", "bo"):
        for number in (1, 2, 3):
            assert words.count(f"{name}-{number}") == 1


async def test_it_ends_where_it_may_not_write(house: House) -> None:
    ada, eve = await house.person("ada"), await house.person("eve")
    project_id = await house.project(ada)
    character = await house.character(ada, project_id, name="Mara", description=TEXT)
    await ada.put(f"/projects/{project_id}/members/{eve.id}", {"role": "viewer"})
    async with writing(house, eve, character) as writer:
        await writer.until("words")
        await writer.type("mine now")
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, said = await writer.process.communicate()
    assert writer.process.returncode == 1
    assert b"viewer" in said.lower()


def test_its_operations_are_the_server_s() -> None:
    """What it makes of two changes at once is what the server makes of them."""
    example = runpy.run_path(str(WRITE))
    random = Random(7)
    for _ in range(CASES):
        text = _words(random)
        one, other = _operation(random, text), _operation(random, text)
        for side in ("left", "right"):
            assert example["transform"](one, other, side) == ot.transform(one, other, side)  # type: ignore[arg-type]
        assert example["apply"](text, one) == ot.apply(text, one)
        after = ot.apply(text, one)
        assert ot.apply(text, ot.check(example["difference"](text, after))) == after


def _words(random: Random) -> str:
    return "".join(random.choice("ab😀 אé") for _ in range(random.randint(0, 12)))


def _operation(random: Random, text: str) -> ot.Operation:
    """Return a random operation that fits a text, as the server would write it."""
    parts: ot.Operation = []
    at = 0
    while at < len(text) or random.random() < 0.4:
        length = random.randint(1, 4)
        kind = random.choice("kid") if at < len(text) else "i"
        if kind == "i":
            parts.append(_words(random) or "x")
        elif kind == "k":
            parts.append(min(length, len(text) - at))
            at += min(length, len(text) - at)
        else:
            parts.append({"d": text[at : at + length]})
            at += min(length, len(text) - at)
    return ot.normalise(parts)
