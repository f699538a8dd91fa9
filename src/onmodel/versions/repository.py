"""The SQL of versions and their names."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import defer

from onmodel.kit.db.uow import UnitOfWork
from onmodel.training.models import Adapter, TrainingJob
from onmodel.variations.models import Variation
from onmodel.versions.errors import VersionNameTakenError
from onmodel.versions.models import Version, VersionName


async def newest_first(
    uow: UnitOfWork, character_id: UUID, *, before: int | None, limit: int
) -> list[Version]:
    """Return versions without their states, which may be long."""
    query = (
        select(Version)
        .where(Version.character_id == character_id)
        .options(defer(Version.state, raiseload=True))
        .order_by(Version.number.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Version.number < before)
    return list(await uow.session.scalars(query))


async def find(uow: UnitOfWork, character_id: UUID, number: int) -> Version | None:
    return await uow.session.scalar(
        select(Version).where(Version.character_id == character_id, Version.number == number)
    )


async def latest(uow: UnitOfWork, character_id: UUID) -> Version:
    """Return the newest version; every character has one since it exists."""
    return (
        await uow.session.scalars(
            select(Version)
            .where(Version.character_id == character_id)
            .order_by(Version.number.desc())
            .limit(1)
            .execution_options(populate_existing=True)
        )
    ).one()


async def names_of(uow: UnitOfWork, version_ids: Iterable[UUID]) -> dict[UUID, list[VersionName]]:
    """Return the names of some versions, oldest first."""
    rows = await uow.session.scalars(
        select(VersionName)
        .where(VersionName.version_id.in_(list(version_ids)))
        .order_by(VersionName.created_at, VersionName.id)
    )
    found: dict[UUID, list[VersionName]] = {}
    for row in rows:
        found.setdefault(row.version_id, []).append(row)
    return found


async def all_names(uow: UnitOfWork, character_id: UUID) -> list[tuple[VersionName, int]]:
    """Return a character's names with the numbers of their versions, newest version first."""
    rows = await uow.session.execute(
        select(VersionName, Version.number)
        .join(Version, Version.id == VersionName.version_id)
        .where(VersionName.character_id == character_id)
        .order_by(Version.number.desc(), VersionName.created_at)
    )
    return [(name, number) for name, number in rows]


async def count_names(uow: UnitOfWork, character_id: UUID) -> int:
    return await uow.session.scalar(
        select(func.count())
        .select_from(VersionName)
        .where(VersionName.character_id == character_id)
    )


async def flush_name(uow: UnitOfWork, name: str) -> None:
    """Write a new name; raises VersionNameTakenError when another version has it."""
    try:
        await uow.session.flush()
    except IntegrityError as error:
        if "uq_character_version_names_name" not in str(error.orig):
            raise
        raise VersionNameTakenError(
            f"A version of this character is called “{name}” already.",
            fields=[{"field": "name", "detail": "Already in use."}],
        ) from error


async def variations(uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, Variation]:
    """Return pictures by id with their measurements, wherever they stand now."""
    rows = await uow.session.scalars(
        select(Variation)
        .where(Variation.id.in_(list(ids)))
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


async def measurements(uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, dict[str, object]]:
    """Return what was measured in pictures, of those that were."""
    rows = await uow.session.execute(
        select(Variation.id, Variation.measurement).where(
            Variation.id.in_(list(ids)), Variation.measurement.is_not(None)
        )
    )
    return {row.id: row.measurement for row in rows}


async def adapters(uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, tuple[Adapter, TrainingJob]]:
    """Return trained models by id, each with the training that made it."""
    rows = await uow.session.execute(
        select(Adapter, TrainingJob)
        .join(TrainingJob, TrainingJob.id == Adapter.job_id)
        .where(Adapter.id.in_(list(ids)))
    )
    return {adapter.id: (adapter, job) for adapter, job in rows}
