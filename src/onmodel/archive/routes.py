"""A project's Git repository, to look at."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from onmodel.accounts.signed_in import SignedIn
from onmodel.archive import reading
from onmodel.archive.schemas import RepositoryRead
from onmodel.http.deps import Reading, SettingsDep
from onmodel.http.problems import problems
from onmodel.projects.access import ProjectNotFoundError
from onmodel.projects.folder import ProjectFolderMissingError

router = APIRouter(prefix="/projects", tags=["projects"])


@router.get(
    "/{project_id}/repository",
    responses=problems(ProjectNotFoundError, ProjectFolderMissingError),
)
async def read_repository(
    project_id: UUID,
    uow: Reading,
    actor: SignedIn,
    settings: SettingsDep,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> RepositoryRead:
    """The newest commits of the project's repository, and what still waits to be written."""
    return await reading.read_repository(uow, actor, project_id, settings.workspace, limit=limit)
