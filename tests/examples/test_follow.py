"""The example client follows a gallery, loses its connection, and has missed nothing."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from onmodel.api.realtime.connection import SHUTTING_DOWN
from tests.support.house import House
from tests.support.waiting import PATIENCE_SECONDS

FOLLOW = Path(__file__).parents[2] / "examples" / "follow.py"


@asynccontextmanager
async def following(
    house: House, project_id: str, token: str
) -> AsyncGenerator[asyncio.subprocess.Process]:
    address = f"{house.url.replace('http', 'ws')}/ws/{project_id}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, FOLLOW, address, token),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        return (await process.stdout.readline()).decode().strip()


def test_it_is_short() -> None:
    assert len(FOLLOW.read_text(encoding="utf-8").splitlines()) < 30


async def test_it_follows_through_a_lost_connection(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    async with following(house, project_id, ada.token) as process:
        assert await line(process) == "1 server:full_sync"
        await house.character(ada, project_id, name="One")
        assert await line(process) == "2 server:character.updated"

        (connection,) = house.hub.connections()
        connection.close_soon(SHUTTING_DOWN)
        await house.character(ada, project_id, name="Two")
        await house.character(ada, project_id, name="Three")
        assert await line(process) == "3 server:character.updated"
        assert await line(process) == "4 server:character.updated"


async def test_it_ends_where_it_may_not_follow(house: House) -> None:
    ada, eve = await house.person("ada"), await house.person("eve")
    project_id = await house.project(ada)
    async with following(house, project_id, eve.token) as process:
        _, said = await process.communicate()
    assert process.returncode == 1
    assert b"no such project" in said
