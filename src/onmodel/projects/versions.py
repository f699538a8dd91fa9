"""Generated files are never overwritten: a new version is a new file with the next number.

SHOT-010_v01_take01.png
SHOT-010_v02_take01.png
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

_NAME = re.compile(r"(?P<stem>.+)_v(?P<version>\d{2,})_take(?P<take>\d{2,})\.[^.]+")
_STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def version_name(stem: str, *, version: int, take: int, suffix: str) -> str:
    """Return ``SHOT-010_v01_take01.png``; ``suffix`` begins with its dot."""
    if not _STEM.fullmatch(stem):
        raise ValueError(f"not the name of a shot: {stem!r}")
    return f"{stem}_v{version:02d}_take{take:02d}{suffix}"


def next_version(folder: Path, stem: str) -> int:
    """Return the number after the highest version of this shot, whatever take or kind of file."""
    versions = [
        int(match["version"])
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (match := _NAME.fullmatch(path.name)) and match["stem"] == stem
    ]
    return max(versions, default=0) + 1


def add_version(folder: Path, stem: str, source: Path, *, take: int = 1) -> Path:
    """Copy ``source`` into the folder under the next free version and return its path.

    The file appears whole and under a name that nobody has, also when several are added at
    once: a hard link is refused where a name is taken, unlike a rename.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".adding-", dir=folder)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as target, source.open("rb") as origin:
            shutil.copyfileobj(origin, target)
            target.flush()
            os.fsync(target.fileno())
        temporary.chmod(0o644)
        while True:
            version = next_version(folder, stem)
            path = folder / version_name(stem, version=version, take=take, suffix=source.suffix)
            try:
                path.hardlink_to(temporary)
            except FileExistsError:
                continue  # somebody was faster; the next number is free
            return path
    finally:
        temporary.unlink(missing_ok=True)
