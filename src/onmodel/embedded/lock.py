"""One OnModel per data folder."""

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from onmodel.embedded import folders
from onmodel.embedded.errors import DataInUseError


class HomeLock:
    """Held as long as a process works with the embedded services of a data folder.

    The kernel gives the lock back when the process ends, however it ends.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            DataInUseError: somebody holds it; the sentence says who.
            FolderError, DiskFullError: the data folder cannot be written.
        """
        folders.make(self._home)
        path = folders.make(self._home / "run") / "home.lock"
        file = path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read()
            file.close()
            raise _in_use(self._home, holder) from None
        self._file = file
        self.describe()
        return self

    def describe(self, *, url: str | None = None, local: str | None = None) -> None:
        """Write down who holds the lock and where it can be reached: by all, from this machine."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
            json.dump({"pid": os.getpid(), "url": url, "local": local}, self._file)
            self._file.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _in_use(home: Path, holder: str) -> DataInUseError:
    try:
        record = json.loads(holder)
        pid, url = int(record["pid"]), record.get("url")
    except (ValueError, KeyError, TypeError):
        return DataInUseError(
            f"OnModel is just starting with the data folder {home}.",
            try_="Wait a moment and look again.",
        )
    where = f" at {url}" if url else ""
    return DataInUseError(
        f"OnModel already runs with the data folder {home}{where} (process {pid}).",
        try_=f"Open it{where}, stop it with `kill {pid}` or Ctrl-C in its terminal, or start a "
        "second one with its own data: ONMODEL_HOME=/another/folder ONMODEL_PORT=8001 make up",
    )
