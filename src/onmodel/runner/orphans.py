"""What a worker that was killed leaves behind: folders, and processes that its functions started.

Each worker has a folder of its own, locked for as long as it lives. A folder that nobody holds
belonged to one that is gone.
"""

import fcntl
import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

_PREFIX = "worker-"
_LOCK = "lock"


class Claim:
    """A folder that is ours until `release`, or until we die."""

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        # Made and locked under one lock, so that no sweep finds it in between.
        with _hold(parent / _LOCK):
            self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent)).absolute()
            self._lock = _hold(self.folder / _LOCK)

    def release(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()


def sweep(parent: Path) -> list[int]:
    """End what workers that are gone left running, and remove their folders.

    Returns the processes that were ended.
    """
    ended: list[int] = []
    parent.mkdir(parents=True, exist_ok=True)
    with _hold(parent / _LOCK):
        for folder in parent.glob(f"{_PREFIX}*"):
            try:
                lock = _hold(folder / _LOCK, wait=False)
            except BlockingIOError:
                continue
            with lock:
                ended += _end_processes(folder.absolute())
                shutil.rmtree(folder, ignore_errors=True)
    return ended


def _end_processes(folder: Path) -> list[int]:
    """End every process whose home is in the folder, which is how we started it.

    A number from a file would not do: after a restart it may be another's.
    """
    if sys.platform != "linux":
        return []
    mark = f"HOME={folder}{os.sep}".encode()
    ended: list[int] = []
    for place in Path("/proc").iterdir():
        if not place.name.isdigit():
            continue
        # It may end while we look, or be somebody else's to look at.
        with suppress(OSError):
            variables = (place / "environ").read_bytes().split(b"\0")
            if any(one.startswith(mark) for one in variables):
                os.kill(int(place.name), signal.SIGKILL)
                ended.append(int(place.name))
    return ended


def _hold(path: Path, *, wait: bool = True) -> IO[bytes]:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        file.close()
        raise
    return file
