"""Files that go in and out of a function, and how a name is checked before it is believed."""

import mimetypes
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
UNKNOWN_MEDIA_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class InputFile:
    """A file the caller gave. Read it; never write to it."""

    path: Path
    media_type: str = UNKNOWN_MEDIA_TYPE


@dataclass(frozen=True)
class OutputFile:
    """A file the function wrote at a path it got from `Context.output`."""

    path: Path
    media_type: str


class UnsafePathError(ValueError):
    """A name that leaves its folder, passes through a link, or is no regular file."""


def media_type_of(path: Path) -> str:
    """Tell the media type by the first bytes for pictures, by the suffix for the rest."""
    with path.open("rb") as file:
        head = file.read(16)
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    guess, _ = mimetypes.guess_type(path.name)
    # A picture by its name alone is not believed: its first bytes would have told.
    if guess is None or guess in {"image/png", "image/jpeg", "image/gif", "image/webp"}:
        return UNKNOWN_MEDIA_TYPE
    return guess


def beneath(folder: Path, name: str) -> Path:
    """Join a relative name to a folder, refusing every way out of it.

    Raises:
        UnsafePathError: the name is absolute, empty, or climbs with `..`.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\x00" in name or "\\" in name:
        raise UnsafePathError(f"{name!r} is not a relative path")
    if ".." in parts:
        raise UnsafePathError(f"{name!r} leaves its folder")
    return folder.joinpath(*parts)


def regular_file_beneath(folder: Path, name: str) -> Path:
    """Find an existing regular file in a folder without following a link on the way.

    Raises:
        UnsafePathError: see `beneath`; also when any part is a link or the end is no regular file.
        FileNotFoundError: nothing is there.
    """
    path = beneath(folder, name)
    step = folder
    for part in path.relative_to(folder).parts:
        step = step / part
        mode = step.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise UnsafePathError(f"{name!r} passes through a link")
    if not stat.S_ISREG(path.lstat().st_mode):
        raise UnsafePathError(f"{name!r} is not a regular file")
    return path
