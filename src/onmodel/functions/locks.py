"""One at a time: across threads and processes by a lock on a file, across threads by a name."""

import fcntl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from onmodel.functions.patience import ENDLESS, POLL_S, Patience


@contextmanager
def locked(path: Path, patience: Patience = ENDLESS) -> Generator[None]:
    """Hold an exclusive lock on `path`; the kernel gives it back when the holder dies.

    The file stays: removing it would let two holders lock two different files.

    Raises:
        ProblemError: see `Patience.check`; somebody else held it until then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                patience.pause(POLL_S)
        yield


class NamedLocks:
    """A lock for each name, for the threads of one process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    @contextmanager
    def hold(self, name: str, patience: Patience) -> Generator[None]:
        """Hold the lock of a name; others do not wait for it. Raises as `locked` does."""
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        while not lock.acquire(timeout=POLL_S):
            patience.check()
        try:
            yield
        finally:
            lock.release()
