"""A project's repository as its own Git sees it."""

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

from onmodel.archive import repository
from onmodel.archive.archivist import Archivist
from onmodel.projects.folder import CHARACTERS
from onmodel.projects.models import Project
from tests.support.house import House
from tests.support.waiting import PATIENCE_SECONDS


def git(folder: Path, *arguments: str) -> str:
    """Run the real Git, untouched by anybody's settings; return what it prints."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


class Repository:
    """One project's folder."""

    def __init__(self, house: House, project_id: str, folder: Path) -> None:
        self.house, self.project_id, self.folder = house, UUID(project_id), folder

    async def caught_up(self) -> None:
        """Return when every event of the log has been looked at, by us or by the house."""
        resources = self.house.resources
        ours = Archivist(resources.database, resources.store, resources.settings.workspace)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                await ours.catch_up()
                async with resources.database.read() as uow:
                    waiting = {project.project_id for project in await repository.behind(uow)}
                if self.project_id not in waiting:
                    return
                await asyncio.sleep(0.01)  # the house's own archivist is at it

    def git(self, *arguments: str) -> str:
        return git(self.folder, *arguments)

    def subjects(self) -> list[str]:
        """Return the commits' first lines with their authors, oldest first."""
        return self.git("log", "--reverse", "--format=%an: %s").splitlines()

    def files(self) -> list[str]:
        """Return what the newest commit has of characters."""
        listed = self.git("ls-tree", "-r", "--name-only", "HEAD", "--", CHARACTERS)
        return [
            line.removeprefix(f"{CHARACTERS}/")
            for line in listed.splitlines()
            if not line.endswith(".gitkeep")
        ]

    def record(self, folder: str) -> dict[str, Any]:
        """Return a character's record in the newest commit."""
        return json.loads(self.git("show", f"HEAD:{CHARACTERS}/{folder}/character.json"))

    def is_sound(self) -> None:
        """Let Git and Git LFS check every object, and the folder agree with the commit."""
        self.git("fsck", "--strict", "--no-dangling")
        self.git("lfs", "install", "--local")
        assert "Git LFS fsck OK" in self.git("lfs", "fsck")
        assert self.git("status", "--porcelain") == ""


async def repository_of(house: House, project_id: str) -> Repository:
    """Return a project's repository."""
    async with house.resources.database.read() as uow:
        project = await uow.session.get(Project, UUID(project_id))
    assert project is not None
    workspace = house.resources.settings.workspace
    return Repository(house, project_id, workspace / "Projects" / project.folder)
