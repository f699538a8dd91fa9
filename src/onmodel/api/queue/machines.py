"""The workers as everybody sees them."""

from sqlalchemy import func, select

from onmodel.api.queue.schemas import GpuRead, UseSample, WorkerRead
from onmodel.dispatch.models import Call
from onmodel.dispatch.queue import WORKING
from onmodel.dispatch.workers import live
from onmodel.kit.db.uow import UnitOfWork


async def listing(uow: UnitOfWork, *, lease_seconds: float) -> list[WorkerRead]:
    """Return the live workers with how many calls each holds and how much it is used."""
    rows = await uow.session.execute(
        select(Call.lease_owner, func.count().label("calls"))
        .where(Call.state.in_(WORKING), Call.lease_owner.is_not(None))
        .group_by(Call.lease_owner)
    )
    busy = {row.lease_owner: row.calls for row in rows}
    return [
        WorkerRead(
            id=worker.id,
            name=worker.name,
            tiers=worker.tiers,  # type: ignore[arg-type]  # checked when written
            slots=worker.slots,
            busy=busy.get(worker.id, 0),
            accepts=worker.accepts,
            gpu=worker.gpu,
            vram_mb=worker.vram_mb,
            started_at=worker.started_at,
            seen_at=worker.seen_at,
            gpus=[GpuRead.model_validate(gpu) for gpu in worker.gpus],
            use=[UseSample.model_validate(sample) for sample in worker.use],
        )
        for worker in await live(uow, lease_seconds=lease_seconds)
    ]
