"""Projects: made with their folder, changed under a version, shared with people and teams."""

import asyncio
from uuid import UUID

from onmodel.accounts import repository as accounts
from onmodel.accounts.changes import TeamChange, when_team_changes
from onmodel.accounts.errors import PersonNotFoundError, TeamNotFoundError
from onmodel.accounts.models import User
from onmodel.accounts.permissions import RANK, Permission, Role
from onmodel.accounts.schemas import PersonRead
from onmodel.accounts.service import Actor
from onmodel.events import log as events
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import ConflictError
from onmodel.kit.ids import new_id
from onmodel.projects import access, folder, git, repository
from onmodel.projects.models import Project, ProjectMember, ProjectTeam
from onmodel.projects.schemas import (
    MemberRead,
    MembersUpdated,
    ProjectCreate,
    ProjectRead,
    ProjectSettings,
    ProjectUpdate,
    ProjectUpdated,
)
from onmodel.settings import Settings


class StaleVersionError(ConflictError):
    code = "stale_version"
    title = "Somebody else was faster"
    default_try = "Look at the newer state, then send your change again with its version."


class LastOwnerError(ConflictError):
    code = "last_owner"
    title = "A project needs an owner"
    default_try = "Make somebody else an owner first."


def project_read(project: Project) -> ProjectRead:
    return ProjectRead(
        id=project.id,
        title=project.title,
        description=project.description,
        settings=ProjectSettings.model_validate(project.settings),
        version=project.version,
        created_at=project.created_at,
        created_by=project.created_by,
    )


async def create_project(
    uow: UnitOfWork, actor: Actor, data: ProjectCreate, settings: Settings
) -> Project:
    """Make a project, its folder with a first commit, and its owner.

    The folder is complete on disk before the row becomes visible; a folder whose row was
    rolled back is named after an id that nobody else has and harms nobody.
    """
    project_id = new_id()
    name = await asyncio.to_thread(
        folder.create_project_folder,
        settings.workspace,
        project_id=project_id,
        title=data.title,
        description=data.description,
        settings=data.settings.model_dump(),
        author=actor.name,
        email=git.address(actor.username),
    )
    project = Project(
        id=project_id,
        title=data.title.strip(),
        description=data.description.strip(),
        folder=name,
        settings=data.settings.model_dump(),
        created_by=actor.user_id,
    )
    uow.session.add(project)
    await uow.session.flush()
    uow.session.add(
        ProjectMember(project_id=project.id, user_id=actor.user_id, role=Role.OWNER.value)
    )
    await uow.session.flush()
    await uow.session.refresh(project)
    await _tell(uow, actor, project, {"verb": "created"})
    return project


async def get_project(uow: UnitOfWork, actor: Actor, project_id: UUID) -> tuple[Project, Role]:
    """Return a project and the actor's role in it; raises ProjectNotFoundError."""
    role = await access.require(uow, actor, project_id, Permission.VIEW)
    project = await repository.find(uow, project_id)
    assert project is not None  # the door has just seen it
    return project, role


async def update_project(
    uow: UnitOfWork, actor: Actor, project_id: UUID, data: ProjectUpdate
) -> Project:
    """Change a project.

    Raises:
        StaleVersionError: somebody changed it since ``data.version``; the answer carries
            the present record as ``current``.
    """
    await access.require(uow, actor, project_id, Permission.EDIT)
    values = data.model_dump(exclude_none=True, exclude={"version"})
    before = await repository.find(uow, project_id)
    assert before is not None
    change = {key: [getattr(before, key), value] for key, value in values.items() if key != "graph"}
    changed = await repository.update_if(uow, project_id, version=data.version, values=values)
    await uow.session.refresh(before)
    if not changed:
        raise StaleVersionError(
            "The project was changed while you were editing it.",
            extra={"current": project_read(before).model_dump(mode="json")},
        )
    await _tell(uow, actor, before, {"verb": "changed", "fields": change})
    return before


async def _tell(uow: UnitOfWork, actor: Actor, project: Project, change: dict[str, object]) -> None:
    await events.record(
        uow,
        project.id,
        "server:project.updated",
        ProjectUpdated(project_id=project.id, data=project_read(project)),
        actor_id=actor.user_id,
        subject_id=project.id,
        change=change,
    )


async def list_members(uow: UnitOfWork, project_id: UUID) -> list[MemberRead]:
    """Return everybody in the project, strongest role first."""
    ways = await repository.members(uow, project_id)
    people: dict[UUID, tuple[User, list[Role], list[str]]] = {}
    for user, role, team in ways:
        _, roles, through = people.setdefault(user.id, (user, [], []))
        roles.append(Role(role))
        if team is not None:
            through.append(team)
    members = [
        MemberRead(
            person=PersonRead.model_validate(user),
            role=max(roles, key=RANK.__getitem__),
            through=sorted(through),
        )
        for user, roles, through in people.values()
    ]
    return sorted(members, key=lambda member: (-RANK[member.role], member.person.name))


async def put_member(
    uow: UnitOfWork, actor: Actor, project_id: UUID, user_id: UUID, role: Role
) -> list[MemberRead]:
    """Give somebody a role, or another one; the last owner stays owner."""
    await access.require(uow, actor, project_id, Permission.MANAGE)
    user = await accounts.find_user(uow, user_id)
    if user is None or user.disabled_at is not None:
        raise PersonNotFoundError("This person does not exist.")
    if role is not Role.OWNER:
        await _keep_an_owner(uow, project_id, user_id)
    member = await repository.find_member(uow, project_id, user_id)
    if member is None:
        uow.session.add(ProjectMember(project_id=project_id, user_id=user_id, role=role.value))
    else:
        member.role = role.value
    await uow.session.flush()
    return await _tell_members(
        uow,
        actor.user_id,
        project_id,
        {
            "verb": "gave role",
            "person": user.name,
            "person_id": str(user.id),
            "role": role.value,
        },
    )


async def remove_member(
    uow: UnitOfWork, actor: Actor, project_id: UUID, user_id: UUID
) -> list[MemberRead]:
    """Take somebody's own role away; people may leave by themselves."""
    if actor.user_id != user_id:
        await access.require(uow, actor, project_id, Permission.MANAGE)
    else:
        await access.require(uow, actor, project_id, Permission.VIEW)
    await _keep_an_owner(uow, project_id, user_id)
    await repository.remove_member(uow, project_id, user_id)
    user = await accounts.find_user(uow, user_id)
    name = user.name if user else ""
    return await _tell_members(
        uow,
        actor.user_id,
        project_id,
        {"verb": "removed", "person": name, "person_id": str(user_id)},
    )


async def put_team(
    uow: UnitOfWork, actor: Actor, project_id: UUID, team_id: UUID, role: Role
) -> list[MemberRead]:
    """Give a whole team a role."""
    await access.require(uow, actor, project_id, Permission.MANAGE)
    team = await accounts.find_team(uow, team_id)
    if team is None:
        raise TeamNotFoundError("This team does not exist.")
    row = await repository.find_team(uow, project_id, team_id)
    if row is None:
        uow.session.add(ProjectTeam(project_id=project_id, team_id=team_id, role=role.value))
    else:
        row.role = role.value
    await uow.session.flush()
    return await _tell_members(
        uow,
        actor.user_id,
        project_id,
        {"verb": "gave role", "person": team.name, "team_id": str(team.id), "role": role.value},
    )


async def remove_team(
    uow: UnitOfWork, actor: Actor, project_id: UUID, team_id: UUID
) -> list[MemberRead]:
    """Take a team out of the project."""
    await access.require(uow, actor, project_id, Permission.MANAGE)
    await repository.remove_team(uow, project_id, team_id)
    team = await accounts.find_team(uow, team_id)
    named = {"person": team.name, "team_id": str(team.id)} if team else {}
    return await _tell_members(uow, actor.user_id, project_id, {"verb": "removed team", **named})


async def team_changed(uow: UnitOfWork, change: TeamChange) -> None:
    """Tell every project in which a team has a role that somebody came with it, or left."""
    user = await accounts.find_user(uow, change.user_id)
    verb = {"verb": "joined team"} if change.joined else {"verb": "left team"}
    named = {"person": user.name if user else "", "team": change.team.name}
    opened = await repository.of_team(uow, change.team.id)
    # in one order: two such transactions never wait for each other's counters in a ring
    for project, _ in sorted(opened, key=lambda one: one[0].id):
        await _tell_members(uow, change.actor_id, project.id, {**verb, **named})


def register() -> None:
    """Hear of people who come into teams and leave them."""
    when_team_changes(team_changed)


async def _keep_an_owner(uow: UnitOfWork, project_id: UUID, user_id: UUID) -> None:
    if await repository.lock_owners(uow, project_id) == [user_id]:
        raise LastOwnerError("This is the last owner of the project.")


async def _tell_members(
    uow: UnitOfWork, actor_id: UUID, project_id: UUID, change: dict[str, object]
) -> list[MemberRead]:
    members = await list_members(uow, project_id)
    await events.record(
        uow,
        project_id,
        "server:members.updated",
        MembersUpdated(project_id=project_id, data=members),
        actor_id=actor_id,
        subject_id=project_id,
        change=change,
    )
    return members
