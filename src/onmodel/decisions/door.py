"""Who may look at a decision, vote in it, and decide."""

from uuid import UUID

from onmodel.accounts import repository as people
from onmodel.accounts.permissions import Permission, Role, allows
from onmodel.accounts.service import Actor, actor_of
from onmodel.decisions import repository
from onmodel.decisions.errors import DecisionNotFoundError, VotingOverError
from onmodel.decisions.models import Decision
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import ForbiddenError
from onmodel.projects import access


async def get_permitted(
    uow: UnitOfWork,
    actor: Actor,
    decision_id: UUID,
    permission: Permission,
    *,
    lock: bool = False,
) -> Decision:
    """Return a decision that the actor may see and treat so.

    Raises:
        DecisionNotFoundError: it does not exist, or it is another team's.
        ForbiddenError: they may see it, but not do this.
    """
    fetch = repository.lock if lock else repository.find
    decision = await fetch(uow, decision_id)
    role = await access.role_in(uow, actor, decision.project_id) if decision else None
    if decision is None or role is None:
        raise DecisionNotFoundError("This decision does not exist, or you cannot see it.")
    access.check(role, permission)
    return decision


async def get_open(
    uow: UnitOfWork, actor: Actor, decision_id: UUID, permission: Permission
) -> Decision:
    """Return a decision that is still voted on, locked; raises VotingOverError otherwise."""
    decision = await get_permitted(uow, actor, decision_id, permission, lock=True)
    check_open(decision)
    return decision


def check_open(decision: Decision) -> None:
    """Raise VotingOverError unless people may vote and suggest."""
    if decision.state != "open":
        raise VotingOverError("This decision takes no more votes and pictures.")


def decides(decision: Decision, actor: Actor, role: Role | None) -> bool:
    """Tell whether somebody with this role may choose: the lead, and whoever owns the project."""
    if role is None or not allows(role, Permission.EDIT):
        return False
    return decision.lead_id == actor.user_id or allows(role, Permission.MANAGE)


async def check_decides(uow: UnitOfWork, actor: Actor, decision: Decision) -> None:
    """Raise ForbiddenError unless the actor may choose."""
    role = await access.role_in(uow, actor, decision.project_id)
    if not decides(decision, actor, role):
        raise ForbiddenError("Only the lead of this decision, or an owner, may do this.")


async def can_lead(uow: UnitOfWork, project_id: UUID, user_id: UUID | None) -> bool:
    """Tell whether a person may change characters of the project, and so decide."""
    user = await people.find_user(uow, user_id) if user_id else None
    if user is None:
        return False
    role = await access.role_in(uow, actor_of(user, via="house"), project_id)
    return role is not None and allows(role, Permission.EDIT)
