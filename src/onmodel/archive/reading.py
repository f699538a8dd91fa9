"""Reads a project's repository for people."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from dulwich.repo import Repo

from onmodel.accounts.service import Actor
from onmodel.archive import repository
from onmodel.archive.schemas import CommitRead, RepositoryRead
from onmodel.archive.writing import REF, first_parents
from onmodel.events import log as events
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import folder, git, service


async def read_repository(
    uow: UnitOfWork, actor: Actor, project_id: UUID, workspace: Path, *, limit: int
) -> RepositoryRead:
    """Return the newest ``limit`` commits and how many events wait.

    Raises `ProjectNotFoundError` for strangers and `ProjectFolderMissingError`.
    """
    project, _ = await service.get_project(uow, actor, project_id)
    path = folder.existing_project_path(workspace, project.folder)
    done = await repository.position(uow, project_id)
    return RepositoryRead(
        folder=project.folder,
        waiting=max(0, await events.last_seq(uow, project_id) - done),
        commits=await asyncio.to_thread(_newest, path, limit),
        advice=git.lfs_advice(),
    )


def _newest(path: Path, limit: int) -> list[CommitRead]:
    with Repo(str(path)) as opened:
        walk = first_parents(opened.object_store, opened.refs[REF])
        return [
            CommitRead(
                id=commit.id.decode(),
                author=commit.author.decode("utf-8", "replace").rpartition(" <")[0],
                at=datetime.fromtimestamp(commit.author_time, UTC),
                subject=commit.message.decode("utf-8", "replace").partition("\n")[0],
            )
            for commit, _ in zip(walk, range(limit), strict=False)
        ]
