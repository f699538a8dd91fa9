"""Commits to a project's repository, in this process and untouched by anybody's Git settings.

dulwich reads the global configuration unless told otherwise: on a machine where its owner
signs every commit, or runs hooks, ours would fail.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dulwich.config import StackedConfig
from dulwich.repo import Repo

BRANCH = b"main"
_FORBIDDEN = str.maketrans("", "", "<>\n\r\0")  # gitformat: these would end the name


@dataclass(frozen=True, slots=True)
class Author:
    """Who made a change."""

    name: str
    email: str

    def as_git(self) -> bytes:
        """Return ``Name <email>`` as a commit holds it, with nothing that Git would refuse."""
        name = self.name.translate(_FORBIDDEN).strip(" .,:;\"'\\") or "Somebody"
        email = "".join(self.email.translate(_FORBIDDEN).split()) or "nobody@onmodel.invalid"
        return f"{name} <{email}>".encode("utf-8", "replace")


def address(username: str) -> str:
    """Return an address for commits; nobody's real one is known, and this one leads nowhere."""
    return f"{username}@onmodel.invalid"


def init(folder: Path) -> None:
    """Make an empty repository in an existing folder, with ``main`` as its branch."""
    Repo.init(folder, default_branch=BRANCH, config=StackedConfig([])).close()


def commit(
    folder: Path, paths: Iterable[str], *, message: str, author: Author, at: datetime
) -> str:
    """Commit these files (relative to the repository, removed ones too) and return the commit's id.

    Files that Git LFS keeps, by .gitattributes, go in as pointers; their bytes lie in
    ``.git/lfs``, as git-lfs itself would put them.
    """
    with Repo(folder) as repository:
        config = StackedConfig([repository.get_config()])
        tree = repository.get_worktree()
        tree.stage(list(paths), config=config)
        made = tree.commit(
            message.encode(),
            committer=author.as_git(),
            author=author.as_git(),
            commit_timestamp=at.timestamp(),
            commit_timezone=0,
            encoding=b"UTF-8",
            no_verify=True,
            sign=False,
            signoff=False,
            config=config,
        )
    return made.decode("ascii")


def lfs_advice() -> str | None:
    """Return what to do when git-lfs is missing on this machine, or None when it is there."""
    if shutil.which("git-lfs"):
        return None
    return (
        "Git LFS is not installed. OnModel works without it, but whoever clones a project's "
        "repository on this machine gets small text pointers instead of the pictures. Install "
        "it (Debian and Ubuntu: apt install git-lfs; macOS: brew install git-lfs; Windows: it "
        "comes with Git for Windows) and run: git lfs install"
    )
