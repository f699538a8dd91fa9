"""What happened in a project, and what of it is new to you."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from onmodel.accounts.signed_in import SignedIn
from onmodel.activity import service
from onmodel.activity.schemas import Activity, Seen, SinceVisit
from onmodel.http.deps import Reading, Writing
from onmodel.http.problems import problems
from onmodel.projects.access import ProjectNotFoundError

router = APIRouter(
    prefix="/projects/{project_id}/activity",
    tags=["activity"],
    responses=problems(ProjectNotFoundError),
)


@router.get("")
async def list_activity(
    project_id: UUID,
    uow: Reading,
    actor: SignedIn,
    character_id: UUID | None = None,
    person_id: UUID | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Activity:
    """Who did what, newest first: in the project, to one character, or by one person."""
    return await service.stream(
        uow,
        actor,
        project_id,
        character_id=character_id,
        person_id=person_id,
        before=before,
        limit=limit,
    )


@router.get("/since-visit")
async def read_since_visit(project_id: UUID, uow: Reading, actor: SignedIn) -> SinceVisit:
    """What others did since you were last here."""
    return await service.since_visit(uow, actor, project_id)


@router.put("/seen", status_code=204)
async def see(project_id: UUID, data: Seen, uow: Writing, actor: SignedIn) -> None:
    """Say up to where you have followed."""
    await service.see(uow, actor, project_id, data)
