"""Who came into a project or a team, got another role there, or was taken out."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from onmodel.accounts import repository as accounts
from onmodel.accounts.changes import TeamChange, when_team_changes
from onmodel.events.log import Told, when_told
from onmodel.inbox import pages, service
from onmodel.inbox.kinds import Kind
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.ids import new_id
from onmodel.projects import repository as projects
from onmodel.projects.models import Project
from onmodel.projects.schemas import MembersUpdated

_ARTICLE = {"owner": "an owner", "editor": "an editor", "reviewer": "a reviewer"}


async def changed(uow: UnitOfWork, told: Told) -> None:
    """Tell who got a role or lost one, by themselves or with their team."""
    assert isinstance(told.payload, MembersUpdated)
    change = told.change or {}
    project = await projects.find(uow, told.project_id)
    assert project is not None  # it tells of its people
    people = await _concerned(uow, change)
    key = f"role:{project.id}:{told.seq}"
    if change.get("verb") == "gave role":
        body = f"As part of {change['person']}." if "team_id" in change else ""
        title = f"made you {_a(change['role'])} of"
        await _in(uow, people, project, title, body=body, key=key, actor_id=told.actor_id)
        return
    # who was in by two ways stays in by the other
    members = {member.person.id: member for member in told.payload.data}
    for one in people:
        still = members.get(one)
        if still is None:
            title = f"took you out of {project.title}"
            await _out(uow, one, "project", project.id, title, key=key, actor_id=told.actor_id)
        else:
            title = f"made you {_a(still.role)} of"
            body = f"As part of {', '.join(still.through)}." if still.through else ""
            await _in(uow, [one], project, title, body=body, key=key, actor_id=told.actor_id)


async def _concerned(uow: UnitOfWork, change: Mapping[str, Any]) -> list[UUID]:
    if "team_id" in change:
        return await accounts.team_members(uow, UUID(change["team_id"]))
    return [UUID(change["person_id"])] if "person_id" in change else []


async def team_changed(uow: UnitOfWork, change: TeamChange) -> None:
    """Tell who came into a team which projects that opens, or that they are in it no more."""
    # a team has no log of its own that would number its changes
    key = f"team:{change.team.id}:{new_id()}"
    team, about = change.team.name, ("team", change.team.id)
    if not change.joined:
        title = f"took you out of the team {team}"
        await _out(uow, change.user_id, *about, title, key=key, actor_id=change.actor_id)
        return
    opened = await projects.of_team(uow, change.team.id)
    for project, role in opened:
        title = f"put you into {team}: you are {_a(role)} of"
        project_key = f"{key}:{project.id}"
        await _in(uow, [change.user_id], project, title, key=project_key, actor_id=change.actor_id)
    if not opened:
        title = f"put you into the team {team}"
        await _out(uow, change.user_id, *about, title, key=key, actor_id=change.actor_id)


async def _in(
    uow: UnitOfWork,
    people: Iterable[UUID],
    project: Project,
    did: str,
    *,
    key: str,
    actor_id: UUID | None,
    body: str = "",
) -> None:
    """Tell people of a project that they may open."""
    await service.notify(
        uow,
        person_ids=people,
        kind=Kind.ROLE,
        project_id=project.id,
        subject_type="project",
        subject_id=project.id,
        url=pages.project(project.id),
        title=f"{await _name(uow, actor_id)} {did} {project.title}",
        body=body,
        key=key,
        actor_id=actor_id,
    )


async def _out(
    uow: UnitOfWork,
    person_id: UUID,
    subject_type: str,
    subject_id: UUID,
    did: str,
    *,
    key: str,
    actor_id: UUID | None,
) -> None:
    """Tell somebody what opens no project; it belongs to none, or they could not read it."""
    await service.notify(
        uow,
        person_ids=[person_id],
        kind=Kind.ROLE,
        project_id=None,
        subject_type=subject_type,
        subject_id=subject_id,
        url=pages.PROJECTS,
        title=f"{await _name(uow, actor_id)} {did}",
        key=key,
        actor_id=actor_id,
    )


async def _name(uow: UnitOfWork, actor_id: UUID | None) -> str:
    actor = await accounts.find_user(uow, actor_id) if actor_id else None
    return actor.name if actor else "OnModel"


def _a(role: str) -> str:
    return _ARTICLE.get(role, "a viewer")


def register() -> None:
    when_told("server:members.updated", changed)
    when_team_changes(team_changed)
