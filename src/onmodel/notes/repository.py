"""Reads notes."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import undefer

from onmodel.kit.db.uow import UnitOfWork
from onmodel.notes.models import Note
from onmodel.variations.models import Variation

MOST_READ = 2000


async def find(uow: UnitOfWork, note_id: UUID) -> Note | None:
    """Return a note or an answer, whether removed or not."""
    return await uow.session.get(Note, note_id)


async def of_character(uow: UnitOfWork, character_id: UUID) -> list[Note]:
    """Return a character's newest notes and answers in the order of writing."""
    rows = await uow.session.scalars(
        select(Note)
        .where(Note.character_id == character_id, Note.removed_at.is_(None))
        .order_by(Note.created_at.desc(), Note.id.desc())
        .limit(MOST_READ)
    )
    return list(rows)[::-1]


async def open_of_slot(uow: UnitOfWork, character_id: UUID, key: str) -> list[Note]:
    """Return the notes of a slot that nobody has settled, without answers."""
    rows = await uow.session.scalars(
        select(Note)
        .where(
            Note.character_id == character_id,
            Note.key == key,
            Note.parent_id.is_(None),
            Note.removed_at.is_(None),
            Note.resolved_at.is_(None),
        )
        .order_by(Note.number)
        .limit(MOST_READ)
    )
    return list(rows)


async def mentioning(uow: UnitOfWork, user_id: UUID, projects: list[UUID] | None) -> list[Note]:
    """Return the newest 100 notes and answers that mention somebody in projects they may see."""
    query = select(Note).where(Note.mentions.contains([user_id]), Note.removed_at.is_(None))
    if projects is not None:
        query = query.where(Note.project_id.in_(projects))
    return list(await uow.session.scalars(query.order_by(Note.created_at.desc()).limit(100)))


async def authors(uow: UnitOfWork, root_id: UUID) -> list[UUID]:
    """Return who wrote a note and its answers."""
    rows = await uow.session.scalars(
        select(Note.created_by)
        .where(
            or_(Note.id == root_id, Note.parent_id == root_id),
            Note.removed_at.is_(None),
            Note.created_by.is_not(None),
        )
        .distinct()
    )
    return list(rows)


async def answers(uow: UnitOfWork, root_id: UUID) -> list[UUID]:
    """Return the answers to a note, removed ones too."""
    return list(await uow.session.scalars(select(Note.id).where(Note.parent_id == root_id)))


async def next_number(uow: UnitOfWork, character_id: UUID, key: str) -> int:
    """Return the number of a slot's next note; the character's row is locked by now."""
    highest = await uow.session.scalar(
        select(func.max(Note.number)).where(Note.character_id == character_id, Note.key == key)
    )
    return (highest or 0) + 1


async def count(
    uow: UnitOfWork, *, variation_id: UUID | None = None, parent_id: UUID | None = None
) -> int:
    """Count the notes on a picture, or the answers to a note."""
    query = select(func.count()).select_from(Note).where(Note.removed_at.is_(None))
    if parent_id is not None:
        query = query.where(Note.parent_id == parent_id)
    else:
        query = query.where(Note.variation_id == variation_id, Note.parent_id.is_(None))
    return await uow.session.scalar(query) or 0


async def measured(uow: UnitOfWork, variation_ids: set[UUID]) -> dict[UUID, Variation]:
    """Return pictures with their measurements."""
    rows = await uow.session.scalars(
        select(Variation)
        .where(Variation.id.in_(variation_ids))
        .options(undefer(Variation.measurement))
    )
    return {row.id: row for row in rows}
