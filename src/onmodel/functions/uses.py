"""What living processes use of what is installed, so that nobody removes it under them.

A use is a shared lock on a file, held for as long as the process may come back to what it has
prepared. The kernel drops it with its owner, so not even `kill -9` leaves one.
"""

import fcntl
import os
import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path


class Uses:
    """The uses of one folder of installed things, by their names.

    Args:
        folder: where the locks lie. The files stay: removing one would let two hold two of them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._taken: set[str] = set()

    def take(self, name: str) -> None:
        """Use something until this object or the process goes; before looking whether it is there.

        Waits while it is being removed.
        """
        with self._guard:
            if name not in self._taken:
                weakref.finalize(self, os.close, self._open(name, fcntl.LOCK_SH))
                self._taken.add(name)

    @contextmanager
    def during(self, name: str) -> Generator[None]:
        """Use something for a while."""
        descriptor = self._open(name, fcntl.LOCK_SH)
        try:
            yield
        finally:
            os.close(descriptor)

    def is_taken(self, name: str) -> bool:
        """Whether anybody uses it now, or nobody may know. Looking leaves nothing behind."""
        try:
            with self._path(name).open("rb+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except (BlockingIOError, PermissionError):
            return True
        return False

    @contextmanager
    def alone(self, name: str) -> Generator[bool]:
        """Keep everybody from using something; yields False, and keeps nobody, if somebody does."""
        descriptor: int | None = None
        with suppress(BlockingIOError):
            descriptor = self._open(name, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield descriptor is not None
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _open(self, name: str, how: int) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path(name), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, how)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _path(self, name: str) -> Path:
        return self._folder / name.replace("/", "_")
