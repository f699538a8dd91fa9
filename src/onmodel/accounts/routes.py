"""Signing in and out, one's own account, people and teams."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.param_functions import Depends
from fastapi.responses import RedirectResponse
from fastapi.security import OAuth2PasswordRequestForm

from onmodel.accounts import repository, service
from onmodel.accounts.errors import (
    AdminOnlyError,
    LastAdminError,
    LinkExpiredError,
    PersonNotFoundError,
    TeamNameTakenError,
    TeamNotFoundError,
    TooManyAttemptsError,
    UsernameTakenError,
    WeakPasswordError,
    WrongPasswordError,
)
from onmodel.accounts.models import User
from onmodel.accounts.recent import forget
from onmodel.accounts.schemas import (
    Invitation,
    MeUpdate,
    PersonRead,
    SessionRead,
    SignIn,
    TeamCreate,
    TeamRead,
    TokenAnswer,
    TokenCreate,
    TokenCreated,
    TokenRead,
    UserCreate,
    UserRead,
    UserUpdate,
)
from onmodel.accounts.signed_in import COOKIE, SignedIn
from onmodel.accounts.throttle import throttle
from onmodel.http.deps import Reading, SettingsDep, Writing
from onmodel.http.problems import problems
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import UnauthorisedError
from onmodel.settings import Settings

router = APIRouter(tags=["accounts"])


def user_read(user: User) -> UserRead:
    return UserRead(
        id=user.id,
        username=user.username,
        name=user.name,
        colour=user.colour,
        is_admin=user.is_admin,
        has_password=user.password_hash is not None,
        created_at=user.created_at,
        disabled_at=user.disabled_at,
    )


def _set_cookie(response: Response, token: str, settings: Settings) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_days * 86400,
        httponly=True,
        samesite="lax",
        secure=settings.url.startswith("https://"),
    )


def forget_after(uow: UnitOfWork, request: Request) -> None:
    """Look everybody up anew once this change is durable."""

    async def forget_now() -> None:
        forget(request.app)

    uow.on_commit(forget_now)


def _device(request: Request) -> str:
    return request.headers.get("user-agent", "")


@router.post(
    "/auth/token",
    responses=problems(WrongPasswordError, TooManyAttemptsError),
    summary="Sign a script in with a name and a password",
)
async def create_access_token(
    request: Request,
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    uow: Writing,
    settings: SettingsDep,
) -> TokenAnswer:
    throttle(request, form.username)
    user = await service.check_password(uow, form.username, form.password)
    token = await service.open_session(
        uow, user, device=_device(request), days=settings.session_days
    )
    return TokenAnswer(access_token=token)


@router.post("/auth/sign-in", responses=problems(WrongPasswordError, TooManyAttemptsError))
async def sign_in(
    request: Request, data: SignIn, response: Response, uow: Writing, settings: SettingsDep
) -> UserRead:
    throttle(request, data.username)
    user = await service.check_password(uow, data.username, data.password)
    token = await service.open_session(
        uow, user, device=_device(request), days=settings.session_days
    )
    _set_cookie(response, token, settings)
    return user_read(user)


@router.post("/auth/link", responses=problems(LinkExpiredError, TooManyAttemptsError))
async def redeem_link(
    request: Request, token: str, response: Response, uow: Writing, settings: SettingsDep
) -> UserRead:
    """Sign in with a one-time link; the page at ``/link`` calls this."""
    throttle(request, token[:16])
    user = await service.redeem_link(uow, token)
    session = await service.open_session(
        uow, user, device=_device(request), days=settings.session_days
    )
    _set_cookie(response, session, settings)
    return user_read(user)


@router.get("/auth/link", include_in_schema=False)
async def open_link(token: str) -> RedirectResponse:
    """Send a browser to the page that redeems the link.

    A mail program that fetches links to look at them must not use the link up, so that
    opening it changes nothing.
    """
    return RedirectResponse(f"/link#{token}", status_code=303)


@router.post("/auth/sign-out", status_code=204)
async def sign_out(request: Request, response: Response, uow: Writing, actor: SignedIn) -> None:
    if actor.credential_id and actor.via == "session":
        await repository.delete_sessions(uow, actor.user_id, only=actor.credential_id)
    forget_after(uow, request)
    response.delete_cookie(COOKIE)


@router.get("/me", responses=problems(UnauthorisedError))
async def read_me(uow: Reading, actor: SignedIn) -> UserRead:
    user = await repository.find_user(uow, actor.user_id)
    assert user is not None
    return user_read(user)


@router.patch("/me", responses=problems(WrongPasswordError, WeakPasswordError))
async def update_me(data: MeUpdate, uow: Writing, actor: SignedIn, request: Request) -> UserRead:
    forget_after(uow, request)
    return user_read(await service.update_me(uow, actor, data))


@router.get("/me/sessions")
async def list_sessions(uow: Reading, actor: SignedIn) -> list[SessionRead]:
    sessions = await repository.list_sessions(uow, actor.user_id, at=now())
    reads = [SessionRead.model_validate(session) for session in sessions]
    return [read.model_copy(update={"current": read.id == actor.credential_id}) for read in reads]


@router.delete("/me/sessions/{session_id}", status_code=204)
async def end_session(session_id: UUID, uow: Writing, actor: SignedIn, request: Request) -> None:
    forget_after(uow, request)
    await repository.delete_sessions(uow, actor.user_id, only=session_id)


@router.get("/me/tokens")
async def list_tokens(uow: Reading, actor: SignedIn) -> list[TokenRead]:
    return [
        TokenRead.model_validate(token)
        for token in await repository.list_tokens(uow, actor.user_id)
    ]


@router.post("/me/tokens", status_code=201)
async def create_token(data: TokenCreate, uow: Writing, actor: SignedIn) -> TokenCreated:
    row, token = await service.create_token(uow, actor.user_id, name=data.name, days=data.days)
    return TokenCreated(**TokenRead.model_validate(row).model_dump(), token=token)


@router.delete("/me/tokens/{token_id}", status_code=204)
async def delete_token(token_id: UUID, uow: Writing, actor: SignedIn, request: Request) -> None:
    forget_after(uow, request)
    await repository.delete_token(uow, actor.user_id, token_id)


@router.get("/people")
async def list_people(uow: Reading, _actor: SignedIn) -> list[PersonRead]:
    """Everybody who can be invited into a project."""
    users = await repository.list_users(uow)
    return [PersonRead.model_validate(user) for user in users if user.disabled_at is None]


@router.get("/users", responses=problems(AdminOnlyError))
async def list_users(uow: Reading, actor: SignedIn) -> list[UserRead]:
    service.require_admin(actor)
    return [user_read(user) for user in await repository.list_users(uow)]


@router.post("/users", status_code=201, responses=problems(AdminOnlyError, UsernameTakenError))
async def create_user(
    data: UserCreate, uow: Writing, actor: SignedIn, settings: SettingsDep
) -> Invitation:
    service.require_admin(actor)
    user = await service.create_user(uow, data)
    token, expires_at = await service.create_sign_in_link(
        uow, user.id, minutes=settings.invitation_minutes
    )
    return _invitation(user, token, expires_at, settings)


@router.post(
    "/users/{user_id}/link",
    status_code=201,
    responses=problems(AdminOnlyError, PersonNotFoundError),
)
async def create_link(
    user_id: UUID, uow: Writing, actor: SignedIn, settings: SettingsDep
) -> Invitation:
    """A new one-time link for somebody who lost theirs."""
    service.require_admin(actor)
    user = await repository.find_user(uow, user_id)
    if user is None:
        raise PersonNotFoundError("This person does not exist.")
    token, expires_at = await service.create_sign_in_link(
        uow, user.id, minutes=settings.invitation_minutes
    )
    return _invitation(user, token, expires_at, settings)


def _invitation(user: User, token: str, expires_at: datetime, settings: Settings) -> Invitation:
    return Invitation(
        user=user_read(user), link=f"{settings.url}/link#{token}", expires_at=expires_at
    )


@router.patch(
    "/users/{user_id}", responses=problems(AdminOnlyError, PersonNotFoundError, LastAdminError)
)
async def update_user(
    user_id: UUID, data: UserUpdate, uow: Writing, actor: SignedIn, request: Request
) -> UserRead:
    forget_after(uow, request)
    return user_read(await service.update_user(uow, actor, user_id, data))


@router.get("/teams")
async def list_teams(uow: Reading, _actor: SignedIn) -> list[TeamRead]:
    return [
        TeamRead(
            id=team.id,
            name=team.name,
            members=[PersonRead.model_validate(member) for member in members],
        )
        for team, members in await repository.list_teams(uow)
    ]


@router.post("/teams", status_code=201, responses=problems(AdminOnlyError, TeamNameTakenError))
async def create_team(data: TeamCreate, uow: Writing, actor: SignedIn) -> TeamRead:
    team = await service.create_team(uow, actor, data.name)
    return TeamRead(id=team.id, name=team.name, members=[])


@router.put(
    "/teams/{team_id}/members/{user_id}",
    status_code=204,
    responses=problems(AdminOnlyError, TeamNotFoundError, PersonNotFoundError),
)
async def add_team_member(team_id: UUID, user_id: UUID, uow: Writing, actor: SignedIn) -> None:
    await service.add_team_member(uow, actor, team_id, user_id)


@router.delete(
    "/teams/{team_id}/members/{user_id}", status_code=204, responses=problems(AdminOnlyError)
)
async def remove_team_member(team_id: UUID, user_id: UUID, uow: Writing, actor: SignedIn) -> None:
    await service.remove_team_member(uow, actor, team_id, user_id)
