"""The SQL of variations."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select, text

from onmodel.kit.db.uow import UnitOfWork
from onmodel.variations.models import Variation


async def find(uow: UnitOfWork, variation_id: UUID) -> Variation | None:
    return await uow.session.get(Variation, variation_id)


async def lock(uow: UnitOfWork, variation_id: UUID) -> Variation | None:
    return await uow.session.scalar(
        select(Variation)
        .where(Variation.id == variation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def list_shown(uow: UnitOfWork, character_id: UUID) -> list[Variation]:
    """Return what stands in the set and the candidates beside it, in order of making."""
    return list(
        await uow.session.scalars(
            select(Variation)
            .where(
                Variation.character_id == character_id,
                Variation.removed_at.is_(None),
                or_(Variation.current, Variation.candidate_of.is_not(None)),
            )
            .order_by(Variation.created_at, Variation.id)
        )
    )


async def current(uow: UnitOfWork, character_id: UUID) -> dict[str, Variation]:
    """Return the set as it stands, by key."""
    rows = await uow.session.scalars(
        select(Variation).where(
            Variation.character_id == character_id,
            Variation.current,
            Variation.removed_at.is_(None),
        )
    )
    return {row.key: row for row in rows}


async def candidates(uow: UnitOfWork, variation_id: UUID) -> Sequence[Variation]:
    return list(
        await uow.session.scalars(
            select(Variation).where(
                Variation.candidate_of == variation_id, Variation.removed_at.is_(None)
            )
        )
    )


_COUNT = text(
    """
    UPDATE characters SET variation_count = (
        SELECT count(*) FROM character_variations v
        WHERE v.character_id = characters.id AND v.current AND v.removed_at IS NULL
        AND v.state = 'succeeded')
    WHERE id = :character_id
    """
)


async def recount(uow: UnitOfWork, character_id: UUID) -> None:
    """Bring a character's count of finished pictures up to its set."""
    await uow.session.execute(_COUNT, {"character_id": character_id})
