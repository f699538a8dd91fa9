"""Setting what projects and people may have."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from onmodel.dispatch.notices import tell_waiting
from onmodel.dispatch.share_models import PersonShare, ProjectShare
from onmodel.kit.db.uow import UnitOfWork


async def of_project(uow: UnitOfWork, project_id: UUID) -> ProjectShare | None:
    """Return a project's share; None while nothing was set and nothing was asked for."""
    share: ProjectShare | None = await uow.session.scalar(
        select(ProjectShare)
        .where(ProjectShare.project_id == project_id)
        .execution_options(populate_existing=True)
    )
    return share


async def set_project(uow: UnitOfWork, project_id: UUID, **values: Any) -> None:
    """Change some of a project's weight, limits and quota; columns as in ``ProjectShare``."""
    await uow.session.execute(
        insert(ProjectShare)
        .values(project_id=project_id, **values)
        .on_conflict_do_update(index_elements=["project_id"], set_=values)
    )
    tell_waiting(uow)


async def weights_of_people(uow: UnitOfWork, project_id: UUID) -> dict[UUID, int]:
    """Return the weights of people in a project that are not 1."""
    rows = await uow.session.execute(
        select(PersonShare.person_id, PersonShare.weight).where(
            PersonShare.project_id == project_id, PersonShare.weight != 1
        )
    )
    return {row.person_id: row.weight for row in rows}


async def set_person(uow: UnitOfWork, project_id: UUID, person_id: UUID, *, weight: int) -> None:
    """Change a person's weight in a project."""
    await uow.session.execute(
        insert(PersonShare)
        .values(project_id=project_id, person_id=person_id, weight=weight)
        .on_conflict_do_update(index_elements=["project_id", "person_id"], set_={"weight": weight})
    )
    tell_waiting(uow)
