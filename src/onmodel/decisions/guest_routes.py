"""What somebody without an account may do by a link: one decision, and nothing else."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from onmodel.accounts.errors import CrossSiteError, TooManyAttemptsError
from onmodel.accounts.signed_in import CSRF_HEADER
from onmodel.accounts.throttle import attempts, throttle
from onmodel.decisions import guests, voting
from onmodel.decisions.errors import (
    CandidateNotFoundError,
    GuestNameTakenError,
    GuestUnknownError,
    ReviewLinkGoneError,
    ReviewPasswordError,
    TooFewCandidatesError,
    TooMuchSaidError,
    VotingOverError,
    WrongMethodError,
)
from onmodel.decisions.guests import Guest
from onmodel.decisions.schemas import (
    CommentWrite,
    GuestEnter,
    GuestView,
    LinkDoor,
    PairShown,
    PairWrite,
    VoteWrite,
)
from onmodel.http.deps import Reading, SettingsDep, Writing
from onmodel.http.problems import problems
from onmodel.kit.clock import now

COOKIE = "onmodel_guest"

router = APIRouter(prefix="/review/{token}", tags=["outside review"])

Token = Annotated[str, Path(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
NOT_IN = (ReviewLinkGoneError, GuestUnknownError, TooManyAttemptsError)
OVER = (VotingOverError, WrongMethodError)


async def _own_page(request: Request) -> None:
    """Refuse a change that another site's page sends along with our cookie."""
    if CSRF_HEADER not in request.headers:
        raise CrossSiteError("The request lacks the mark of OnModel's own pages.")


OwnPage = Depends(_own_page)


async def _seat(request: Request) -> str | None:
    return request.cookies.get(COOKIE)


Seat = Annotated[str | None, Depends(_seat)]


async def _guest(request: Request, token: Token, seat: Seat, uow: Reading) -> Guest:
    guest = await guests.recognise(uow, token, seat)
    _slow_down(request, guest)
    return guest


async def _acting_guest(request: Request, token: Token, seat: Seat, uow: Writing) -> Guest:
    guest = await guests.recognise(uow, token, seat, lock=True)
    _slow_down(request, guest)
    return guest


def _slow_down(request: Request, guest: Guest) -> None:
    if not attempts(request).by_guest.allows(guest.voter.id):
        raise TooManyAttemptsError(
            "That is more than two things a second.", headers={"Retry-After": "30"}
        )


Looking = Annotated[Guest, Depends(_guest, scope="function")]
Acting = Annotated[Guest, Depends(_acting_guest, scope="function")]


@router.get("", responses=problems(ReviewLinkGoneError, TooManyAttemptsError))
async def look_at_link(request: Request, token: Token, seat: Seat, uow: Reading) -> LinkDoor:
    """Whether a link works and asks for a password; nothing of what is behind it."""
    throttle(request, f"look {token[:16]}")
    return await guests.look(uow, token, seat)


@router.post(
    "/enter",
    dependencies=[OwnPage],
    responses=problems(
        ReviewLinkGoneError,
        ReviewPasswordError,
        GuestNameTakenError,
        TooMuchSaidError,
        VotingOverError,
        TooManyAttemptsError,
        CrossSiteError,
    ),
)
async def enter_by_link(
    request: Request,
    token: Token,
    data: GuestEnter,
    response: Response,
    uow: Writing,
    settings: SettingsDep,
) -> GuestView:
    """Come in under a name; a cookie that only this link's addresses get keeps the seat."""
    throttle(request, f"enter {token[:16]}")
    seat = await guests.enter(uow, token, data)
    guest = await guests.recognise(uow, token, seat)
    response.set_cookie(
        COOKIE,
        seat,
        max_age=int((guest.link.expires_at - now()).total_seconds()),
        path=f"/api/v1/review/{token}",
        httponly=True,
        samesite="strict",
        secure=settings.url.startswith("https://"),
    )
    return await guests.view(uow, guest, secret=settings.secret_key)


@router.get("/decision", responses=problems(*NOT_IN))
async def read_as_guest(guest: Looking, uow: Reading, settings: SettingsDep) -> GuestView:
    """The decision, with addresses of its pictures that end by themselves."""
    return await guests.view(uow, guest, secret=settings.secret_key)


@router.put(
    "/votes/{candidate_id}",
    dependencies=[OwnPage],
    responses=problems(*NOT_IN, *OVER, CandidateNotFoundError, CrossSiteError),
)
async def vote_as_guest(
    candidate_id: UUID, data: VoteWrite, guest: Acting, uow: Writing, settings: SettingsDep
) -> GuestView:
    """Approve, reject or give stars."""
    await voting.vote_as(uow, guest.decision, guest.voter, candidate_id, data)
    return await guests.view(uow, guest, secret=settings.secret_key)


@router.get("/pairs/next", responses=problems(*NOT_IN, *OVER, TooFewCandidatesError))
async def next_pair_as_guest(
    guest: Looking, uow: Reading, settings: SettingsDep
) -> PairShown | None:
    """The two pictures to compare next; null when all are compared."""
    return await voting.pair_for(
        uow, guest.decision, guest.voter, guest.voter.id, secret=settings.secret_key
    )


@router.post(
    "/pairs",
    dependencies=[OwnPage],
    responses=problems(*NOT_IN, *OVER, CandidateNotFoundError, CrossSiteError),
)
async def compare_as_guest(
    data: PairWrite, guest: Acting, uow: Writing, settings: SettingsDep
) -> GuestView:
    """Say which of two you prefer, or neither."""
    await voting.compare_as(uow, guest.decision, guest.voter, data)
    return await guests.view(uow, guest, secret=settings.secret_key)


@router.post(
    "/comments",
    status_code=201,
    dependencies=[OwnPage],
    responses=problems(*NOT_IN, CandidateNotFoundError, TooMuchSaidError, CrossSiteError),
)
async def comment_as_guest(
    data: CommentWrite, guest: Acting, uow: Writing, settings: SettingsDep
) -> GuestView:
    """Say something of the decision, or of one of its pictures."""
    await voting.comment_as(uow, guest.decision, guest.voter, data)
    return await guests.view(uow, guest, secret=settings.secret_key)
