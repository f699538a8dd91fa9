"""Which parts are up."""

import asyncio
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Literal

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text

from onmodel.api.loop_lag import LoopLag
from onmodel.composition import Resources
from onmodel.dispatch import workers
from onmodel.dispatch.leadership import is_led
from onmodel.kit.errors import ProblemError

log = structlog.get_logger(__name__)

VERSION = version("onmodel")
PATIENCE_SECONDS = 5.0

router = APIRouter(tags=["health"])


class _MissingError(Exception):
    """A part that is not there, in a sentence for everybody."""


class Part(BaseModel):
    """One part of the house, and in words how it is; what can be counted, in numbers, too."""

    ok: bool
    detail: str
    numbers: dict[str, float] = {}


class Health(BaseModel):
    """``down`` without database or storage; ``degraded`` when something else is missing."""

    status: Literal["ok", "degraded", "down"]
    version: str
    parts: dict[str, Part]


class Answering(BaseModel):
    """The process answers; nothing else was asked."""

    version: str


ESSENTIAL = ("database", "storage")


@router.get("/health/live")
async def read_live() -> Answering:
    """Say that this process answers; a restart helps only where it does not.

    Whether the database and the others are there is told by ``/api/health``.
    """
    return Answering(version=VERSION)


@router.get("/health", responses={503: {"model": Health}})
async def read_health(request: Request, response: Response) -> Health:
    """The state of every part; 503 when OnModel cannot work."""
    resources: Resources = request.app.state.resources
    checks: dict[str, Callable[[Resources], Awaitable[str]]] = {
        "database": _database,
        "broker": _broker,
        "storage": _storage,
        "producer": _producer,
        "worker": _worker,
    }
    found = await asyncio.gather(*(_check(check, resources) for check in checks.values()))
    parts = dict(zip(checks, found, strict=True))
    parts["api"] = _api(request)
    if not all(parts[name].ok for name in ESSENTIAL):
        response.status_code = 503
        return Health(status="down", version=VERSION, parts=parts)
    healthy = all(part.ok for part in parts.values())
    return Health(status="ok" if healthy else "degraded", version=VERSION, parts=parts)


async def _check(check: Callable[[Resources], Awaitable[str]], resources: Resources) -> Part:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return Part(ok=True, detail=await check(resources))
    except (_MissingError, ProblemError) as error:
        return Part(ok=False, detail=str(error))
    except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer
        # anybody may ask, and the error names paths and servers: those go to the log
        log.warning("part_down", part=check.__name__.strip("_"), error=repr(error))
        return Part(ok=False, detail="It does not answer; the server's log says why.")


def _api(request: Request) -> Part:
    """The process that answers; where several serve one port, the next answer is another's."""
    sockets: int = request.app.state.hub.sockets
    lag: LoopLag = request.app.state.loop_lag
    worst = round(lag.worst_seconds * 1000, 1)
    return Part(
        ok=True,
        detail=f"{_count(sockets, 'socket')} open; the longest wait was {worst} ms.",
        numbers={"sockets": sockets, "loop_lag_ms": worst},
    )


async def _database(resources: Resources) -> str:
    async with resources.database.read() as uow:
        number = await uow.session.scalar(text("SHOW server_version"))
    return f"PostgreSQL {number} answers."


async def _broker(resources: Resources) -> str:
    await resources.bus.ping()
    return "Valkey answers."


async def _storage(resources: Resources) -> str:
    await resources.store.exists("health")
    resources.store.check_room(0)
    return "The object store answers."


async def _producer(resources: Resources) -> str:
    async with resources.database.read() as uow:
        if not await is_led(uow):
            raise _MissingError("No Producer is running: jobs wait until one is.")
    return "The Producer is running."


async def _worker(resources: Resources) -> str:
    async with resources.database.read() as uow:
        live = await workers.live(uow, lease_seconds=resources.settings.lease_seconds)
    if not live:
        raise _MissingError("No worker is running: jobs wait until one is.")
    slots = sum(worker.slots for worker in live)
    return f"{_count(len(live), 'worker')} with {_count(slots, 'slot')}."


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
