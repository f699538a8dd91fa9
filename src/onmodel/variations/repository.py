"""The SQL of variations."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import exists, or_, select, text

from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import FINAL
from onmodel.variations.models import Variation


async def find(uow: UnitOfWork, variation_id: UUID) -> Variation | None:
    return await uow.session.get(Variation, variation_id)


async def characters_of(uow: UnitOfWork, variation_ids: Collection[UUID]) -> set[UUID]:
    rows = await uow.session.scalars(
        select(Variation.character_id).where(Variation.id.in_(variation_ids))
    )
    return set(rows)


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


# more than a sheet; what was asked for before that is no news any more
_MOST_ASKED = 200
_FINAL = [state.value for state in FINAL]


async def asked_and_ended(
    uow: UnitOfWork, character_id: UUID, person_id: UUID | None
) -> list[Variation]:
    """Return the newest pictures that somebody asked the machines for, newest first.

    Nothing while one of them is still being made: at the end of each picture of a sheet but the
    last, no row is read. Without those of golden runs, those that were brought, and those that
    were put away.
    """
    asked = (
        Variation.character_id == character_id,
        Variation.created_by == person_id,
        Variation.call_id.is_not(None),
        Variation.golden_run_id.is_(None),
        Variation.removed_at.is_(None),
    )
    being_made = exists().where(*asked, Variation.state.not_in(_FINAL))
    return list(
        await uow.session.scalars(
            select(Variation)
            .where(*asked, ~being_made)
            .order_by(Variation.created_at.desc(), Variation.id.desc())
            .limit(_MOST_ASKED)
        )
    )


_COUNT = text(
    """
    UPDATE characters SET variation_count = stand.many
    FROM (
        SELECT count(*) AS many FROM character_variations v
        WHERE v.character_id = :character_id AND v.current AND v.removed_at IS NULL
        AND v.state = 'succeeded'
    ) stand
    WHERE id = :character_id AND variation_count <> stand.many
    RETURNING id
    """
)


async def recount(uow: UnitOfWork, character_id: UUID) -> bool:
    """Bring a character's count of finished pictures up to its set; say whether it changed."""
    changed = await uow.session.scalar(_COUNT, {"character_id": character_id})
    return changed is not None
