"""The SQL of training jobs and adapters."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from onmodel.dispatch.models import Call
from onmodel.functions.terms import Terms
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects.models import File
from onmodel.training.models import Adapter, TrainingJob

ACTIVE = ("queued", "starting", "running", "paused")


async def find(uow: UnitOfWork, job_id: UUID) -> TrainingJob | None:
    return await uow.session.get(TrainingJob, job_id)


async def lock(uow: UnitOfWork, job_id: UUID) -> TrainingJob | None:
    return await uow.session.scalar(
        select(TrainingJob)
        .where(TrainingJob.id == job_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def characters_of(uow: UnitOfWork, job_ids: Collection[UUID]) -> set[UUID]:
    rows = await uow.session.scalars(
        select(TrainingJob.character_id).where(TrainingJob.id.in_(job_ids))
    )
    return set(rows)


async def find_active(uow: UnitOfWork, character_id: UUID) -> TrainingJob | None:
    return await uow.session.scalar(
        select(TrainingJob).where(
            TrainingJob.character_id == character_id, TrainingJob.state.in_(ACTIVE)
        )
    )


async def list_jobs(uow: UnitOfWork, character_id: UUID, *, limit: int = 50) -> list[TrainingJob]:
    return list(
        await uow.session.scalars(
            select(TrainingJob)
            .where(TrainingJob.character_id == character_id)
            .order_by(TrainingJob.created_at.desc())
            .limit(limit)
        )
    )


async def active_in_project(uow: UnitOfWork, project_id: UUID) -> list[TrainingJob]:
    return list(
        await uow.session.scalars(
            select(TrainingJob)
            .where(TrainingJob.project_id == project_id, TrainingJob.state.in_(ACTIVE))
            .order_by(TrainingJob.created_at)
        )
    )


async def next_adapter_number(uow: UnitOfWork, character_id: UUID) -> int:
    """Return the next number; callers hold the character's row."""
    last = await uow.session.scalar(
        select(func.max(Adapter.number)).where(Adapter.character_id == character_id)
    )
    return (last or 0) + 1


async def list_adapters(uow: UnitOfWork, character_id: UUID) -> list[Adapter]:
    return list(
        await uow.session.scalars(
            select(Adapter)
            .where(Adapter.character_id == character_id)
            .order_by(Adapter.number.desc())
        )
    )


@dataclass(frozen=True)
class StoredModel:
    """A trained model as a generator reads it; ``terms`` are those of what trained it."""

    kind: str
    file_id: UUID
    sha256: str
    terms: list[Terms]


async def used_model(uow: UnitOfWork, adapter_id: UUID) -> StoredModel:
    """Return a trained model; adapters and their files are never deleted."""
    row = (
        await uow.session.execute(
            select(Adapter.kind, File.id, File.sha256, Call.terms)
            .join(File, File.id == Adapter.file_id)
            .join(TrainingJob, TrainingJob.id == Adapter.job_id)
            .outerjoin(Call, Call.id == TrainingJob.call_id)
            .where(Adapter.id == adapter_id)
        )
    ).one()
    terms = [Terms.model_validate(one) for one in row.terms or ()]
    return StoredModel(row.kind, row.id, row.sha256, terms)
