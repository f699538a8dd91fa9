"""Queries about what waits to be written into Git."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from onmodel.accounts.models import User
from onmodel.archive.models import ArchivePosition
from onmodel.characters.models import Character
from onmodel.events.models import Event, EventCounter
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects.models import File, Project
from onmodel.training.models import Adapter


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


async def events_after(uow: UnitOfWork, project_id: UUID, seq: int, *, limit: int) -> list[Event]:
    """Return the next events of a project, oldest first."""
    return list(
        await uow.session.scalars(
            select(Event)
            .where(Event.project_id == project_id, Event.seq > seq)
            .order_by(Event.seq)
            .limit(limit)
        )
    )


async def files(uow: UnitOfWork, project_id: UUID, ids: Iterable[UUID]) -> dict[UUID, File]:
    """Return stored files of this project by their id."""
    rows = await uow.session.scalars(
        select(File).where(File.id.in_(list(ids)), File.project_id == project_id)
    )
    return {row.id: row for row in rows}


async def adapters(uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, Adapter]:
    """Return adapters by their id."""
    rows = await uow.session.scalars(select(Adapter).where(Adapter.id.in_(list(ids))))
    return {row.id: row for row in rows}


async def people(uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, User]:
    """Return people by their id."""
    rows = await uow.session.scalars(select(User).where(User.id.in_(list(ids))))
    return {row.id: row for row in rows}


async def names(uow: UnitOfWork, character_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what characters are called."""
    rows = await uow.session.execute(
        select(Character.id, Character.name).where(Character.id.in_(list(character_ids)))
    )
    return {row.id: row.name for row in rows}
