"""Queries about what waits to be written into Git."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import defer, undefer

from onmodel.archive.models import ArchivePosition
from onmodel.characters.models import Character
from onmodel.events.models import EventCounter
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects.models import Project
from onmodel.training.models import Adapter
from onmodel.versions.models import Version


@dataclass(frozen=True)
class Behind:
    """A project whose log has more than its repository."""

    project_id: UUID
    folder: str


async def behind(uow: UnitOfWork) -> list[Behind]:
    """Return the projects that have something to write."""
    done = func.coalesce(ArchivePosition.seq, 0)
    rows = await uow.session.execute(
        select(Project.id, Project.folder)
        .join(EventCounter, EventCounter.project_id == Project.id)
        .outerjoin(ArchivePosition, ArchivePosition.project_id == Project.id)
        .where(EventCounter.seq > done)
        .order_by(Project.id)
    )
    return [Behind(row.id, row.folder) for row in rows]


async def lock_position(uow: UnitOfWork, project_id: UUID) -> int | None:
    """Return how far a project is, locked; None while another process writes it."""
    await uow.session.execute(
        insert(ArchivePosition).values(project_id=project_id).on_conflict_do_nothing()
    )
    seq: int | None = await uow.session.scalar(
        select(ArchivePosition.seq)
        .where(ArchivePosition.project_id == project_id)
        .with_for_update(skip_locked=True)
    )
    return seq


async def position(uow: UnitOfWork, project_id: UUID) -> int:
    """Return how far a project is."""
    return (
        await uow.session.scalar(
            select(ArchivePosition.seq).where(ArchivePosition.project_id == project_id)
        )
        or 0
    )


async def set_position(uow: UnitOfWork, project_id: UUID, seq: int) -> None:
    """Remember how far a project is."""
    await uow.session.execute(
        update(ArchivePosition).where(ArchivePosition.project_id == project_id).values(seq=seq)
    )


async def versions(uow: UnitOfWork, project_id: UUID, *, first: int, last: int) -> list[Version]:
    """Return the versions of a project's characters that events from first to last made."""
    rows = await uow.session.scalars(
        select(Version)
        .join(Character, Character.id == Version.character_id)
        .where(
            Character.project_id == project_id,
            Version.last_seq >= first,
            Version.first_seq <= last,
        )
        .options(defer(Version.state))
    )
    return list(rows)


async def version(uow: UnitOfWork, character_id: UUID, number: int) -> Version | None:
    """Return one version with its state."""
    return await uow.session.scalar(
        select(Version)
        .where(Version.character_id == character_id, Version.number == number)
        .options(undefer(Version.state))
        .execution_options(populate_existing=True)
    )


async def adapters(uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, Adapter]:
    """Return adapters by their id."""
    rows = await uow.session.scalars(select(Adapter).where(Adapter.id.in_(list(ids))))
    return {row.id: row for row in rows}
