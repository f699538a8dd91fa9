"""The SQL of projects, memberships and files."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select, text, update

from onmodel.accounts.models import Team, TeamMember, User
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects.models import File, Project, ProjectMember, ProjectTeam
from onmodel.storage.pictures import Picture


async def find(uow: UnitOfWork, project_id: UUID) -> Project | None:
    return await uow.session.get(Project, project_id)


async def list_for(uow: UnitOfWork, user_id: UUID, *, everything: bool) -> list[Project]:
    query = select(Project).order_by(Project.created_at.desc())
    if not everything:
        own = select(ProjectMember.project_id).where(ProjectMember.user_id == user_id)
        by_team = (
            select(ProjectTeam.project_id)
            .join(TeamMember, TeamMember.team_id == ProjectTeam.team_id)
            .where(TeamMember.user_id == user_id)
        )
        query = query.where(Project.id.in_(own.union(by_team)))
    return list(await uow.session.scalars(query))


async def update_if(
    uow: UnitOfWork, project_id: UUID, *, version: int, values: dict[str, object]
) -> bool:
    """Change the project if nobody else did since ``version``; tells whether it happened."""
    row = await uow.session.execute(
        update(Project)
        .where(Project.id == project_id, Project.version == version)
        .values(**values, version=version + 1)
        .returning(Project.id)
    )
    return row.one_or_none() is not None


async def members(uow: UnitOfWork, project_id: UUID) -> list[tuple[User, str, str | None]]:
    """Return ``(person, role, team name or None)``, one row for each way in."""
    own = (
        select(User, ProjectMember.role)
        .join(ProjectMember, ProjectMember.user_id == User.id)
        .where(ProjectMember.project_id == project_id)
    )
    by_team = (
        select(User, ProjectTeam.role, Team.name)
        .join(TeamMember, TeamMember.user_id == User.id)
        .join(ProjectTeam, ProjectTeam.team_id == TeamMember.team_id)
        .join(Team, Team.id == ProjectTeam.team_id)
        .where(ProjectTeam.project_id == project_id)
    )
    rows: list[tuple[User, str, str | None]] = [
        (user, role, None) for user, role in await uow.session.execute(own)
    ]
    rows += [(user, role, team) for user, role, team in await uow.session.execute(by_team)]
    return rows


async def find_member(uow: UnitOfWork, project_id: UUID, user_id: UUID) -> ProjectMember | None:
    return await uow.session.get(ProjectMember, (project_id, user_id))


async def lock_owners(uow: UnitOfWork, project_id: UUID) -> list[UUID]:
    """Return the owners by their own role and keep others from changing them meanwhile."""
    return list(
        await uow.session.scalars(
            select(ProjectMember.user_id)
            .where(ProjectMember.project_id == project_id, ProjectMember.role == "owner")
            .with_for_update()
        )
    )


async def remove_member(uow: UnitOfWork, project_id: UUID, user_id: UUID) -> None:
    await uow.session.execute(
        delete(ProjectMember).where(
            ProjectMember.project_id == project_id, ProjectMember.user_id == user_id
        )
    )


async def list_teams(uow: UnitOfWork, project_id: UUID) -> list[tuple[Team, str]]:
    rows = await uow.session.execute(
        select(Team, ProjectTeam.role)
        .join(ProjectTeam, ProjectTeam.team_id == Team.id)
        .where(ProjectTeam.project_id == project_id)
        .order_by(Team.name)
    )
    return [(team, role) for team, role in rows]


async def of_team(uow: UnitOfWork, team_id: UUID) -> list[tuple[Project, str]]:
    """Return the projects in which a team has a role, and which."""
    rows = await uow.session.execute(
        select(Project, ProjectTeam.role)
        .join(ProjectTeam, ProjectTeam.project_id == Project.id)
        .where(ProjectTeam.team_id == team_id)
        .order_by(Project.title, Project.id)
    )
    return [(project, role) for project, role in rows]


async def find_team(uow: UnitOfWork, project_id: UUID, team_id: UUID) -> ProjectTeam | None:
    return await uow.session.get(ProjectTeam, (project_id, team_id))


async def remove_team(uow: UnitOfWork, project_id: UUID, team_id: UUID) -> None:
    await uow.session.execute(
        delete(ProjectTeam).where(
            ProjectTeam.project_id == project_id, ProjectTeam.team_id == team_id
        )
    )


async def find_file(uow: UnitOfWork, file_id: UUID) -> File | None:
    return await uow.session.get(File, file_id)


async def describe(uow: UnitOfWork, sha256: str, picture: Picture) -> None:
    """Add what is known of a picture once it has been decoded: its size and placeholder."""
    await uow.session.execute(
        update(File)
        .where(File.sha256 == sha256, File.thumbhash.is_(None))
        .values(width=picture.width, height=picture.height, thumbhash=picture.thumbhash)
    )


async def files_by_id(uow: UnitOfWork, ids: Iterable[UUID | None]) -> dict[UUID, File]:
    wanted = {file_id for file_id in ids if file_id is not None}
    if not wanted:
        return {}
    rows = await uow.session.scalars(select(File).where(File.id.in_(wanted)))
    return {file.id: file for file in rows}


_CARDS = text(
    """
    SELECT p.id,
           (SELECT count(*) FROM characters c
             WHERE c.project_id = p.id AND c.removed_at IS NULL) AS characters,
           ARRAY(SELECT c.cover_file_id FROM characters c
             WHERE c.project_id = p.id AND c.removed_at IS NULL AND c.cover_file_id IS NOT NULL
             ORDER BY c.updated_at DESC LIMIT 4) AS covers
    FROM projects p WHERE p.id = ANY(:ids)
    """
)


async def card_facts(uow: UnitOfWork, ids: list[UUID]) -> dict[UUID, tuple[int, list[UUID]]]:
    """Return per project how many characters it has and up to four of their covers."""
    rows = await uow.session.execute(_CARDS, {"ids": ids})
    return {row.id: (row.characters, list(row.covers)) for row in rows}
