"""People: signing in, links, tokens, invitations, teams."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from onmodel.accounts import changes, repository, secrets
from onmodel.accounts.changes import TeamChange
from onmodel.accounts.errors import (
    AdminOnlyError,
    LastAdminError,
    LinkExpiredError,
    PersonNotFoundError,
    TeamNameTakenError,
    TeamNotFoundError,
    UsernameTakenError,
    WeakPasswordError,
    WrongPasswordError,
)
from onmodel.accounts.models import ApiToken, Session, SignInLink, Team, TeamMember, User
from onmodel.accounts.schemas import MeUpdate, UserCreate, UserUpdate
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork

MIN_PASSWORD = 10
TOUCH_EVERY = timedelta(minutes=5)
TOKEN_PREFIX = "om_"  # noqa: S105 - a readable mark, no secret

# distinct at equal lightness, so that no name shouts in the presence row
COLOURS = ("#d9795d", "#c79a3a", "#7fa650", "#4fa89a", "#5b93d1", "#8c7fd6", "#c071b0", "#b3846a")


@dataclass(frozen=True)
class Actor:
    """Who is asking, as every service sees them."""

    user_id: UUID
    username: str
    name: str
    colour: str
    is_admin: bool
    via: Literal["session", "token", "house"]
    credential_id: UUID | None = None


def actor_of(
    user: User, *, via: Literal["session", "token", "house"], credential: UUID | None = None
) -> Actor:
    """Return the actor for a person who was let in."""
    return Actor(
        user_id=user.id,
        username=user.username,
        name=user.name,
        colour=user.colour,
        is_admin=user.is_admin,
        via=via,
        credential_id=credential,
    )


def require_admin(actor: Actor) -> None:
    """Raise AdminOnlyError unless the actor administers the house."""
    if not actor.is_admin:
        raise AdminOnlyError("This part of OnModel is for administrators.")


async def create_user(uow: UnitOfWork, data: UserCreate, *, password: str | None = None) -> User:
    """Add a person.

    Raises:
        UsernameTakenError: somebody has that name, in whatever case.
        WeakPasswordError: the password is under ten characters.
    """
    if await repository.find_by_username(uow, data.username):
        raise UsernameTakenError(f"Somebody is already called {data.username}.")
    count = len(await repository.list_users(uow))
    user = User(
        username=data.username,
        name=data.name.strip(),
        colour=COLOURS[count % len(COLOURS)],
        password_hash=await _hash(password) if password else None,
        is_admin=data.is_admin,
    )
    uow.session.add(user)
    await uow.session.flush()
    return user


async def ensure_first_admin(uow: UnitOfWork) -> User:
    """Return an administrator, making the first one when the house is empty."""
    admin = await repository.first_admin(uow)
    if admin is not None:
        return admin
    return await create_user(uow, UserCreate(username="admin", name="Administrator", is_admin=True))


async def create_sign_in_link(
    uow: UnitOfWork, user_id: UUID, *, minutes: int
) -> tuple[str, datetime]:
    """Return the token of a new one-time link and when it expires."""
    token = secrets.new_token()
    expires_at = now() + timedelta(minutes=minutes)
    uow.session.add(
        SignInLink(token_hash=secrets.hash_token(token), user_id=user_id, expires_at=expires_at)
    )
    await uow.session.flush()
    return token, expires_at


async def redeem_link(uow: UnitOfWork, token: str) -> User:
    """Let the person of a one-time link in; raises LinkExpiredError the second time."""
    user = await repository.use_link(uow, secrets.hash_token(token), at=now())
    if user is None:
        raise LinkExpiredError("This link was used already, or it is too old.")
    return user


async def check_password(uow: UnitOfWork, username: str, password: str) -> User:
    """Return who this is; raises WrongPasswordError without saying which part was wrong."""
    user = await repository.find_by_username(uow, username)
    known = user if user and user.disabled_at is None else None
    fits = await secrets.verify_password(known.password_hash if known else None, password)
    if known is None or not fits:
        raise WrongPasswordError("The name or the password is wrong.")
    return known


async def open_session(uow: UnitOfWork, user: User, *, device: str, days: int) -> str:
    """Sign a browser in and return the secret for its cookie."""
    token = secrets.new_token()
    uow.session.add(
        Session(
            token_hash=secrets.hash_token(token),
            user_id=user.id,
            device=device[:200],
            expires_at=now() + timedelta(days=days),
        )
    )
    await uow.session.flush()
    return token


async def actor_by_session(uow: UnitOfWork, token: str) -> Actor | None:
    """Return who holds this cookie, or None when it is unknown or expired."""
    found = await repository.by_session(uow, secrets.hash_token(token), at=now())
    if found is None:
        return None
    session, user = found
    if now() - session.last_seen_at > TOUCH_EVERY:
        await repository.touch_session(uow, session.id, at=now())
    return actor_of(user, via="session", credential=session.id)


async def actor_by_token(uow: UnitOfWork, token: str) -> Actor | None:
    """Return who holds this API token, or None when it is unknown or expired."""
    found = await repository.by_api_token(uow, secrets.hash_token(token), at=now())
    if found is None:
        return None
    api_token, user = found
    if api_token.last_used_at is None or now() - api_token.last_used_at > TOUCH_EVERY:
        await repository.touch_token(uow, api_token.id, at=now())
    return actor_of(user, via="token", credential=api_token.id)


async def still_signed_in(uow: UnitOfWork, credential_ids: set[UUID]) -> set[UUID]:
    """Return those of the sessions and API tokens that still let their people in."""
    return await repository.valid_credentials(uow, credential_ids, at=now())


async def create_token(
    uow: UnitOfWork, user_id: UUID, *, name: str, days: int | None = None
) -> tuple[ApiToken, str]:
    """Make an API token; the returned text is shown once and never again."""
    token = secrets.new_token(TOKEN_PREFIX)
    row = ApiToken(
        token_hash=secrets.hash_token(token),
        prefix=token[:9],
        user_id=user_id,
        name=name,
        created_at=now(),
        expires_at=now() + timedelta(days=days) if days else None,
    )
    uow.session.add(row)
    await uow.session.flush()
    return row, token


async def update_me(uow: UnitOfWork, actor: Actor, data: MeUpdate) -> User:
    """Change one's own name, colour or password.

    A new password ends every other session. Somebody who has one must give it; who came
    by a link has none yet.
    """
    user = await _user(uow, actor.user_id)
    if data.name is not None:
        user.name = data.name.strip() or user.name
    if data.colour is not None:
        user.colour = data.colour
    if data.password is not None:
        if user.password_hash is not None and not await secrets.verify_password(
            user.password_hash, data.current_password or ""
        ):
            raise WrongPasswordError(
                "Your present password is wrong.", try_="Type your present password again."
            )
        user.password_hash = await _hash(data.password)
        await repository.delete_sessions(uow, user.id, but=actor.credential_id)
    await uow.session.flush()
    return user


async def update_user(uow: UnitOfWork, actor: Actor, user_id: UUID, data: UserUpdate) -> User:
    """Make somebody an administrator, or shut them out; the last administrator stays."""
    require_admin(actor)
    user = await _user(uow, user_id)
    loses = data.is_admin is False or data.disabled is True
    if loses and await repository.lock_active_admins(uow) == [user.id]:
        raise LastAdminError(f"{user.name} is the last administrator.")
    if data.is_admin is not None:
        user.is_admin = data.is_admin
    if data.disabled is not None:
        user.disabled_at = now() if data.disabled else None
        if data.disabled:
            await repository.delete_sessions(uow, user.id)
    await uow.session.flush()
    return user


async def create_team(uow: UnitOfWork, actor: Actor, name: str) -> Team:
    require_admin(actor)
    if await repository.find_team_by_name(uow, name.strip()):
        raise TeamNameTakenError(f"There is already a team called {name.strip()}.")
    team = Team(name=name.strip())
    uow.session.add(team)
    await uow.session.flush()
    return team


async def add_team_member(uow: UnitOfWork, actor: Actor, team_id: UUID, user_id: UUID) -> None:
    require_admin(actor)
    team = await repository.find_team(uow, team_id)
    if team is None:
        raise TeamNotFoundError("This team does not exist.")
    await _user(uow, user_id)
    if await uow.session.get(TeamMember, (team_id, user_id)) is None:
        uow.session.add(TeamMember(team_id=team_id, user_id=user_id))
        await uow.session.flush()
        change = TeamChange(team, user_id, joined=True, actor_id=actor.user_id)
        await changes.team_changed(uow, change)


async def remove_team_member(uow: UnitOfWork, actor: Actor, team_id: UUID, user_id: UUID) -> None:
    require_admin(actor)
    team = await repository.find_team(uow, team_id)
    if await repository.remove_team_member(uow, team_id, user_id) and team is not None:
        change = TeamChange(team, user_id, joined=False, actor_id=actor.user_id)
        await changes.team_changed(uow, change)


async def _user(uow: UnitOfWork, user_id: UUID) -> User:
    user = await repository.find_user(uow, user_id)
    if user is None:
        raise PersonNotFoundError("This person does not exist.")
    return user


async def _hash(password: str) -> str:
    if len(password) < MIN_PASSWORD:
        raise WeakPasswordError(f"A password has at least {MIN_PASSWORD} characters.")
    return await secrets.hash_password(password)
