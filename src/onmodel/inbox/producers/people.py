"""Who came into a project, or got another role there."""

from uuid import UUID

from onmodel.accounts import repository as accounts
from onmodel.events.log import Told, when_told
from onmodel.inbox import pages, service
from onmodel.inbox.kinds import Kind
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import repository as projects
from onmodel.projects.schemas import MembersUpdated

_ARTICLE = {"owner": "an owner", "editor": "an editor", "reviewer": "a reviewer"}


async def changed(uow: UnitOfWork, told: Told) -> None:
    """Tell who got a role, by themselves or with their team."""
    assert isinstance(told.payload, MembersUpdated)
    change = told.change or {}
    if change.get("verb") != "gave role":
        return
    people = [UUID(change["person_id"])] if "person_id" in change else []
    if "team_id" in change:
        people = await accounts.team_members(uow, UUID(change["team_id"]))
    actor = await accounts.find_user(uow, told.actor_id) if told.actor_id else None
    project = await projects.find(uow, told.project_id)
    assert project is not None  # it tells of its people
    role = _ARTICLE.get(change["role"], "a viewer")
    who = actor.name if actor else "OnModel"
    await service.notify(
        uow,
        person_ids=people,
        kind=Kind.ROLE,
        project_id=project.id,
        subject_type="project",
        subject_id=project.id,
        url=pages.project(project.id),
        title=f"{who} made you {role} of {project.title}",
        body=f"As part of {change['person']}." if "team_id" in change else "",
        key=f"role:{project.id}:{told.seq}",
        actor_id=told.actor_id,
    )


def register() -> None:
    when_told("server:members.updated", changed)
