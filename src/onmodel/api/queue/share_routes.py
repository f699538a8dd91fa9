"""A project's part of the machines: weight, limits, quotas."""

from uuid import UUID

from fastapi import APIRouter

from onmodel.accounts.signed_in import SignedIn
from onmodel.api.queue import sharing
from onmodel.api.queue.share_schemas import PersonWeightPut, ShareRead, ShareUpdate
from onmodel.api.queue.sharing import NeedsValueError, NotInProjectError
from onmodel.http.deps import Reading, Writing
from onmodel.http.problems import problems
from onmodel.kit.errors import ForbiddenError
from onmodel.projects.access import ProjectNotFoundError

router = APIRouter(prefix="/projects", tags=["queue"])


@router.get("/{project_id}/share", responses=problems(ProjectNotFoundError))
async def read_share(project_id: UUID, uow: Reading, actor: SignedIn) -> ShareRead:
    """What the project may have of the machines, and what it has had."""
    return await sharing.read(uow, actor, project_id)


@router.patch(
    "/{project_id}/share",
    responses=problems(ProjectNotFoundError, ForbiddenError, NeedsValueError),
)
async def update_share(
    project_id: UUID, data: ShareUpdate, uow: Writing, actor: SignedIn
) -> ShareRead:
    """Change some of it. Weight and quotas are an administrator's."""
    return await sharing.update(uow, actor, project_id, data)


@router.put(
    "/{project_id}/share/people/{person_id}",
    responses=problems(ProjectNotFoundError, ForbiddenError, NotInProjectError),
)
async def put_weight(
    project_id: UUID, person_id: UUID, data: PersonWeightPut, uow: Writing, actor: SignedIn
) -> ShareRead:
    """Give somebody more or less of the project's share than others."""
    return await sharing.set_person(uow, actor, project_id, person_id, data.weight)
