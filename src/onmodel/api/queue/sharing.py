"""Reading and setting a project's part of the machines, by people who may."""

from typing import Any
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.api.queue.share_schemas import (
    PersonWeight,
    ShareRead,
    ShareUpdate,
    ShareUpdated,
    ShareUse,
)
from onmodel.dispatch import quotas
from onmodel.dispatch import sharing as shares
from onmodel.dispatch.share_models import ProjectShare
from onmodel.events import log as events
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import ForbiddenError, InvalidError, NotFoundError
from onmodel.projects import access

_ADMINISTRATORS = ("weight", "quota_calls", "quota_seconds", "quota_period", "refuses")
_NEVER_NULL = ("weight", "quota_period", "refuses", "commercial")


class NotInProjectError(NotFoundError):
    code = "not_in_project"
    title = "This person is not part of the project"
    default_try = "Add them to the project first."


class NeedsValueError(InvalidError):
    code = "needs_value"
    title = "This cannot be empty"
    default_try = "Leave it out to keep it as it is."


async def read(uow: UnitOfWork, actor: Actor, project_id: UUID) -> ShareRead:
    """Return a project's share; raises ProjectNotFoundError."""
    await access.require(uow, actor, project_id, Permission.VIEW)
    return await _read(uow, project_id)


async def update(uow: UnitOfWork, actor: Actor, project_id: UUID, data: ShareUpdate) -> ShareRead:
    """Change a project's share.

    Raises:
        ProjectNotFoundError: there is none, or it is not theirs to see.
        ForbiddenError: they may not change this part of it.
        NeedsValueError: something was to be emptied that always has a value.
    """
    await access.require(uow, actor, project_id, Permission.MANAGE)
    values = data.model_dump(exclude_unset=True)
    if not actor.is_admin and any(name in values for name in _ADMINISTRATORS):
        raise ForbiddenError(
            "Only administrators set a project's weight and quotas.", try_="Ask one of them."
        )
    for name in _NEVER_NULL:
        if name in values and values[name] is None:
            raise NeedsValueError(f"{name} always has a value.")
    if values:
        await shares.set_project(uow, project_id, **values)
    return await _tell(uow, actor, project_id, values)


async def set_person(
    uow: UnitOfWork, actor: Actor, project_id: UUID, person_id: UUID, weight: int
) -> ShareRead:
    """Change a person's weight in a project.

    Raises:
        ProjectNotFoundError, ForbiddenError: see ``update``.
        NotInProjectError: the person has no role in the project.
    """
    await access.require(uow, actor, project_id, Permission.MANAGE)
    if person_id not in await access.who_may_see(uow, project_id, {person_id}):
        raise NotInProjectError("Nobody of that id takes part in this project.")
    await shares.set_person(uow, project_id, person_id, weight=weight)
    return await _tell(uow, actor, project_id, {"person_id": str(person_id), "weight": weight})


async def _tell(
    uow: UnitOfWork, actor: Actor, project_id: UUID, changed: dict[str, Any]
) -> ShareRead:
    data = await _read(uow, project_id)
    if changed:
        await events.record(
            uow,
            project_id,
            "server:share.updated",
            ShareUpdated(data=data),
            actor_id=actor.user_id,
            change={"verb": "changed share", "fields": changed},
        )
    return data


async def _read(uow: UnitOfWork, project_id: UUID) -> ShareRead:
    share = await shares.of_project(uow, project_id) or ProjectShare(
        project_id=project_id, weight=1, quota_period="day", refuses=False, commercial=False
    )
    use = await quotas.of_project(uow, project_id)
    weights = await shares.weights_of_people(uow, project_id)
    return ShareRead(
        project_id=project_id,
        weight=share.weight,
        max_running=share.max_running,
        quota_calls=share.quota_calls,
        quota_seconds=share.quota_seconds,
        quota_period=share.quota_period,  # type: ignore[arg-type]  # the database checks it
        refuses=share.refuses,
        commercial=share.commercial,
        people=[PersonWeight(person_id=id_, weight=weight) for id_, weight in weights.items()],
        use=ShareUse(
            running=use.running,
            waiting=use.waiting,
            calls=use.calls,
            seconds=use.seconds,
            renews_at=use.renews_at,
        ),
        hold=use.sentence,
    )
