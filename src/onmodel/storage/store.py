"""The object store: a local folder, S3, or memory, behind the few verbs that OnModel needs.

Objects are content-addressed and never change, so writing is idempotent, two uploads of one
file share their bytes, and a reader never meets a half-written object: obstore writes to one
side and renames (local) or completes the upload (S3).
"""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, MemoryStore, S3Store

from onmodel.kit.errors import StorageFullError
from onmodel.storage.errors import FileMissingError, StorageUnavailableError
from onmodel.storage.keys import Variant, blob_key, preview_key

if TYPE_CHECKING:  # obstore has these names for type checkers only
    from obstore.store import S3Config

SINGLE_PUT_BYTES = 8 * 1024 * 1024  # above this a file travels in parts instead of in memory
CHUNK_BYTES = 256 * 1024
RESERVED_BYTES = 256 * 1024 * 1024  # kept free on a local disk, so that the database can go on


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes in the store: their SHA-256 in hex, how many there are, and their key."""

    sha256: str
    bytes: int
    key: str


class Store:
    """One object store.

    Every method may raise `StorageUnavailableError`, and writers `StorageFullError`.
    """

    def __init__(
        self,
        objects: LocalStore | S3Store | MemoryStore,
        *,
        folder: Path | None = None,
        reserved_bytes: int = RESERVED_BYTES,
    ) -> None:
        self._objects = objects
        self._folder = folder
        self._reserved_bytes = reserved_bytes

    async def put_bytes(self, data: bytes) -> Blob:
        """Store bytes under their SHA-256; storing the same bytes again changes nothing."""
        blob = _blob(hashlib.sha256(data).hexdigest(), len(data))
        await self._create(blob.key, data, blob.bytes)
        return blob

    async def put_file(self, path: Path) -> Blob:
        """Store a file under its SHA-256. The file must not change meanwhile."""
        sha256, size = await asyncio.to_thread(_digest, path)
        blob = _blob(sha256, size)
        await self._create(blob.key, path, size)
        return blob

    async def put_preview(self, sha256: str, variant: Variant, path: Path) -> str:
        """Store a preview of the picture with this SHA-256 and return its key."""
        key = preview_key(sha256, variant)
        await self._create(key, path, await asyncio.to_thread(lambda: path.stat().st_size))
        return key

    async def get_bytes(self, key: str) -> bytes:
        """Return the whole object. Raises `FileMissingError`."""
        with _problems(key):
            result = await obstore.get_async(self._objects, key)
            return bytes(await result.bytes_async())

    async def open_range(
        self, key: str, start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Yield the bytes ``[start, end)`` of an object in chunks. Raises `FileMissingError`."""
        with _problems(key):
            wished = (start, await self.size(key) if end is None else end)
            if wished[0] >= wished[1]:
                return
            result = await obstore.get_async(self._objects, key, options={"range": wished})
            async for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(chunk)

    async def size(self, key: str) -> int:
        """Return an object's size in bytes. Raises `FileMissingError`."""
        with _problems(key):
            return (await obstore.head_async(self._objects, key))["size"]

    async def exists(self, key: str) -> bool:
        """Say whether there is an object under this key."""
        try:
            await self.size(key)
        except FileMissingError:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Remove an object; removing one that is not there is fine."""
        try:
            with _problems(key):
                await obstore.delete_async(self._objects, key)
        except FileMissingError:
            return

    def link_into(self, key: str, target: Path) -> bool:
        """Give a local object a second name; False where it is not local or cannot be linked.

        Nobody may write into ``target``: it is the object.
        """
        if self._folder is None:
            return False
        try:
            target.hardlink_to(self._folder / key)
        except OSError:  # not there, another file system, or one that knows no links
            return False
        return True

    async def list(self) -> AsyncIterator[tuple[str, int]]:
        """Yield the key and the size in bytes of every object, in no order."""
        with _problems("list"):
            async for found in obstore.list(self._objects):
                for one in found:
                    yield one["path"], one["size"]

    async def take_out(self, key: str, path: Path) -> None:
        """Copy an object into a file, which appears whole or not at all."""
        unfinished = path.with_name(f"{path.name}.new")
        with unfinished.open("wb") as file:
            async for chunk in self.open_range(key):
                await asyncio.to_thread(file.write, chunk)
        unfinished.replace(path)

    async def put_in(self, key: str, path: Path) -> None:
        """Store a file under the key that it had in another store."""
        await self._create(key, path, await asyncio.to_thread(lambda: path.stat().st_size))

    async def signed_url(self, key: str, *, expires_in: timedelta) -> str | None:
        """Return a URL at which S3 itself hands out the object, or None where nothing can sign."""
        if not isinstance(self._objects, S3Store):
            return None
        with _problems(key):
            return await obstore.sign_async(self._objects, "GET", key, expires_in)

    def check_room(self, wished_bytes: int) -> None:
        """Raise `StorageFullError` when a local disk has no room left for this many bytes."""
        if self._folder is None:
            return
        free = shutil.disk_usage(self._folder).free
        if free - wished_bytes < self._reserved_bytes:
            raise StorageFullError(
                f"The server's disk has {free / 1e6:,.0f} MB left, "
                f"which is too little to store {max(wished_bytes / 1e6, 0.1):,.1f} MB more.",
            )

    async def _create(self, key: str, source: bytes | Path, size: int) -> None:
        if await self.exists(key):
            return
        self.check_room(size)
        with _problems(key):
            if size > SINGLE_PUT_BYTES:
                # Parts cannot be create-only, but the bytes under a key are always the same.
                await obstore.put_async(self._objects, key, source)
                return
            try:
                await obstore.put_async(
                    self._objects, key, source, mode="create", use_multipart=False
                )
            except AlreadyExistsError:
                return


def open_store(
    url: str,
    *,
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
    reserved_bytes: int = RESERVED_BYTES,
) -> Store:
    """Open ``file:///folder``, ``s3://bucket/prefix?endpoint=…&region=…`` or ``memory://``.

    S3 credentials come from the arguments or, without them, from the AWS_* environment; they
    never stand in the URL, which is shown in health reports and logs.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        return Store(LocalStore(folder), folder=folder, reserved_bytes=reserved_bytes)
    if parts.scheme == "memory":
        return Store(MemoryStore())
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError(f"a storage URL starts with file:///, s3:// or memory://, not {url!r}")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    endpoint = query.get("endpoint")
    config: S3Config = {"region": query.get("region", "us-east-1")}
    if endpoint:
        config["endpoint"] = endpoint
    if access_key_id and secret_access_key:
        config["access_key_id"] = access_key_id
        config["secret_access_key"] = secret_access_key
    plain = endpoint is not None and endpoint.startswith("http://")
    objects = S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,
        client_options={"allow_http": plain},
    )
    return Store(objects)


def _blob(sha256: str, size: int) -> Blob:
    return Blob(sha256, size, blob_key(sha256))


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.tell()


@contextmanager
def _problems(key: str) -> Generator[None]:
    """Turn the store's failures into ours; the key is named, never a path on disk."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileMissingError(f"There is no stored file {key}.") from error
    except (BaseError, OSError) as error:
        if "No space left" in str(error) or "quota" in str(error).lower():
            raise StorageFullError("The server's disk is full.") from error
        raise StorageUnavailableError("The file store did not answer as it should.") from error
