"""Receives one uploaded file into a folder of its own, which vanishes afterwards."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request, UploadFile

from onmodel.http.deps import IngestDep, SettingsDep, StoreDep
from onmodel.settings import Settings
from onmodel.storage.picture_errors import FileTooLargeError
from onmodel.storage.pictures import Ingest, Picture, keep
from onmodel.storage.store import Store

CHUNK_BYTES = 1 << 20
ENVELOPE_BYTES = 64 * 1024


def check_length(request: Request, settings: Settings) -> None:
    """Refuse a body that announces more than a picture may have, before reading it.

    Raises:
        FileTooLargeError: by its ``Content-Length``.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > settings.upload_bytes + ENVELOPE_BYTES:
        raise _too_large(int(announced), settings)


@asynccontextmanager
async def received(
    request: Request, file: UploadFile, settings: Settings
) -> AsyncGenerator[tuple[Path, Path]]:
    """Yield ``(file, folder)``: the upload on disk, and a scratch folder beside it.

    Raises:
        FileTooLargeError: as soon as there are more bytes than allowed.
    """
    check_length(request, settings)
    settings.run.mkdir(parents=True, exist_ok=True)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="upload-", dir=settings.run))
    try:
        path = folder / "upload"
        size = 0
        with path.open("wb") as target:
            while chunk := await file.read(CHUNK_BYTES):
                size += len(chunk)
                if size > settings.upload_bytes:
                    raise _too_large(size, settings)
                await asyncio.to_thread(target.write, chunk)
        made = folder / "made"
        made.mkdir()
        yield path, made
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


class Intake:
    """Takes an uploaded picture in. Ask for permission first, and open no transaction meanwhile:
    decoding takes a second.
    """

    def __init__(self, request: Request, store: Store, ingest: Ingest, settings: Settings) -> None:
        self._request = request
        self._store = store
        self._ingest = ingest
        self._settings = settings

    async def take(self, file: UploadFile) -> Picture:
        """Remake a picture, strip it of its metadata and store it.

        Raises:
            FileTooLargeError: as soon as there are more bytes than allowed.
            ProblemError: it is no picture that can be taken; see `storage.picture_errors`.
        """
        async with received(self._request, file, self._settings) as (path, folder):
            name = file.filename or "picture"
            picture = await self._ingest.picture(path, into=folder, name=name)
            await keep(self._store, picture)
            return picture


async def _intake(
    request: Request, store: StoreDep, ingest: IngestDep, settings: SettingsDep
) -> Intake:
    return Intake(request, store, ingest, settings)


IntakeDep = Annotated[Intake, Depends(_intake)]


def _too_large(size: int, settings: Settings) -> FileTooLargeError:
    return FileTooLargeError(
        f"The file has {size / 2**20:,.0f} MB or more; "
        f"at most {settings.upload_bytes / 2**20:,.0f} MB are taken."
    )
