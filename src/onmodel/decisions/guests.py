"""People without an account, who came by a link: let in, recognised, shown one decision.

A guest is a seat with a secret of its own. It opens this one decision, for as long as the link
does, and no other door of the house knows it.
"""

from dataclasses import dataclass
from uuid import UUID

from onmodel.accounts import secrets
from onmodel.decisions import repository, telling, voting
from onmodel.decisions.errors import (
    GuestNameTakenError,
    GuestUnknownError,
    ReviewLinkGoneError,
    ReviewPasswordError,
    TooMuchSaidError,
    VotingOverError,
)
from onmodel.decisions.models import Decision, ReviewLink, Voter
from onmodel.decisions.schemas import (
    DecisionView,
    GuestEnter,
    GuestPicture,
    GuestView,
    LinkDoor,
)
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.storage import signing

MOST_GUESTS = 100
# A signed address is good for 15 to 30 minutes. It stays the same for a quarter of an hour, so
# that a page that asks again does not load its pictures again; a link that is revoked keeps no
# picture open for longer.
WINDOW_SECONDS = 15 * 60
GONE = "It has expired, was revoked, or never existed."


@dataclass(frozen=True)
class Guest:
    """A seat with the decision and the link that it belongs to."""

    decision: Decision
    link: ReviewLink
    voter: Voter


async def look(uow: UnitOfWork, token: str, guest_token: str | None) -> LinkDoor:
    """Return what somebody who has the link may know before they enter.

    Raises:
        ReviewLinkGoneError: it has expired, was revoked, or never existed.
    """
    link = await _link(uow, token)
    return LinkDoor(
        has_password=link.password_hash is not None,
        entered=await _voter(uow, link, guest_token) is not None,
    )


async def enter(uow: UnitOfWork, token: str, data: GuestEnter) -> str:
    """Give somebody a seat under the name they give; return the secret that opens it.

    Raises:
        ReviewLinkGoneError: the link has expired, was revoked, or never existed.
        ReviewPasswordError: the password is wrong.
        GuestNameTakenError: somebody of this link has that name.
        VotingOverError: it is decided.
    """
    link = await _link(uow, token)
    if link.password_hash is not None and not await secrets.verify_password(
        link.password_hash, data.password
    ):
        raise ReviewPasswordError("The password does not fit this link.")
    decision = await repository.lock(uow, link.decision_id)
    assert decision is not None  # a foreign key holds it
    if decision.state == "decided":
        raise VotingOverError("This is decided already.")
    others = await repository.guests(uow, link.id)
    if any(one.name.lower() == data.name.lower() for one in others):
        raise GuestNameTakenError(f"“{data.name}” is here already.")
    if len(others) >= MOST_GUESTS:
        raise TooMuchSaidError(f"{MOST_GUESTS} people have come by this link.")
    guest_token = secrets.new_token()
    uow.session.add(
        Voter(
            decision_id=decision.id,
            link_id=link.id,
            name=data.name,
            advises=True,
            token_hash=secrets.hash_token(guest_token),
            created_at=now(),
        )
    )
    await telling.tell(uow, decision, None, None)
    return guest_token


async def recognise(
    uow: UnitOfWork, token: str, guest_token: str | None, *, lock: bool = False
) -> Guest:
    """Return the guest whom a link and a secret belong to; their decision locked, if wished.

    Raises:
        ReviewLinkGoneError: the link has expired, was revoked, or never existed.
        GuestUnknownError: nobody entered by this link with this secret.
    """
    link = await _link(uow, token)
    voter = await _voter(uow, link, guest_token)
    if voter is None:
        raise GuestUnknownError("This browser has not entered by this link.")
    fetch = repository.lock if lock else repository.find
    decision = await fetch(uow, link.decision_id)
    assert decision is not None  # a foreign key holds it
    return Guest(decision, link, voter)


async def _link(uow: UnitOfWork, token: str) -> ReviewLink:
    link = await repository.link_by_token(uow, secrets.hash_token(token))
    if link is None or link.revoked_at is not None or link.expires_at <= now():
        raise ReviewLinkGoneError(GONE)
    return link


async def _voter(uow: UnitOfWork, link: ReviewLink, guest_token: str | None) -> Voter | None:
    if not guest_token:
        return None
    return await repository.guest_by_token(uow, link.id, secrets.hash_token(guest_token))


async def view(uow: UnitOfWork, guest: Guest, *, secret: bytes) -> GuestView:
    """Return the decision as a guest sees it, with addresses of its pictures."""
    shown = _outside(await voting.guest_view(uow, guest.decision, guest.voter, secret=secret))
    files = [one.file for one in shown.decision.candidates if one.file is not None]
    return GuestView(
        view=shown,
        pictures={file.id: _addresses(secret, file.id, guest.link) for file in files},
        name=guest.voter.name,
        expires_at=guest.link.expires_at,
    )


def _outside(view: DecisionView) -> DecisionView:
    """Leave out what a guest has no use for: who works here, and how pictures were made."""
    for one in view.decision.candidates:
        one.variation_id = one.suggested_by = one.source = one.p_same = None
    for voter in view.decision.voters:
        voter.user_id = None
    view.decision.lead_id = view.decision.decided_by = view.decision.created_by = None
    return view


def _addresses(secret: bytes, file_id: UUID, link: ReviewLink) -> GuestPicture:
    at = int(now().timestamp())
    until = (at // WINDOW_SECONDS + 2) * WINDOW_SECONDS
    expires = min(until, int(link.expires_at.timestamp()))

    def address(variant: str) -> str:
        signature = signing.sign(secret, str(file_id), variant, expires)
        return f"/api/v1/files/{file_id}/{variant}?exp={expires}&sig={signature}"

    return GuestPicture(preview=address("preview"), original=address("original"))
