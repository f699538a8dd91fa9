"""Keeps repositories small with the real Git, where there is one."""

import os
import shutil
import subprocess
from pathlib import Path

_EVERY_COMMITS = 200
_SECONDS = 600
_made: dict[Path, int] = {}


def tidy(folder: Path, commits: int) -> None:
    """Let Git pack loose objects when enough commits came; nobody waits for it.

    Nobody's settings or hooks apply. Without Git on this machine nothing happens: the
    repository is only larger than need be.
    """
    _made[folder] = _made.get(folder, 0) + commits
    git = shutil.which("git")
    if _made[folder] < _EVERY_COMMITS or git is None:
        return
    _made[folder] = 0
    subprocess.run(
        [git, "-c", "gc.autoDetach=false", "-c", "core.hooksPath=/dev/null", "gc", "--auto", "-q"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
