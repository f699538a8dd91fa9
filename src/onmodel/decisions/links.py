"""Links for reviewers outside the team: made, listed, revoked."""

from datetime import timedelta
from uuid import UUID

from onmodel.accounts import secrets
from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.decisions import door, repository
from onmodel.decisions.errors import ReviewLinkGoneError, TooMuchSaidError
from onmodel.decisions.models import ReviewLink
from onmodel.decisions.schemas import LinkCreate, ReviewLinkCreated, ReviewLinkRead
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork

MOST_LINKS = 50


async def list_links(uow: UnitOfWork, actor: Actor, decision_id: UUID) -> list[ReviewLinkRead]:
    """Return a decision's links, for those who may make them."""
    decision = await door.get_permitted(uow, actor, decision_id, Permission.EDIT)
    return [_read(link, guests) for link, guests in await repository.links(uow, decision.id)]


async def create(
    uow: UnitOfWork, actor: Actor, decision_id: UUID, data: LinkCreate, *, url: str
) -> ReviewLinkCreated:
    """Make a link; its address is told this once.

    Raises:
        TooMuchSaidError: there are fifty links already.
    """
    decision = await door.get_permitted(uow, actor, decision_id, Permission.EDIT, lock=True)
    if len(await repository.links(uow, decision.id)) >= MOST_LINKS:
        raise TooMuchSaidError(f"More than {MOST_LINKS} links are not made for one decision.")
    token = secrets.new_token()
    link = ReviewLink(
        decision_id=decision.id,
        label=data.label,
        token_hash=secrets.hash_token(token),
        password_hash=await secrets.hash_password(data.password) if data.password else None,
        expires_at=now() + timedelta(days=data.days),
        created_by=actor.user_id,
        created_at=now(),
    )
    uow.session.add(link)
    await uow.session.flush()
    return ReviewLinkCreated(**_read(link, 0).model_dump(), url=f"{url}/r/{token}")


async def revoke(uow: UnitOfWork, actor: Actor, decision_id: UUID, link_id: UUID) -> ReviewLinkRead:
    """End a link at once; what its guests said stays."""
    decision = await door.get_permitted(uow, actor, decision_id, Permission.EDIT, lock=True)
    for link, guests in await repository.links(uow, decision.id):
        if link.id == link_id:
            link.revoked_at = link.revoked_at or now()
            await uow.session.flush()
            return _read(link, guests)
    raise ReviewLinkGoneError("This decision has no such link.")


def _read(link: ReviewLink, guests: int) -> ReviewLinkRead:
    return ReviewLinkRead(
        id=link.id,
        label=link.label,
        has_password=link.password_hash is not None,
        expires_at=link.expires_at,
        revoked_at=link.revoked_at,
        guests=guests,
    )
