"""The one door: may this person do that in this project?"""

from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, text

from onmodel.accounts.permissions import RANK, Permission, Role, allows, strongest
from onmodel.accounts.service import Actor
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import ForbiddenError, NotFoundError

_ROLES = text(
    """
    SELECT p.id, m.role
    FROM projects p
    LEFT JOIN (
        SELECT project_id, role FROM project_members WHERE user_id = :user_id
        UNION ALL
        SELECT t.project_id, t.role
        FROM project_teams t JOIN team_members tm ON tm.team_id = t.team_id
        WHERE tm.user_id = :user_id
    ) m ON m.project_id = p.id
    WHERE p.id = :project_id
    """
).bindparams(bindparam("user_id", type_=Uuid()), bindparam("project_id", type_=Uuid()))


class ProjectNotFoundError(NotFoundError):
    code = "project_not_found"
    title = "No such project"
    default_try = "Check the link, or ask an owner of the project to add you."


async def role_in(uow: UnitOfWork, actor: Actor, project_id: UUID) -> Role | None:
    """Return the strongest role of the actor; administrators own every project."""
    rows = (
        await uow.session.execute(_ROLES, {"user_id": actor.user_id, "project_id": project_id})
    ).all()
    if not rows:
        return None
    if actor.is_admin:
        return Role.OWNER
    return strongest([Role(row.role) for row in rows if row.role is not None])


_ALL = text(
    """
    SELECT project_id, role FROM project_members
    WHERE user_id = :user_id AND project_id = ANY(:project_ids)
    UNION ALL
    SELECT t.project_id, t.role
    FROM project_teams t JOIN team_members tm ON tm.team_id = t.team_id
    WHERE tm.user_id = :user_id AND t.project_id = ANY(:project_ids)
    """
).bindparams(bindparam("user_id", type_=Uuid()), bindparam("project_ids", type_=ARRAY(Uuid())))


async def roles(uow: UnitOfWork, actor: Actor, project_ids: list[UUID]) -> dict[UUID, Role]:
    """Return the actor's strongest role in each of the projects where they have one."""
    found: dict[UUID, Role] = {}
    rows = await uow.session.execute(_ALL, {"user_id": actor.user_id, "project_ids": project_ids})
    for row in rows:
        both = [Role(row.role), *([found[row.project_id]] if row.project_id in found else [])]
        found[row.project_id] = max(both, key=RANK.__getitem__)
    return found


_VISIBLE = text(
    """
    SELECT project_id FROM project_members WHERE user_id = :user_id
    UNION
    SELECT t.project_id FROM project_teams t JOIN team_members tm ON tm.team_id = t.team_id
    WHERE tm.user_id = :user_id
    """
).bindparams(bindparam("user_id", type_=Uuid()))


async def visible(uow: UnitOfWork, actor: Actor) -> list[UUID] | None:
    """Return the projects where the actor has a role; None for an administrator, who sees all."""
    if actor.is_admin:
        return None
    return list(await uow.session.scalars(_VISIBLE, {"user_id": actor.user_id}))


_WHO = text(
    """
    SELECT u.id FROM users u
    WHERE u.id = ANY(:user_ids) AND (
        u.is_admin
        OR EXISTS (SELECT 1 FROM project_members m
            WHERE m.project_id = :project_id AND m.user_id = u.id)
        OR EXISTS (SELECT 1 FROM project_teams t JOIN team_members tm ON tm.team_id = t.team_id
            WHERE t.project_id = :project_id AND tm.user_id = u.id))
    """
).bindparams(bindparam("project_id", type_=Uuid()), bindparam("user_ids", type_=ARRAY(Uuid())))


async def who_may_see(uow: UnitOfWork, project_id: UUID, user_ids: set[UUID]) -> set[UUID]:
    """Return those of the people who have any role in the project."""
    rows = await uow.session.scalars(_WHO, {"project_id": project_id, "user_ids": list(user_ids)})
    return set(rows)


async def require(uow: UnitOfWork, actor: Actor, project_id: UUID, permission: Permission) -> Role:
    """Let the actor pass, or refuse.

    Raises:
        ProjectNotFoundError: there is no such project, or it is not theirs to see.
        ForbiddenError: they may see it, but not do this.
    """
    role = await role_in(uow, actor, project_id)
    if role is None:
        raise ProjectNotFoundError("This project does not exist, or you are not part of it.")
    check(role, permission)
    return role


def check(role: Role, permission: Permission) -> None:
    """Raise ForbiddenError unless the role includes the permission."""
    if not allows(role, permission):
        raise ForbiddenError(f"As a {role.value} you may not {_DOING[permission]} in this project.")


_DOING: dict[Permission, str] = {
    Permission.VIEW: "look around",
    Permission.REVIEW: "approve, reject, star or write notes",
    Permission.EDIT: "change characters",
    Permission.TRAIN: "train",
    Permission.GENERATE: "generate",
    Permission.MANAGE: "manage people",
}
