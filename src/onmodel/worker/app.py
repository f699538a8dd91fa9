"""The worker process: ``onmodel worker``."""

import os
import socket
import warnings
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import structlog
from celery import signals
from celery.exceptions import WorkerShutdown, WorkerTerminate
from celery.platforms import SecurityWarning

from onmodel.composition import Resources, compose
from onmodel.dispatch.tiers import Tier, tiers_for_vram
from onmodel.functions import registry
from onmodel.kit import logging
from onmodel.kit.errors import ConflictError
from onmodel.kit.ids import new_id
from onmodel.nouns import register_handlers
from onmodel.runner.choice import open_pool
from onmodel.runner.keeper import Wanted
from onmodel.runner.nvml import Gpu
from onmodel.runner.pool import Pool
from onmodel.settings import Settings
from onmodel.worker import presence, warm
from onmodel.worker.celery import add_tasks, make_app
from onmodel.worker.loop import LoopThread
from onmodel.worker.previews import Previews
from onmodel.worker.process import Capabilities, FunctionPool, WorkerProcess
from onmodel.worker.progress import Throttle
from onmodel.worker.run import publish_progress, run_call
from onmodel.worker.scratch import Scratch

log = structlog.get_logger(__name__)

# How many function processes are kept, so that different tasks find theirs warm.
_WARM_FUNCTIONS = 8

# Without prefetching, Celery's loop asks for the next message only when it turns, which a thread
# that has ended does not bring about: left alone, a free slot stays empty for up to a second.
_LOOK_SECONDS = 0.02


class TiersBeyondError(ConflictError):
    """The machine is too small for every tier that this worker is to serve."""

    code = "worker_tiers_beyond_gpu"
    title = "This GPU is too small for that"
    default_try = "Name other tiers in ONMODEL_WORKER_TIERS, or leave it unset."


MakePool = Callable[[Settings, Wanted], FunctionPool]


def main(settings: Settings) -> int:
    """Serve calls until SIGTERM; return the exit status."""
    logging.configure(level=settings.log_level)
    register_handlers()
    return serve(settings)


def make_pool(settings: Settings, wanted: Wanted) -> Pool:
    """Return a pool of functions in the chosen runtime; each slot can have one of its own.

    Args:
        settings: see `open_pool`.
        wanted: what is to be kept warm.
    """
    return open_pool(
        settings,
        max_per_function=settings.worker_slots,
        max_total=max(_WARM_FUNCTIONS, settings.worker_slots),
        wanted=wanted,
    )


def serve(settings: Settings, *, make_pool: MakePool = make_pool) -> int:
    """Serve calls with the given pool of functions until SIGTERM."""
    worker = start(settings, make_pool=make_pool)
    try:
        return _consume(worker)
    finally:
        stop(worker)


def start(settings: Settings, *, make_pool: MakePool) -> WorkerProcess:
    """Put a worker process together; ``presence.announce`` then brings the calls."""
    started: list[WorkerProcess] = []  # what is kept warm is known once we have connections
    pool = make_pool(settings, lambda: [one for it in started for one in warm.wanted(it)])
    capabilities = capabilities_of(settings, [room.gpu for room in pool.gpus()])
    loop = LoopThread()
    id_ = new_id()

    async def connect() -> Resources:
        # a worker that hangs in mid-transaction would keep its calls locked, and with them the
        # sweep that brings them back; after a lease without a word nothing is its own any more
        return compose(settings, silence_seconds=settings.lease_seconds)

    resources = loop.run(connect())
    worker = WorkerProcess(
        id=id_,
        resources=resources,
        loop=loop,
        pool=pool,
        functions=partial(registry.load, settings.functions_dir),
        scratch=Scratch(settings.run / "calls", id_),
        throttle=Throttle(loop.loop, lambda held: publish_progress(worker, held)),
        previews=Previews(loop.loop, resources),
        capabilities=capabilities,
    )
    started.append(worker)
    return worker


def stop(worker: WorkerProcess) -> None:
    """Give back what is left, end the functions, leave the registry."""
    worker.loop.run(presence.leave(worker))
    worker.loop.run(presence.sign_off(worker))
    worker.scratch.close()
    worker.loop.cancel_started()  # while the connections they use are open
    worker.loop.run(worker.previews.close())
    worker.loop.run(worker.resources.close())
    worker.loop.stop()
    log.info("worker_ended", worker=str(worker.id))


def _consume(worker: WorkerProcess) -> int:
    """Take messages with Celery until a signal ends it; functions run on its threads."""
    app = make_app(str(worker.resources.settings.broker_url))
    add_tasks(app, partial(run_call, worker))

    def on_ready(sender: Any, **_: Any) -> None:
        if sender.hub is not None:
            sender.hub.call_repeatedly(_LOOK_SECONDS, _look_again)
        presence.announce(worker)  # not before: what nobody consumes yet would lose its lease

    def on_shutdown(**_: Any) -> None:
        worker.loop.start(presence.leave(worker))  # in a signal handler: hand over and go

    # Celery warns root because of pickled messages; ours are JSON with two numbers in them.
    warnings.simplefilter("ignore", SecurityWarning)
    signals.worker_ready.connect(on_ready, weak=False)
    signals.worker_shutting_down.connect(on_shutdown, weak=False)
    consumer = app.Worker(
        hostname=f"{worker.id}@{socket.gethostname()}",
        pool="threads",
        concurrency=worker.capabilities.slots,
        queues=[tier.queue for tier in worker.capabilities.tiers],
        loglevel=worker.resources.settings.log_level,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    try:
        consumer.start()
    except (WorkerShutdown, WorkerTerminate, SystemExit) as end:
        return int(str(end) or 0)
    return int(consumer.exitcode or 0)


def _look_again() -> None:
    """Turn the loop, and with it ask for a message where a slot is free."""


def capabilities_of(settings: Settings, gpus: Sequence[Gpu]) -> Capabilities:
    """Return what a machine with these GPUs can do, and of that what the settings want from it.

    Raises:
        TiersBeyondError: nothing is left.
    """
    gpu = max(gpus, key=lambda one: one.vram_mb, default=None)
    if gpu is not None and not tiers_for_vram(gpu.vram_mb):
        log.warning("gpu_too_small", gpu=gpu.name, vram_mb=gpu.vram_mb, works_on="cpu")
        gpu = None
    vram_mb = gpu.vram_mb if gpu else None
    return Capabilities(
        name=f"{socket.gethostname()}:{os.getpid()}",
        tiers=_served(tiers_for_vram(vram_mb), settings.worker_tiers),
        slots=settings.worker_slots,
        gpu=gpu.name if gpu else None,
        vram_mb=vram_mb,
        largest_mb=max((one.vram_mb for one in gpus), default=0),
    )


def _served(able: tuple[Tier, ...], wished: Collection[str]) -> tuple[Tier, ...]:
    """Return the wished tiers among those that the machine is able to serve, or all of these."""
    served = tuple(tier for tier in able if not wished or tier.value in wished)
    if not served:
        raise TiersBeyondError(
            f"This worker is to serve {' and '.join(sorted(wished))}; "
            f"its GPU is large enough for {' and '.join(able)}."
        )
    return served
