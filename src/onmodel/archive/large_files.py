"""Bytes that Git LFS keeps: a pointer in the commit, the bytes in ``.git/lfs/objects``.

https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
"""

import asyncio
import hashlib
import os
import shutil
from pathlib import Path
from typing import BinaryIO

from onmodel.archive.layout import Blob
from onmodel.projects.folder import LFS_SUFFIXES
from onmodel.storage.errors import FileMissingError
from onmodel.storage.keys import blob_key
from onmodel.storage.store import Store


def pointer(blob: Blob) -> bytes:
    """Return what a commit holds in place of the bytes."""
    return (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{blob.sha256}\nsize {blob.bytes}\n"
    ).encode()


def is_large(blob: Blob) -> bool:
    """Say whether Git LFS keeps a file of this kind, as .gitattributes says."""
    return blob.suffix in LFS_SUFFIXES


def object_path(git_folder: Path, sha256: str) -> Path:
    """Return where git-lfs looks for the bytes."""
    return git_folder / "lfs" / "objects" / sha256[:2] / sha256[2:4] / sha256


async def bring(store: Store, git_folder: Path, blob: Blob) -> bool:
    """Put the bytes where git-lfs finds them; False when the store has lost them.

    They are linked from a local store where one file system holds both: neither side ever
    writes into such a file, so they can share it.
    """
    target = object_path(git_folder, blob.sha256)
    if target.is_file() and target.stat().st_size == blob.bytes:
        return True
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}-{os.getpid()}")
    temporary.unlink(missing_ok=True)
    key = blob_key(blob.sha256)
    try:
        if not store.link_into(key, temporary) and not await _copy(store, key, blob, temporary):
            return False
        temporary.replace(target)
    except FileMissingError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True


async def _copy(store: Store, key: str, blob: Blob, target: Path) -> bool:
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o444), "wb") as file:

        def take(chunk: bytes) -> None:
            digest.update(chunk)
            file.write(chunk)

        async for chunk in store.open_range(key):
            await asyncio.to_thread(take, chunk)
        # a disk may take seconds over this, and the loop serves everybody
        await asyncio.to_thread(_to_disk, file)
    return digest.hexdigest() == blob.sha256


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def place(git_folder: Path, sha256: str, target: Path) -> None:
    """Copy the bytes into the folder that people see; they may write into theirs."""
    shutil.copyfile(object_path(git_folder, sha256), target)


def read_pointer(data: bytes) -> str | None:
    """Return the SHA-256 that a pointer names, None for anything else."""
    if len(data) > 200 or not data.startswith(b"version https://git-lfs.github.com/spec/v1\n"):
        return None
    for line in data.splitlines():
        if line.startswith(b"oid sha256:"):
            return line.removeprefix(b"oid sha256:").decode("ascii")
    return None
