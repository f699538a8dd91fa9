"""Fetching the model files of a function, so that everybody can see how far it is.

Whoever fetches holds a lock and writes how far it is into `weights/.pulls/NAME.json`. So a command
on the server and the page of functions see the same download, whichever process does it; and the
kernel gives the lock back when that process dies.
"""

import fcntl
import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from onmodel.functions.errors import DownloadRunningError, NoRoomError
from onmodel.functions.installation import Installation
from onmodel.functions.manifest import Manifest
from onmodel.functions.patience import Patience
from onmodel.functions.weight import Weight
from onmodel.kit.errors import ProblemError

FOLDER = ".pulls"
_WRITE_EVERY_S = 0.25


class PullProblem(BaseModel):
    """Why a download failed, and what to do."""

    code: str
    detail: str
    todo: str


class Pull(BaseModel):
    """A download that goes on, or that ended before everything was there.

    `file` is what is fetched now; bytes are of all model files of the function together.
    `interrupted` is one whose process died.
    """

    state: Literal["running", "stopped", "failed", "interrupted"]
    file: str
    bytes_done: int
    bytes_total: int
    problem: PullProblem | None


OnPull = Callable[[Pull], None]


class Pulls:
    """The downloads of one data folder.

    Args:
        weights: the folder of model files.
    """

    def __init__(self, weights: Path) -> None:
        self._folder = weights / FOLDER

    def of(self, name: str) -> Pull | None:
        """Return the download of a function; None when there is none, or all went well."""
        try:
            told = Pull.model_validate_json(self._path(name, "json").read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        if told.state == "running" and not self._is_held(name):
            return told.model_copy(update={"state": "interrupted"})
        return told

    def stop(self, name: str) -> None:
        """Ask a download to end; what has arrived stays. Nothing happens if there is none."""
        if self._is_held(name):
            self._path(name, "stop").touch()

    def fetch(
        self,
        manifest: Manifest,
        installation: Installation,
        *,
        on_pull: OnPull = lambda pull: None,
        on_line: Callable[[str], None] = lambda line: None,
        stopped: Callable[[], bool] = lambda: False,
        finish: Callable[[], None] = lambda: None,
    ) -> None:
        """Fetch the model files of a function that are not here; do `finish` before it counts.

        Raises:
            DownloadRunningError: another process fetches them now.
            ProblemError: see `WeightsStore.ensure`; the page tells it, too.
        """
        with self._held(manifest.name):
            stop = self._path(manifest.name, "stop")
            stop.unlink(missing_ok=True)
            board = _Board(manifest, self._path(manifest.name, "json"), installation, on_pull)
            try:
                installation.weights.ensure(
                    manifest.weights,
                    on_line,
                    on_bytes=board.tell,
                    patience=Patience(stopped=lambda: stopped() or stop.exists()),
                )
                finish()
            except ProblemError as problem:
                board.end(problem)
                raise
            except OSError as error:
                board.end(NoRoomError(f"The model files cannot be written: {error.strerror}."))
                raise
            finally:
                stop.unlink(missing_ok=True)
            board.clear()

    @contextmanager
    def _held(self, name: str) -> Generator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._path(name, "lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DownloadRunningError(
                    f"The model files of {name} are being fetched already."
                ) from None
            yield

    def _is_held(self, name: str) -> bool:
        with suppress(FileNotFoundError), self._path(name, "lock").open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _path(self, name: str, suffix: str) -> Path:
        return self._folder / f"{name}.{suffix}"


class _Board:
    """Where one download says how far it is."""

    def __init__(
        self, manifest: Manifest, path: Path, installation: Installation, on_pull: OnPull
    ) -> None:
        self._path = path
        self._on_pull = on_pull
        self._done = {
            one.name: one.bytes if installation.weights.has(one) else 0 for one in manifest.weights
        }
        total = sum(one.bytes for one in manifest.weights)
        self._pull = Pull(
            state="running",
            file="",
            bytes_done=sum(self._done.values()),
            bytes_total=total,
            problem=None,
        )
        self._written_at = 0.0
        self._write()
        self._on_pull(self._pull)

    def tell(self, weight: Weight, done: int) -> None:
        """Say how much of a file is here."""
        complete = self._done[weight.name] != done == weight.bytes
        self._done[weight.name] = done
        self._pull = self._pull.model_copy(
            update={"file": weight.name, "bytes_done": sum(self._done.values())}
        )
        self._on_pull(self._pull)
        if complete or time.monotonic() - self._written_at > _WRITE_EVERY_S:
            self._write()

    def end(self, problem: ProblemError) -> None:
        """Say why it ended."""
        stopped = problem.code == "download_stopped"
        told = PullProblem(code=problem.code, detail=problem.detail, todo=problem.try_)
        self._pull = self._pull.model_copy(
            update={
                "state": "stopped" if stopped else "failed",
                "problem": None if stopped else told,
            }
        )
        self._write()

    def clear(self) -> None:
        """Everything is here, which the files themselves tell."""
        self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        fresh = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        fresh.write_text(self._pull.model_dump_json(), encoding="utf-8")
        fresh.replace(self._path)
        self._written_at = time.monotonic()
