"""Bytes of stored files: pictures, previews, exports; by session or by a signed link."""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from onmodel.accounts.signed_in import SignedIn, identify
from onmodel.http.deps import DatabaseDep, IngestDep, Reading, SettingsDep, StoreDep
from onmodel.http.problems import problems
from onmodel.kit.clock import now
from onmodel.kit.db.uow import Database
from onmodel.kit.errors import UnauthorisedError
from onmodel.projects import files, repository
from onmodel.projects.files import FileMissingError
from onmodel.projects.models import File
from onmodel.projects.schemas import FileLink
from onmodel.settings import Settings
from onmodel.storage import signing
from onmodel.storage.errors import LinkExpiredError, LinkInvalidError, RangeNotSatisfiableError
from onmodel.storage.keys import blob_key, preview_key
from onmodel.storage.pictures import Ingest, Picture
from onmodel.storage.ranges import none_match, parse_range, range_applies
from onmodel.storage.store import Store

router = APIRouter(prefix="/files", tags=["files"])

Variant = Literal["original", "preview", "thumb"]
VARIANTS = frozenset(get_args(Variant))
# the bytes behind an id never change
IMMUTABLE = "private, max-age=31536000, immutable"
LINK_DAYS = 7
_making: dict[str, asyncio.Lock] = {}


@router.get(
    "/{file_id}/{variant}",
    responses=problems(
        UnauthorisedError,
        FileMissingError,
        LinkExpiredError,
        LinkInvalidError,
        RangeNotSatisfiableError,
    ),
    response_class=Response,
)
async def read_file(
    file_id: UUID,
    variant: Variant,
    request: Request,
    database: DatabaseDep,
    store: StoreDep,
    ingest: IngestDep,
    settings: SettingsDep,
    exp: Annotated[int | None, Query(description="When a signed link ends")] = None,
    sig: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The bytes; ``preview`` (1024 px) and ``thumb`` (256 px) are WebP."""
    file = await _permitted(request, database, settings, file_id, variant, exp, sig)
    etag = f'"{file.sha256[:32]}-{variant}"'
    headers = {
        "ETag": etag,
        "Cache-Control": IMMUTABLE,
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if not none_match(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    is_picture = file.media_type.startswith("image/")
    if variant == "original" or not is_picture:
        key, media_type = blob_key(file.sha256), file.media_type
    else:
        key, media_type = preview_key(file.sha256, variant), "image/webp"
        picture = await ensure_previews(store, ingest, settings, file.sha256)
        if picture is not None:
            async with database.begin() as uow:
                await repository.describe(uow, file.sha256, picture)
    return await _answer(request, store, key, media_type, headers)


async def _permitted(
    request: Request,
    database: Database,
    settings: Settings,
    file_id: UUID,
    variant: Variant,
    exp: int | None,
    sig: str | None,
) -> File:
    if sig is not None:
        signing.verify(
            settings.secret_key, str(file_id), variant, exp or 0, sig, now=int(now().timestamp())
        )
        async with database.read() as uow:
            file = await repository.find_file(uow, file_id)
        if file is None:
            raise FileMissingError("This file does not exist any more.")
        return file
    actor = await identify(request, database)
    if actor is None:
        raise UnauthorisedError("Sign in to see this file, or use a link that somebody sent you.")
    async with database.read() as uow:
        return await files.get_permitted(uow, actor, file_id)


async def _answer(
    request: Request, store: Store, key: str, media_type: str, headers: dict[str, str]
) -> Response:
    size = await store.size(key)
    wished = request.headers.get("range")
    if wished and not range_applies(request.headers.get("if-range"), headers["ETag"]):
        wished = None
    part = parse_range(wished, size)
    if part is None:
        headers["Content-Length"] = str(size)
        return StreamingResponse(store.open_range(key), media_type=media_type, headers=headers)
    headers["Content-Range"] = part.content_range
    headers["Content-Length"] = str(part.length)
    return StreamingResponse(
        store.open_range(key, part.start, part.end),
        status_code=206,
        media_type=media_type,
        headers=headers,
    )


async def ensure_previews(
    store: Store, ingest: Ingest, settings: Settings, sha256: str
) -> Picture | None:
    """Make the previews of a picture that a function made, the first time somebody looks.

    Returns what was seen in it, or None when the previews are there.
    """
    if await store.exists(preview_key(sha256, "thumb")):
        return None
    # everybody looks at a new picture at once; it is decoded once
    async with _making.setdefault(sha256, asyncio.Lock()):
        try:
            if await store.exists(preview_key(sha256, "thumb")):
                return None
            return await _make_previews(store, ingest, settings, sha256)
        finally:
            _making.pop(sha256, None)


async def _make_previews(store: Store, ingest: Ingest, settings: Settings, sha256: str) -> Picture:
    settings.run.mkdir(parents=True, exist_ok=True)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="preview-", dir=settings.run))
    try:
        original = folder / "original"
        await asyncio.to_thread(original.write_bytes, await store.get_bytes(blob_key(sha256)))
        picture = await ingest.picture(original, into=folder, name="picture")
        await store.put_preview(sha256, "preview", picture.preview)
        await store.put_preview(sha256, "thumb", picture.thumb)
        return picture
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


@router.post("/{file_id}/link", responses=problems(FileMissingError))
async def create_link(
    file_id: UUID,
    uow: Reading,
    actor: SignedIn,
    settings: SettingsDep,
    variant: Variant = "original",
    days: Annotated[int, Query(ge=1, le=30)] = LINK_DAYS,
) -> FileLink:
    """A link for somebody without an account; it ends by itself."""
    file = await files.get_permitted(uow, actor, file_id)
    expires_at = now() + timedelta(days=days)
    seconds = int(expires_at.timestamp())
    signature = signing.sign(settings.secret_key, str(file.id), variant, seconds)
    return FileLink(
        url=f"{settings.url}/api/v1/files/{file.id}/{variant}?exp={seconds}&sig={signature}",
        expires_at=expires_at,
    )
