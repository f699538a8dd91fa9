"""The registry of worker processes."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, not_, select, text, update

from onmodel.dispatch.models import Worker
from onmodel.dispatch.notices import tell_waiting
from onmodel.dispatch.repository import seconds_from_now
from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.ids import new_id


async def register(
    uow: UnitOfWork,
    *,
    id: UUID | None = None,  # noqa: A002 - the column's word
    name: str,
    tiers: Sequence[Tier],
    slots: int,
    gpu: str | None = None,
    vram_mb: int | None = None,
    offers: Sequence[dict[str, Any]] | None = None,
) -> Worker:
    """Add a worker process; it gets calls from now on.

    Args:
        id: the worker's own id, when it has one already.
        name: for people, such as the host's name and the process id.
        tiers: what it serves.
        slots: how many calls it runs at once.
        gpu: the name of its GPU.
        vram_mb: that GPU's memory in MiB.
        offers: the functions that it has and that fit: see ``offers.Offer``.
    """
    worker = Worker(
        id=id or new_id(),
        name=name,
        tiers=[tier.value for tier in tiers],
        slots=slots,
        gpu=gpu,
        vram_mb=vram_mb,
        offers=None if offers is None else list(offers),
        seen_at=func.clock_timestamp(),
    )
    uow.session.add(worker)
    await uow.session.flush()
    tell_waiting(uow)
    return worker


async def seen(
    uow: UnitOfWork,
    worker_id: UUID,
    *,
    use: dict[str, Any] | None = None,
    warm: Sequence[dict[str, Any]] | None = None,
    gpus: Sequence[dict[str, Any]] | None = None,
    offers: Sequence[dict[str, Any]] | None = None,
) -> bool:
    """Note that a worker is alive; False when the registry has forgotten it.

    Args:
        uow: the transaction.
        worker_id: whose sign of life it is.
        use: a sample of the machine's use (``worker/use.py``); the last ``USE_SAMPLES`` stay.
        warm: the functions it keeps running: ``function``, ``tasks``, ``state``, ``calls`` and
            more of each (``worker/presence.py``).
        gpus: its GPUs: ``uuid``, ``name``, and MiB that are there, set aside and used.
        offers: the functions that it has by now: see ``offers.Offer``.
    """
    if use is not None:
        await uow.session.execute(
            _KEEP_USE, {"id": worker_id, "sample": json.dumps([use]), "kept": USE_SAMPLES}
        )
    values: dict[str, Any] = {"seen_at": func.clock_timestamp()}
    if warm is not None:
        values["warm"] = list(warm)
    if gpus is not None:
        values["gpus"] = list(gpus)
    if offers is not None:
        values["offers"] = list(offers)
    found = await uow.session.scalar(
        update(Worker)
        .where(Worker.id == worker_id)
        .values(**values)
        .returning(Worker.id)
        .execution_options(synchronize_session=False)
    )
    return found is not None


# With a heartbeat every five seconds: five minutes.
USE_SAMPLES = 60

_KEEP_USE = text(
    """
    UPDATE workers SET use = CASE
        WHEN jsonb_array_length(use) < :kept THEN use || CAST(:sample AS jsonb)
        ELSE (use - 0) || CAST(:sample AS jsonb)
    END
    WHERE id = :id
    """
)


async def stop_accepting(uow: UnitOfWork, worker_id: UUID) -> None:
    """Give this worker no more calls: it shuts down. What it was dealt is dealt again."""
    await uow.session.execute(
        update(Worker)
        .where(Worker.id == worker_id)
        .values(accepts=False)
        .execution_options(synchronize_session=False)
    )
    tell_waiting(uow)


async def leave(uow: UnitOfWork, worker_id: UUID) -> None:
    """Take a worker out of the registry."""
    await uow.session.execute(delete(Worker).where(Worker.id == worker_id))
    tell_waiting(uow)


async def live(uow: UnitOfWork, *, lease_seconds: float) -> list[Worker]:
    """Return the workers that gave a sign of life within ``lease_seconds``.

    One that seems to come from the future has been silent since the clock was put back.
    """
    rows = await uow.session.scalars(
        select(Worker)
        .where(
            Worker.seen_at.between(
                seconds_from_now(-lease_seconds), seconds_from_now(lease_seconds)
            )
        )
        .order_by(Worker.started_at, Worker.id)
    )
    return list(rows)


async def forget_lost(uow: UnitOfWork, *, lease_seconds: float) -> list[str]:
    """Remove workers that have been silent for ten leases; returns their names.

    Silence of one lease already keeps them from getting calls; the rest is patience with
    machines that pause.
    """
    rows = await uow.session.scalars(
        delete(Worker)
        .where(
            not_(
                Worker.seen_at.between(
                    seconds_from_now(-10 * lease_seconds), seconds_from_now(10 * lease_seconds)
                )
            )
        )
        .returning(Worker.name)
        .execution_options(synchronize_session=False)
    )
    return list(rows)


async def registered(uow: UnitOfWork) -> set[UUID]:
    """Return the ids of all workers that the registry knows, silent ones too."""
    return set(await uow.session.scalars(select(Worker.id)))
