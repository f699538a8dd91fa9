"""Pictures as they arrive: whatever is sent in, an ordinary picture of our own making comes out.

    async with Ingest() as ingest:
        picture = await ingest.picture(upload, into=folder, name="../../Käthe.HEIC")
        blob = await keep(store, picture)

Every upload is decoded in a process of its own kind (picture_process) and saved anew, so that
nothing which was hidden in it, and nothing attached to it, is ever stored or shown.
"""

import asyncio
import hashlib
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from onmodel.storage.names import clean_name
from onmodel.storage.picture_colours import Note
from onmodel.storage.picture_errors import (
    BY_CODE,
    DamagedPictureError,
    FileTooLargeError,
    PictureReaderUnavailableError,
    PictureTooComplexError,
)
from onmodel.storage.store import Blob, Store

MAX_BYTES = 32 * 1024 * 1024
MAX_PIXELS = 80_000_000
MEMORY_BYTES = 2 * 1024**3  # 80 megapixels of AVIF, the hungriest, took 0.9 GB
WRITTEN_BYTES = 512 * 1024**2
START_SECONDS = 30.0
OUTPUT_NAMES = ("master.jpg", "master.png", "preview.webp", "thumb.webp")
_OUT_OF_BOUNDS = {-signal.SIGXCPU, -signal.SIGXFSZ, -signal.SIGABRT, -signal.SIGKILL}
_MODULE = "onmodel.storage.picture_process"


@dataclass(frozen=True, slots=True)
class Picture:
    """A remade picture: three files in the caller's folder, and what is known about them.

    ``sha256`` is that of ``master``, ``source_sha256`` that of the upload. ``phash`` is 64 bits
    in hex, ``thumbhash`` base64. ``width`` and ``height`` are those of the upright master.
    """

    name: str
    source_format: str
    source_sha256: str
    source_bytes: int
    sha256: str
    bytes: int
    width: int
    height: int
    media_type: str
    phash: str
    thumbhash: str
    notes: tuple[Note, ...]
    master: Path
    preview: Path
    thumb: Path


class _ReaderGoneError(Exception):
    """The process ended instead of answering."""

    def __init__(self, returncode: int) -> None:
        super().__init__(returncode)
        self.returncode = returncode

    def problem(self) -> PictureTooComplexError | DamagedPictureError:
        """Say what that tells about the picture, once it has happened twice."""
        if self.returncode in _OUT_OF_BOUNDS:
            return PictureTooComplexError("Reading the picture took too much work or memory.")
        return DamagedPictureError("The picture made its reader stop, so it was put aside.")


class Ingest:
    """A few long-lived processes that read pictures; each is replaced when it misbehaves."""

    def __init__(
        self,
        *,
        workers: int = 1,
        seconds: float = 20.0,
        max_bytes: int = MAX_BYTES,
        max_pixels: int = MAX_PIXELS,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._memory_bytes = memory_bytes
        self._free: asyncio.Queue[Process | None] = asyncio.Queue()
        for _ in range(workers):
            self._free.put_nowait(None)
        self._workers = workers

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every process, after the picture that it is reading."""
        for _ in range(self._workers):
            process = await self._free.get()
            if process is not None:
                await _end(process)
            self._free.put_nowait(None)

    async def picture(self, path: Path, *, into: Path, name: str) -> Picture:
        """Read the upload at ``path`` and write what becomes of it into the folder ``into``.

        ``name`` is what the artist calls the file; it decides nothing. Raises a `PictureError`
        for what is not taken, and then leaves nothing in ``into``, or
        `PictureReaderUnavailableError` when no process can be started.
        """
        source_sha256, source_bytes = await asyncio.to_thread(self._measure, path)
        remade = await self._remake(path, into)
        master = into / remade["master"]
        sha256, size = await asyncio.to_thread(_digest, master)
        return Picture(
            name=clean_name(name),
            source_format=remade["format"],
            source_sha256=source_sha256,
            source_bytes=source_bytes,
            sha256=sha256,
            bytes=size,
            width=remade["width"],
            height=remade["height"],
            media_type=remade["media_type"],
            phash=remade["phash"],
            thumbhash=remade["thumbhash"],
            notes=tuple(Note(note) for note in remade["notes"]),
            master=master,
            preview=into / "preview.webp",
            thumb=into / "thumb.webp",
        )

    def _measure(self, path: Path) -> tuple[str, int]:
        size = path.stat().st_size
        if size > self._max_bytes:
            raise FileTooLargeError(
                f"The file has {size / 2**20:,.1f} MB; "
                f"at most {self._max_bytes / 2**20:,.0f} MB are taken."
            )
        return _digest(path)

    async def _remake(self, path: Path, into: Path) -> dict[str, Any]:
        try:
            try:
                answer = await self._ask(path, into)
            except _ReaderGoneError:
                # It may have been killed for no fault of this picture: one more try tells.
                answer = await self._ask(path, into)
        except BaseException as error:
            await asyncio.to_thread(_clear, into)
            if isinstance(error, _ReaderGoneError):
                raise error.problem() from error
            raise
        if "remade" in answer:
            return answer["remade"]
        raise BY_CODE[answer["refused"]](answer["detail"], try_=answer.get("try"))

    async def _ask(self, path: Path, into: Path) -> dict[str, Any]:
        """Have the next free process read the picture; put a new one in its place if it fails."""
        process = await self._free.get()
        try:
            if process is None or process.returncode is not None:
                process = await self._start()
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._exchange(process, path, into)
            except BaseException:  # also when the caller goes away: never reuse a busy process
                await _end(process)
                raise
        except TimeoutError as error:
            raise PictureTooComplexError(
                f"Reading the picture took longer than {self._seconds:g} seconds."
            ) from error
        finally:
            alive = process is not None and process.returncode is None
            self._free.put_nowait(process if alive else None)

    async def _exchange(self, process: Process, path: Path, into: Path) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        request = {
            "source": str(path),
            "into": str(into),
            "max_pixels": self._max_pixels,
            "cpu_seconds": int(self._seconds) + 1,
        }
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            await process.stdin.drain()
            line = await process.stdout.readline()
        except ConnectionError:
            line = b""
        if not line:
            raise _ReaderGoneError(await process.wait())
        return json.loads(line)

    async def _start(self) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            _MODULE,
            str(self._memory_bytes),
            str(WRITTEN_BYTES),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
        )
        assert process.stdout is not None
        ready = b""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(START_SECONDS):
                    ready = await process.stdout.readline()
        finally:
            if ready != b"ready\n":
                await _end(process)
        if ready != b"ready\n":
            raise PictureReaderUnavailableError("The process that reads pictures does not start.")
        return process


async def keep(store: Store, picture: Picture) -> Blob:
    """Store a picture's master and previews; the same picture twice is stored once."""
    await store.put_preview(picture.sha256, "preview", picture.preview)
    await store.put_preview(picture.sha256, "thumb", picture.thumb)
    return await store.put_file(picture.master)


def _clear(into: Path) -> None:
    for name in OUTPUT_NAMES:
        (into / name).unlink(missing_ok=True)


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await process.wait()


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
