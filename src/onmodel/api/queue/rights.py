"""Who may do what with a call."""

from collections.abc import Iterable
from uuid import UUID

from onmodel.accounts.permissions import Permission, Role, allows
from onmodel.accounts.service import Actor
from onmodel.api.queue.schemas import QueueRight
from onmodel.dispatch.errors import CallNotFoundError
from onmodel.dispatch.models import Call
from onmodel.dispatch.repository import get
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import ForbiddenError
from onmodel.kit.lifecycle import FINAL, State
from onmodel.projects import access

_POSSIBLE: dict[State, tuple[QueueRight, ...]] = {
    State.QUEUED: ("cancel", "pause", "hurry", "unhurry", "due", "move"),
    State.STARTING: ("cancel",),
    State.RUNNING: ("cancel",),
    State.PAUSED: ("cancel", "resume", "due"),
    State.SUCCEEDED: (),
    State.FAILED: ("retry",),
    State.CANCELLED: ("retry",),
}


def of_call(call: Call, actor: Actor, role: Role | None) -> list[QueueRight]:
    """Return what somebody with this role in the call's project may do with it now.

    Whoever may generate may stop and start the work of the project; the order of somebody
    else's work, and what is urgent, is for the owners of the project.
    """
    if role is None or not allows(role, Permission.GENERATE):
        return []
    manages = allows(role, Permission.MANAGE)
    refused = {
        "move": call.created_by != actor.user_id and not manages,
        "due": call.created_by != actor.user_id and not manages,
        "hurry": call.urgent or not manages,
        "unhurry": not call.urgent or not manages,
    }
    return [
        right
        for right in _POSSIBLE[call.state]
        if not refused.get(right, False)
        # what waits for an earlier step is not in line yet
        and (call.waiting_for == 0 or right in ("cancel", "due") or call.state in FINAL)
    ]


async def roles(uow: UnitOfWork, actor: Actor, project_ids: Iterable[UUID]) -> dict[UUID, Role]:
    """Return the actor's role in each of these projects where they have one."""
    ids = list(set(project_ids))
    if actor.is_admin:
        return dict.fromkeys(ids, Role.OWNER)
    return await access.roles(uow, actor, ids)


async def visible(uow: UnitOfWork, actor: Actor, call_id: UUID) -> Call:
    """Return a call of a project that the actor sees; raises CallNotFoundError."""
    call = await get(uow, call_id)
    if await access.role_in(uow, actor, call.project_id) is None:
        raise CallNotFoundError("There is no such call.")
    return call


async def permitted(uow: UnitOfWork, actor: Actor, call_id: UUID, right: QueueRight) -> Call:
    """Return a call for somebody who may do this with calls of its kind.

    Whether its state still allows it is for the change itself to say.

    Raises:
        CallNotFoundError: there is none, or it is not theirs to see.
        ForbiddenError: they see it, but may not.
    """
    call = await get(uow, call_id)
    role = await access.role_in(uow, actor, call.project_id)
    if role is None:
        raise CallNotFoundError("There is no such call.")
    access.check(role, Permission.GENERATE)
    others = call.created_by != actor.user_id
    if right == "move" and others and not allows(role, Permission.MANAGE):
        raise ForbiddenError("Only owners of the project change the order of others’ work.")
    if right == "due" and others and not allows(role, Permission.MANAGE):
        raise ForbiddenError("Only owners of the project say by when others’ work is needed.")
    if right in ("hurry", "unhurry") and not allows(role, Permission.MANAGE):
        raise ForbiddenError("Only owners of the project say what is urgent.")
    return call
