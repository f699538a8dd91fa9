"""The SQL of notices and followers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, text, tuple_, update
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


async def withdraw(
    uow: UnitOfWork,
    subject_ids: list[UUID],
    kinds: list[str] | None,
    *,
    unread_of: Iterable[UUID] | None = None,
) -> set[UUID]:
    """Take notices of subjects away, of some people only what they have not read.

    Returns who had them.
    """
    wished = [Notice.subject_id.in_(subject_ids)]
    if kinds is not None:
        wished.append(Notice.kind.in_(kinds))
    if unread_of is not None:
        wished += [Notice.person_id.in_(list(unread_of)), Notice.read_at.is_(None)]
    query = delete(Notice).where(_locked(wished)).returning(Notice.person_id)
    return set(await uow.session.scalars(query))


async def settle(
    uow: UnitOfWork,
    subject_id: UUID,
    kinds: list[str],
    at: datetime,
    *,
    person_id: UUID | None,
) -> set[UUID]:
    """Mark what waits about a subject as read; return whose it was."""
    wished = [Notice.subject_id == subject_id, Notice.kind.in_(kinds), Notice.read_at.is_(None)]
    if person_id is not None:
        wished.append(Notice.person_id == person_id)
    query = update(Notice).where(_locked(wished)).values(read_at=at)
    return set(await uow.session.scalars(query.returning(Notice.person_id)))


def _locked(wished: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Match these notices, locked in one order: who reads all never waits in a ring with who
    settles some.
    """
    rows = select(Notice.id).where(*wished).order_by(Notice.id).with_for_update()
    return Notice.id.in_(rows)


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
    wished = [Notice.person_id == person_id, Notice.read_at.is_(None)]
    if ids is not None:
        wished.append(Notice.id.in_(ids))
    if kinds is not None:
        wished.append(Notice.kind.in_(kinds))
    query = update(Notice).where(_locked(wished)).values(read_at=at)
    rows = await uow.session.scalars(query.returning(Notice.id))
    return len(list(rows))


async def mark_unread(
    uow: UnitOfWork, person_id: UUID, *, ids: list[UUID] | None, at: datetime | None
) -> int:
    """Let notices wait again; return how many did."""
    wished = [Notice.person_id == person_id, Notice.read_at.is_not(None)]
    if ids is not None:
        wished.append(Notice.id.in_(ids))
    if at is not None:
        wished.append(Notice.read_at == at)
    query = update(Notice).where(_locked(wished)).values(read_at=None)
    rows = await uow.session.scalars(query.returning(Notice.id))
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


@dataclass(frozen=True)
class MissingVote:
    """Somebody who was asked and has not voted, in a decision that ends soon."""

    key: str
    decision_id: UUID
    project_id: UUID
    question: str
    deadline_at: datetime
    user_id: UUID
    character_name: str
    file_id: UUID | None


_MISSING = text(
    """
    WITH soon AS (
        SELECT d.*, d.deadline_at - least(interval '1 day', (d.deadline_at - d.created_at) / 4)
            AS remind_at
        FROM decisions d WHERE d.state = 'open' AND d.deadline_at > :at
    ), missing AS (
        SELECT 'deadline:' || s.id || ':' || floor(extract(epoch FROM s.deadline_at))::bigint
            AS key, s.id AS decision_id, s.project_id, s.question, s.deadline_at, v.user_id,
            c.name AS character_name, c.cover_file_id AS file_id
        FROM soon s
        JOIN decision_voters v ON v.decision_id = s.id
        JOIN characters c ON c.id = s.character_id
        WHERE s.remind_at <= :at
            AND v.asked AND v.user_id IS NOT NULL AND v.created_at < s.remind_at
            AND NOT EXISTS (SELECT 1 FROM decision_votes o WHERE o.voter_id = v.id)
            AND NOT EXISTS (SELECT 1 FROM decision_pair_votes o WHERE o.voter_id = v.id)
    )
    SELECT m.* FROM missing m
    WHERE NOT EXISTS (
        SELECT 1 FROM notices n WHERE n.person_id = m.user_id AND n.key = m.key)
    ORDER BY m.deadline_at, m.user_id LIMIT 200
    """
)


async def missing_votes(uow: UnitOfWork, at: datetime) -> list[MissingVote]:
    """Return whose votes are missing soon before a deadline, without those who were told.

    Who was asked so late that it is soon already is not reminded of it.
    """
    rows = await uow.session.execute(_MISSING, {"at": at})
    return [MissingVote(**row) for row in rows.mappings()]
