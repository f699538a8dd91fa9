"""By when work may be asked for: near moments jump the line, and who may do that is limited."""

from datetime import datetime, timedelta
from uuid import UUID

from onmodel.accounts.permissions import Permission, allows
from onmodel.accounts.service import Actor
from onmodel.dispatch.errors import DueTooSoonError
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import access

NOTICE = timedelta(hours=1)


async def check(uow: UnitOfWork, actor: Actor, project_id: UUID, due_at: datetime | None) -> None:
    """Require that a moment lies ahead; for all but owners, who say what is urgent, an hour.

    Raises:
        DueTooSoonError: it does not.
    """
    if due_at is None or due_at >= now() + NOTICE:
        return
    if due_at <= now():
        raise DueTooSoonError("That moment has passed.", try_="Name one that lies ahead.")
    role = await access.role_in(uow, actor, project_id)
    if role is None or not allows(role, Permission.MANAGE):
        raise DueTooSoonError("Only owners of the project need something within the hour.")
