"""The SQL of notices and followers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from onmodel.accounts.models import User
from onmodel.inbox.models import CharacterFollower, Notice
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects.models import Project


async def put(uow: UnitOfWork, rows: list[dict[str, Any]]) -> list[Notice]:
    """Write notices; those whose occasion the person knows already are left out."""
    statement = (
        insert(Notice)
        .values(rows)
        .on_conflict_do_nothing(index_elements=[Notice.person_id, Notice.key])
        .returning(Notice)
    )
    return list(await uow.session.scalars(statement))


async def withdraw(uow: UnitOfWork, key: str) -> list[UUID]:
    """Take an occasion away from everybody; return who had heard of it."""
    return list(
        await uow.session.scalars(
            delete(Notice).where(Notice.key == key).returning(Notice.person_id)
        )
    )


def _seen_by(person_id: UUID, visible: list[UUID] | None) -> ColumnElement[bool]:
    """Match a person's notices without those of projects that they may not see any more."""
    own = Notice.person_id == person_id
    if visible is None:
        return own
    return own & or_(Notice.project_id.is_(None), Notice.project_id.in_(visible))


async def page(
    uow: UnitOfWork,
    person_id: UUID,
    visible: list[UUID] | None,
    *,
    kinds: list[str] | None,
    unread: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Notice]:
    """Return a person's notices, newest first."""
    query = select(Notice).where(_seen_by(person_id, visible))
    if kinds is not None:
        query = query.where(Notice.kind.in_(kinds))
    if unread:
        query = query.where(Notice.read_at.is_(None))
    if after is not None:
        query = query.where(tuple_(Notice.created_at, Notice.id) < after)
    query = query.order_by(Notice.created_at.desc(), Notice.id.desc()).limit(limit)
    return list(await uow.session.scalars(query))


async def unread(uow: UnitOfWork, person_id: UUID, visible: list[UUID] | None) -> dict[str, int]:
    """Count what waits for a person, by kind."""
    rows = await uow.session.execute(
        select(Notice.kind, func.count().label("waiting"))
        .where(_seen_by(person_id, visible), Notice.read_at.is_(None))
        .group_by(Notice.kind)
    )
    return {row.kind: row.waiting for row in rows}


async def mark_read(
    uow: UnitOfWork,
    person_id: UUID,
    at: datetime,
    *,
    ids: list[UUID] | None,
    kinds: list[str] | None,
) -> int:
    """Mark notices that wait as read; return how many did."""
    query = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    if ids is not None:
        query = query.where(Notice.id.in_(ids))
    if kinds is not None:
        query = query.where(Notice.kind.in_(kinds))
    rows = await uow.session.scalars(query.values(read_at=at).returning(Notice.id))
    return len(list(rows))


async def mark_unread(
    uow: UnitOfWork, person_id: UUID, *, ids: list[UUID] | None, at: datetime | None
) -> int:
    """Let notices wait again; return how many did."""
    query = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_not(None))
    if ids is not None:
        query = query.where(Notice.id.in_(ids))
    if at is not None:
        query = query.where(Notice.read_at == at)
    rows = await uow.session.scalars(query.values(read_at=None).returning(Notice.id))
    return len(list(rows))


async def people(uow: UnitOfWork, ids: Iterable[UUID | None]) -> dict[UUID, User]:
    rows = await uow.session.scalars(select(User).where(User.id.in_({one for one in ids if one})))
    return {user.id: user for user in rows}


async def titles(uow: UnitOfWork, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    rows = await uow.session.execute(
        select(Project.id, Project.title).where(Project.id.in_({one for one in ids if one}))
    )
    return {row.id: row.title for row in rows}


async def followers(uow: UnitOfWork, character_id: UUID) -> list[UUID]:
    return list(
        await uow.session.scalars(
            select(CharacterFollower.person_id).where(
                CharacterFollower.character_id == character_id
            )
        )
    )


async def follow(uow: UnitOfWork, character_id: UUID, person_id: UUID) -> None:
    await uow.session.execute(
        insert(CharacterFollower)
        .values(character_id=character_id, person_id=person_id)
        .on_conflict_do_nothing()
    )


async def unfollow(uow: UnitOfWork, character_id: UUID, person_id: UUID) -> None:
    await uow.session.execute(
        delete(CharacterFollower).where(
            CharacterFollower.character_id == character_id,
            CharacterFollower.person_id == person_id,
        )
    )


async def follows(uow: UnitOfWork, character_id: UUID, person_id: UUID) -> bool:
    return await uow.session.get(CharacterFollower, (character_id, person_id)) is not None
