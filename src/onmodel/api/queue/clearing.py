"""What has ended lately, and putting it away in one step; the history keeps all of it."""

from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update

from onmodel.accounts.permissions import Permission, allows
from onmodel.accounts.service import Actor
from onmodel.api.queue.changing import tell
from onmodel.api.queue.schemas import QueueCleared
from onmodel.dispatch.models import Call
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.ids import new_id
from onmodel.kit.lifecycle import FINAL
from onmodel.projects import access

LISTED = 20
# What ended before stands in the history only.
HOURS = 24

Whose = Literal["mine", "all"]


async def ended(uow: UnitOfWork, actor: Actor, project_id: UUID | None) -> list[Call]:
    """Return the latest ended calls that nobody put away, newest first; one more than listed."""
    rows = await uow.session.scalars(
        select(Call)
        .where(*_standing(), *await _seen(uow, actor, project_id))
        .order_by(Call.finished_at.desc(), Call.id.desc())
        .limit(LISTED + 1)
    )
    return list(rows)


async def clear(
    uow: UnitOfWork, actor: Actor, project_id: UUID | None, whose: Whose
) -> QueueCleared:
    """Put away what has ended: one's own, or everybody's where one manages the project.

    Raises:
        ProjectNotFoundError, ForbiddenError: everybody's in a project where one may not.
    """
    if project_id is not None and whose == "all":
        await access.require(uow, actor, project_id, Permission.MANAGE)
    clearing = new_id()
    rows = await uow.session.scalars(
        update(Call)
        .where(*_standing(), *await _seen(uow, actor, project_id))
        .where(await _theirs(uow, actor, whose))
        .values(clearing=clearing)
        .returning(Call.project_id)
        .execution_options(synchronize_session=False)
    )
    return _told(uow, clearing, list(rows))


async def may_clear_all(uow: UnitOfWork, actor: Actor, project_id: UUID | None) -> bool:
    """Say whether the actor manages the project, or with None any."""
    if actor.is_admin:
        return True
    managed = await _managed(uow, actor)
    return bool(managed) if project_id is None else project_id in managed


async def undo(uow: UnitOfWork, actor: Actor, clearing: UUID) -> QueueCleared:
    """Let what was put away in one step stand again, as far as the actor could put it away."""
    rows = await uow.session.scalars(
        update(Call)
        .where(Call.clearing == clearing, *await _seen(uow, actor, None))
        .where(await _theirs(uow, actor, "all"))
        .values(clearing=None)
        .returning(Call.project_id)
        .execution_options(synchronize_session=False)
    )
    return _told(uow, clearing, list(rows))


def _told(uow: UnitOfWork, clearing: UUID, projects: list[UUID]) -> QueueCleared:
    for id_ in set(projects):
        tell(uow, id_)
    return QueueCleared(id=clearing, count=len(projects))


def _standing() -> list[ColumnElement[bool]]:
    lately = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, HOURS)
    return [Call.state.in_(FINAL), Call.clearing.is_(None), Call.finished_at > lately]


async def _seen(
    uow: UnitOfWork, actor: Actor, project_id: UUID | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    visible = await access.visible(uow, actor)
    if visible is not None:
        conditions.append(Call.project_id.in_(visible))
    if project_id is not None:
        conditions.append(Call.project_id == project_id)
    return conditions


async def _theirs(uow: UnitOfWork, actor: Actor, whose: Whose) -> ColumnElement[bool]:
    """Say which calls are the actor's to put away."""
    mine: ColumnElement[bool] = Call.created_by == actor.user_id
    if whose == "mine":
        return mine
    if actor.is_admin:
        return Call.id.is_not(None)
    return or_(mine, Call.project_id.in_(await _managed(uow, actor)))


async def _managed(uow: UnitOfWork, actor: Actor) -> list[UUID]:
    visible = await access.visible(uow, actor) or []
    roles = await access.roles(uow, actor, visible)
    return [id_ for id_, role in roles.items() if allows(role, Permission.MANAGE)]
