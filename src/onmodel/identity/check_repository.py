"""The SQL of checks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from onmodel.characters.models import Character
from onmodel.identity.models import Check
from onmodel.kit.db.uow import UnitOfWork


async def find(uow: UnitOfWork, check_id: UUID) -> Check | None:
    return await uow.session.get(Check, check_id)


async def lock(uow: UnitOfWork, check_id: UUID) -> Check | None:
    """Return the check as it is now and keep others from changing it meanwhile."""
    return await uow.session.scalar(
        select(Check)
        .where(Check.id == check_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def newest(uow: UnitOfWork, project_id: UUID, *, limit: int) -> list[Check]:
    """Return a project's checks, the newest first."""
    return list(
        await uow.session.scalars(
            select(Check)
            .where(Check.project_id == project_id)
            .order_by(Check.created_at.desc(), Check.id.desc())
            .limit(limit)
        )
    )


async def present(uow: UnitOfWork, project_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the ids that are characters of the project."""
    if not ids:
        return set()
    return set(
        await uow.session.scalars(
            select(Character.id).where(
                Character.id.in_(ids),
                Character.project_id == project_id,
                Character.removed_at.is_(None),
            )
        )
    )
