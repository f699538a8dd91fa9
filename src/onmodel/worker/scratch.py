"""Folders for the inputs and outputs of running calls, gone when nobody needs them."""

import fcntl
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

_LOCK = "worker.lock"


class Scratch:
    """One worker process's folder; a lock on it tells others that the process lives.

    Args:
        root: the folder of all workers of this machine.
        worker_id: names this worker's part.
    """

    def __init__(self, root: Path, worker_id: UUID) -> None:
        root.mkdir(parents=True, exist_ok=True)
        for left in root.iterdir():
            _remove_if_dead(left)
        self._folder = root / str(worker_id)
        self._folder.mkdir()
        self._lock = (self._folder / _LOCK).open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    @contextmanager
    def for_call(self, call_id: UUID, fence: int) -> Generator[tuple[Path, Path]]:
        """Make an input and an output folder for one attempt and remove them afterwards."""
        folder = self._folder / f"{call_id}-{fence}"
        inputs, outputs = folder / "in", folder / "out"
        inputs.mkdir(parents=True)
        outputs.mkdir()
        try:
            yield inputs, outputs
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Remove everything and give up the lock."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.close()


def _remove_if_dead(folder: Path) -> None:
    """Remove what a killed worker left: nobody holds its lock any more."""
    try:
        with (folder / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return  # its worker lives, or has gone this very moment
