"""What the fault tests wait for and look at."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx2
from sqlalchemy import func, select, text

from onmodel.dispatch.models import Call
from onmodel.embedded.process import ProcessIdentity
from onmodel.kit.db.uow import Database
from tests.support.gate import Gate
from tests.worker.conftest import until

ONE_EFFECT = ["test:started", "server:task_success"]
SECOND_ATTEMPT = ["test:started", "test:started", "server:task_success"]


async def nothing_is_held(database: Database) -> None:
    """Wait until no call has a lease or a worker."""

    async def free() -> bool:
        async with database.read() as uow:
            held = await uow.session.scalar(
                select(func.count()).where(
                    (Call.lease_owner.is_not(None)) | (Call.lease_until.is_not(None))
                )
            )
        return held == 0

    await until(free)


async def is_gone(pid: int) -> None:
    """Wait until a process has ended."""

    async def ended() -> bool:
        return ProcessIdentity.of(pid) is None

    await until(ended)


async def leader(database: Database) -> int | None:
    """Return the server's process number of the connection that holds the lead."""
    async with database.read() as uow:
        pid: int | None = await uow.session.scalar(
            text(
                "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
        return pid


async def serves(url: str) -> None:
    """Wait until a web process answers there."""

    async def answers() -> bool:
        try:
            async with httpx2.AsyncClient() as client:
                return (await client.get(f"{url}/api/health")).status_code < 500
        except httpx2.TransportError:
            return False

    await until(answers)


@asynccontextmanager
async def everybody_may_finish(gate: Gate) -> AsyncGenerator[None]:
    """Let every attempt that comes to the gate succeed for the length of the block."""

    async def finish() -> None:
        while True:
            await (await gate.visit()).say("finish")

    finishing = asyncio.create_task(finish())
    try:
        yield
    finally:
        finishing.cancel()
