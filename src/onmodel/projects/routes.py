"""Projects, their people and their events."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from onmodel.accounts.errors import PersonNotFoundError, TeamNotFoundError
from onmodel.accounts.permissions import Permission, Role
from onmodel.accounts.signed_in import SignedIn
from onmodel.events import log as events
from onmodel.http.deps import Reading, SettingsDep, Writing
from onmodel.http.problems import problems
from onmodel.kit.errors import ForbiddenError
from onmodel.projects import access, repository, service
from onmodel.projects.access import ProjectNotFoundError
from onmodel.projects.schemas import (
    FileRef,
    MemberPut,
    MemberRead,
    ProjectCard,
    ProjectCreate,
    ProjectDetail,
    ProjectTeamRead,
    ProjectUpdate,
)

router = APIRouter(prefix="/projects", tags=["projects"])


@router.get("")
async def list_projects(uow: Reading, actor: SignedIn) -> list[ProjectCard]:
    """The projects that you are part of, newest first."""
    projects = await repository.list_for(uow, actor.user_id, everything=actor.is_admin)
    facts = await repository.card_facts(uow, [project.id for project in projects])
    roles = await access.roles(uow, actor, [project.id for project in projects])
    files = await repository.files_by_id(
        uow, [file_id for _, covers in facts.values() for file_id in covers]
    )
    cards: list[ProjectCard] = []
    for project in projects:
        count, covers = facts[project.id]
        role = Role.OWNER if actor.is_admin else roles[project.id]
        cards.append(
            ProjectCard(
                **service.project_read(project).model_dump(),
                role=role,
                character_count=count,
                covers=[FileRef.model_validate(files[cover]) for cover in covers],
            )
        )
    return cards


@router.post("", status_code=201)
async def create_project(
    data: ProjectCreate, uow: Writing, actor: SignedIn, settings: SettingsDep
) -> ProjectDetail:
    """Make a project with its folder, a Git repository with a first commit."""
    project = await service.create_project(uow, actor, data, settings)
    return ProjectDetail(
        **service.project_read(project).model_dump(), role=Role.OWNER, graph=project.graph, seq=1
    )


@router.get("/{project_id}", responses=problems(ProjectNotFoundError))
async def read_project(project_id: UUID, uow: Reading, actor: SignedIn) -> ProjectDetail:
    project, role = await service.get_project(uow, actor, project_id)
    return ProjectDetail(
        **service.project_read(project).model_dump(),
        role=role,
        graph=project.graph,
        seq=await events.last_seq(uow, project_id),
    )


@router.put(
    "/{project_id}",
    responses=problems(ProjectNotFoundError, ForbiddenError, service.StaleVersionError),
)
async def update_project(
    project_id: UUID, data: ProjectUpdate, uow: Writing, actor: SignedIn
) -> ProjectDetail:
    project = await service.update_project(uow, actor, project_id, data)
    role = await access.require(uow, actor, project_id, Permission.VIEW)
    return ProjectDetail(
        **service.project_read(project).model_dump(),
        role=role,
        graph=project.graph,
        seq=await events.last_seq(uow, project_id),
    )


@router.get("/{project_id}/members", responses=problems(ProjectNotFoundError))
async def list_members(project_id: UUID, uow: Reading, actor: SignedIn) -> list[MemberRead]:
    await access.require(uow, actor, project_id, Permission.VIEW)
    return await service.list_members(uow, project_id)


@router.put(
    "/{project_id}/members/{user_id}",
    responses=problems(ForbiddenError, PersonNotFoundError, service.LastOwnerError),
)
async def put_member(
    project_id: UUID, user_id: UUID, data: MemberPut, uow: Writing, actor: SignedIn
) -> list[MemberRead]:
    return await service.put_member(uow, actor, project_id, user_id, data.role)


@router.delete(
    "/{project_id}/members/{user_id}",
    responses=problems(ForbiddenError, service.LastOwnerError),
)
async def remove_member(
    project_id: UUID, user_id: UUID, uow: Writing, actor: SignedIn
) -> list[MemberRead]:
    return await service.remove_member(uow, actor, project_id, user_id)


@router.get("/{project_id}/teams", responses=problems(ProjectNotFoundError))
async def list_teams(project_id: UUID, uow: Reading, actor: SignedIn) -> list[ProjectTeamRead]:
    await access.require(uow, actor, project_id, Permission.VIEW)
    return [
        ProjectTeamRead(team_id=team.id, name=team.name, role=Role(role))
        for team, role in await repository.list_teams(uow, project_id)
    ]


@router.put("/{project_id}/teams/{team_id}", responses=problems(ForbiddenError, TeamNotFoundError))
async def put_team(
    project_id: UUID, team_id: UUID, data: MemberPut, uow: Writing, actor: SignedIn
) -> list[MemberRead]:
    return await service.put_team(uow, actor, project_id, team_id, data.role)


@router.delete("/{project_id}/teams/{team_id}", responses=problems(ForbiddenError))
async def remove_team(
    project_id: UUID, team_id: UUID, uow: Writing, actor: SignedIn
) -> list[MemberRead]:
    return await service.remove_team(uow, actor, project_id, team_id)


@router.get("/{project_id}/events", responses=problems(ProjectNotFoundError))
async def list_events(
    project_id: UUID,
    uow: Reading,
    actor: SignedIn,
    since: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> list[dict[str, Any]]:
    """What happened after ``since``, as the socket would have sent it."""
    await access.require(uow, actor, project_id, Permission.VIEW)
    return await events.frames_since(uow, project_id, since, limit=limit)
