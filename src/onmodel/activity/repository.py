"""The SQL of visits, and of what the stream shows beside its sentences."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from onmodel.activity.models import Visit
from onmodel.characters.models import Character
from onmodel.kit.db.uow import UnitOfWork
from onmodel.variations.models import Variation


async def find_visit(uow: UnitOfWork, person_id: UUID, project_id: UUID) -> Visit | None:
    return await uow.session.get(Visit, (person_id, project_id))


async def put_visit(uow: UnitOfWork, person_id: UUID, project_id: UUID, seq: int) -> None:
    """Note that a person has seen a project up to ``seq``; an older one changes nothing."""
    statement = insert(Visit).values(person_id=person_id, project_id=project_id, seq=seq)
    await uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Visit.person_id, Visit.project_id],
            set_={
                "seq": func.greatest(Visit.seq, statement.excluded.seq),
                "at": func.clock_timestamp(),
            },
        )
    )


async def characters(uow: UnitOfWork, ids: set[UUID]) -> dict[UUID, Character]:
    rows = await uow.session.scalars(select(Character).where(Character.id.in_(ids)))
    return {row.id: row for row in rows}


async def pictures_of(uow: UnitOfWork, variation_ids: set[UUID]) -> dict[UUID, UUID]:
    """Return the file of each picture that has one."""
    rows = await uow.session.execute(
        select(Variation.id, Variation.file_id).where(
            Variation.id.in_(variation_ids), Variation.file_id.is_not(None)
        )
    )
    return {row.id: row.file_id for row in rows}
