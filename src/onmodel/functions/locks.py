"""One at a time across threads and processes, by a lock on a file."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold an exclusive lock on `path`; the kernel gives it back when the holder dies.

    The file stays: removing it would let two holders lock two different files.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
