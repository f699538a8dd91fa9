"""Being alive: registering, the heartbeat, hearing of cancellations, going away."""

import asyncio
from uuid import UUID

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from onmodel.dispatch import leases, workers
from onmodel.dispatch.errors import LeaseLostError
from onmodel.dispatch.notices import CANCELLED
from onmodel.kit.db.uow import UnitOfWork
from onmodel.runner.gpus import Room
from onmodel.worker import alive
from onmodel.worker.durable import persist
from onmodel.worker.held import HeldCall, StopReason
from onmodel.worker.offers import offers_of
from onmodel.worker.process import WorkerProcess
from onmodel.worker.use import sample

log = structlog.get_logger(__name__)


def announce(worker: WorkerProcess) -> None:
    """Enter the registry and stay there; calls come from now on."""
    worker.loop.run(_register(worker))
    worker.loop.start(_beat_forever(worker))
    worker.loop.start(_hear_cancellations(worker))
    log.info(
        "worker_ready",
        worker=str(worker.id),
        name=worker.capabilities.name,
        slots=worker.capabilities.slots,
    )


async def _register(worker: WorkerProcess) -> None:
    offers = await _offers(worker)

    async def enter(uow: UnitOfWork) -> None:
        can = worker.capabilities
        await workers.register(
            uow,
            id=worker.id,
            name=can.name,
            tiers=can.tiers,
            slots=can.slots,
            gpu=can.gpu,
            vram_mb=can.vram_mb,
            offers=offers,
        )

    await persist(worker.resources.database, enter)


async def _beat_forever(worker: WorkerProcess) -> None:
    """Give a sign of life for the process and for every call it holds, again and again."""
    while True:
        alive.show(worker.resources.settings.run, "worker")
        await asyncio.sleep(worker.resources.settings.heartbeat_seconds)
        try:
            await _beat(worker)
        except (OSError, SQLAlchemyError) as error:
            log.warning("heartbeat_failed", error=str(error))


async def _beat(worker: WorkerProcess) -> None:
    lease = worker.resources.settings.lease_seconds
    # the driver may take its time; the rest of the sample wants one thread
    rooms = await asyncio.to_thread(worker.pool.gpus)
    offers = await _offers(worker)
    use = sample([room.gpu for room in rooms])
    async with worker.resources.database.begin() as uow:
        known = await workers.seen(
            uow,
            worker.id,
            use=use,
            warm=_warm(worker),
            gpus=[_described(room) for room in rooms],
            offers=offers,
        )
        lost = await leases.heartbeat(uow, worker.held.leases(), lease_seconds=lease)
    if not known and not worker.stopping:
        log.warning("worker_forgotten", worker=str(worker.id))
        await _register(worker)
    for one in lost:
        held = worker.held.get(one.call_id)
        if held is not None and held.fence == one.fence:
            _stop(held)


async def _offers(worker: WorkerProcess) -> list[dict[str, object]]:
    """Return what this machine can do now: a function may have come or gone."""
    functions = await asyncio.to_thread(worker.functions)
    return offers_of(functions, worker.capabilities.largest_mb)


def _warm(worker: WorkerProcess) -> list[dict[str, object]]:
    """Return the functions that are kept, as the registry keeps them."""
    return [
        {
            "function": one.function.partition("@")[0],
            "tasks": list(one.tasks),
            "instance": one.instance,
            "state": one.state,
            "calls": one.calls,
            "seconds": round(one.seconds, 1),
            "memory_mb": None if one.memory_mb is None else round(one.memory_mb),
            "gpu": one.gpu,
            "vram_mb": one.vram_mb,
            "vram_used_mb": one.vram_used_mb,
        }
        for one in worker.pool.snapshot()
    ]


def _described(room: Room) -> dict[str, object]:
    """Return a GPU as the registry keeps it."""
    return {
        "uuid": room.gpu.uuid,
        "name": room.gpu.name,
        "vram_mb": room.gpu.vram_mb,
        "used_mb": room.gpu.used_mb,
        "reserved_mb": room.reserved_mb,
        "busy": room.gpu.busy_percent,
    }


async def _hear_cancellations(worker: WorkerProcess) -> None:
    """Stop calls as soon as somebody cancels them; the heartbeat catches what is missed."""
    while True:
        try:
            async for _, message in worker.resources.bus.listen(CANCELLED):
                held = worker.held.get(UUID(message.decode()))
                if held is not None:
                    _stop(held)
        except (RedisError, OSError) as error:
            log.warning("bus_unreachable", error=str(error))
        await asyncio.sleep(worker.resources.settings.sweep_seconds)


def _stop(held: HeldCall) -> None:
    log.info("call_stops", call=str(held.call_id), fence=held.fence)
    held.ask_to_stop(StopReason.NOT_OURS)


async def leave(worker: WorkerProcess) -> None:
    """Give everything back at once and end our functions; doing it twice does no harm."""
    worker.stopping = True
    held = worker.held.all()
    for call in held:
        call.ask_to_stop(StopReason.SHUTDOWN)
    try:
        async with worker.resources.database.begin() as uow:
            await workers.stop_accepting(uow, worker.id)
        await asyncio.gather(*(_release(worker, call) for call in held))
    except (OSError, SQLAlchemyError) as error:
        log.warning("could_not_give_back", error=str(error), calls=len(held))
    # Nobody waits for what still runs here, so no function gets time to finish.
    await asyncio.to_thread(worker.pool.close)


async def _release(worker: WorkerProcess, call: HeldCall) -> None:
    try:
        async with worker.resources.database.begin() as uow:
            await leases.release(uow, call.call_id, call.fence)
    except LeaseLostError:
        return  # it has just ended


async def sign_off(worker: WorkerProcess) -> None:
    """Leave the registry for good; a database that is away forgets us by itself."""
    try:
        async with worker.resources.database.begin() as uow:
            await workers.leave(uow, worker.id)
    except (OSError, SQLAlchemyError) as error:
        log.warning("could_not_sign_off", error=str(error))
