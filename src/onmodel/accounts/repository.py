"""The SQL of people, sessions, tokens, links and teams."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update

from onmodel.accounts.models import ApiToken, Session, SignInLink, Team, TeamMember, User
from onmodel.kit.db.uow import UnitOfWork


async def find_user(uow: UnitOfWork, user_id: UUID) -> User | None:
    return await uow.session.get(User, user_id)


async def users_by_id(uow: UnitOfWork, ids: Iterable[UUID | None]) -> dict[UUID, User]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = await uow.session.scalars(select(User).where(User.id.in_(wanted)))
    return {user.id: user for user in rows}


async def find_by_username(uow: UnitOfWork, username: str) -> User | None:
    return await uow.session.scalar(
        select(User).where(func.lower(User.username) == username.lower())
    )


async def list_users(uow: UnitOfWork) -> list[User]:
    return list(await uow.session.scalars(select(User).order_by(User.name, User.id)))


async def lock_active_admins(uow: UnitOfWork) -> list[UUID]:
    """Return the administrators and keep others from changing them meanwhile."""
    return list(
        await uow.session.scalars(
            select(User.id)
            .where(User.is_admin, User.disabled_at.is_(None))
            .order_by(User.id)
            .with_for_update()
        )
    )


async def first_admin(uow: UnitOfWork) -> User | None:
    return await uow.session.scalar(
        select(User)
        .where(User.is_admin, User.disabled_at.is_(None))
        .order_by(User.created_at)
        .limit(1)
    )


async def by_session(
    uow: UnitOfWork, token_hash: bytes, *, at: datetime
) -> tuple[Session, User] | None:
    row = (
        await uow.session.execute(
            select(Session, User)
            .join(User, User.id == Session.user_id)
            .where(
                Session.token_hash == token_hash,
                Session.expires_at > at,
                User.disabled_at.is_(None),
            )
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


async def by_api_token(
    uow: UnitOfWork, token_hash: bytes, *, at: datetime
) -> tuple[ApiToken, User] | None:
    row = (
        await uow.session.execute(
            select(ApiToken, User)
            .join(User, User.id == ApiToken.user_id)
            .where(
                ApiToken.token_hash == token_hash,
                or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > at),
                User.disabled_at.is_(None),
            )
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


async def valid_credentials(
    uow: UnitOfWork, credential_ids: set[UUID], *, at: datetime
) -> set[UUID]:
    if not credential_ids:
        return set()
    sessions = (
        select(Session.id)
        .join(User, User.id == Session.user_id)
        .where(Session.id.in_(credential_ids), Session.expires_at > at, User.disabled_at.is_(None))
    )
    tokens = (
        select(ApiToken.id)
        .join(User, User.id == ApiToken.user_id)
        .where(
            ApiToken.id.in_(credential_ids),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > at),
            User.disabled_at.is_(None),
        )
    )
    return set(await uow.session.scalars(sessions.union_all(tokens)))


async def touch_session(uow: UnitOfWork, session_id: UUID, *, at: datetime) -> None:
    await uow.session.execute(
        update(Session).where(Session.id == session_id).values(last_seen_at=at)
    )


async def touch_token(uow: UnitOfWork, token_id: UUID, *, at: datetime) -> None:
    await uow.session.execute(
        update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=at)
    )


async def use_link(uow: UnitOfWork, token_hash: bytes, *, at: datetime) -> User | None:
    """Mark the link as used and return whom it lets in; None when it no longer works."""
    user_id = await uow.session.scalar(
        update(SignInLink)
        .where(
            SignInLink.token_hash == token_hash,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > at,
        )
        .values(used_at=at)
        .returning(SignInLink.user_id)
    )
    user = await find_user(uow, user_id) if user_id else None
    return user if user and user.disabled_at is None else None


async def delete_sessions(
    uow: UnitOfWork, user_id: UUID, *, only: UUID | None = None, but: UUID | None = None
) -> list[bytes]:
    """End sessions of a person; returns the hashes of those that ended."""
    query = delete(Session).where(Session.user_id == user_id)
    if only is not None:
        query = query.where(Session.id == only)
    if but is not None:
        query = query.where(Session.id != but)
    return list(await uow.session.scalars(query.returning(Session.token_hash)))


async def list_sessions(uow: UnitOfWork, user_id: UUID, *, at: datetime) -> list[Session]:
    return list(
        await uow.session.scalars(
            select(Session)
            .where(Session.user_id == user_id, Session.expires_at > at)
            .order_by(Session.last_seen_at.desc())
        )
    )


async def list_tokens(uow: UnitOfWork, user_id: UUID) -> list[ApiToken]:
    return list(
        await uow.session.scalars(
            select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.created_at.desc())
        )
    )


async def delete_token(uow: UnitOfWork, user_id: UUID, token_id: UUID) -> bytes | None:
    return await uow.session.scalar(
        delete(ApiToken)
        .where(ApiToken.user_id == user_id, ApiToken.id == token_id)
        .returning(ApiToken.token_hash)
    )


async def list_teams(uow: UnitOfWork) -> list[tuple[Team, list[User]]]:
    teams = list(await uow.session.scalars(select(Team).order_by(Team.name)))
    rows = await uow.session.execute(
        select(TeamMember.team_id, User)
        .join(User, User.id == TeamMember.user_id)
        .order_by(User.name)
    )
    members: dict[UUID, list[User]] = {}
    for team_id, user in rows:
        members.setdefault(team_id, []).append(user)
    return [(team, members.get(team.id, [])) for team in teams]


async def find_team(uow: UnitOfWork, team_id: UUID) -> Team | None:
    return await uow.session.get(Team, team_id)


async def find_team_by_name(uow: UnitOfWork, name: str) -> Team | None:
    return await uow.session.scalar(select(Team).where(Team.name == name))


async def team_members(uow: UnitOfWork, team_id: UUID) -> list[UUID]:
    return list(
        await uow.session.scalars(select(TeamMember.user_id).where(TeamMember.team_id == team_id))
    )


async def remove_team_member(uow: UnitOfWork, team_id: UUID, user_id: UUID) -> bool:
    """Take somebody out of a team; return whether they were in it."""
    gone = delete(TeamMember).where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    rows = await uow.session.scalars(gone.returning(TeamMember.user_id))
    return rows.first() is not None
