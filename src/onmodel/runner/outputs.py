"""Reading what a function wrote, on the assumption that it may have prepared a trap.

Every file is opened beneath the output folder without following a link, must be a regular file
with one name, must have been declared, and must be what it says it is.
"""

import hashlib
import json
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pydantic import BaseModel, JsonValue, ValidationError

from onmodel.dispatch.schemas import CallOutputs, StoredFile
from onmodel.runner.calls import CallResult, OutputRecord

_CHUNK = 1024 * 1024
_MAX_JSON_BYTES = 64 * 1024 * 1024
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
# Non-blocking, or a named pipe would hold us for ever.
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class BadOutputError(Exception):
    """What the function wrote is not what it declared, or not safe to read."""


class _FileValue(BaseModel):
    path: str
    media_type: str


@dataclass(frozen=True)
class _Declared:
    name: str
    path: str
    media_type: str
    allowed: tuple[str, ...]


def collect(
    output_dir: Path,
    values: dict[str, JsonValue],
    schema: dict[str, object],
    *,
    max_bytes: int,
    into: Path | None = None,
) -> list[OutputRecord]:
    """Check and hash every file among the outputs.

    Args:
        output_dir: the folder that the function wrote into.
        into: where to copy each file while it is hashed, for a function that may go on writing;
            what was checked is then what is kept. None leaves the files where they are.
        values: the outputs, by name.
        schema: the function's OpenAPI description.
        max_bytes: most that all files together may have.

    Raises:
        BadOutputError: with a sentence for the function's author.
        OSError: the copy cannot be written.
    """
    declared = list(_declared(values, schema))
    records: list[OutputRecord] = []
    room = max_bytes
    with _opened_folder(output_dir) as root:
        for one in declared:
            with _opened(root, one.path) as file:
                _require_plain(file, one, room)
                if into is None:
                    record = _read(file, output_dir, one, room)
                else:
                    with _copied(file, into / one.path, room) as copy:
                        record = _read(copy, into, one, room)
            room -= record.bytes
            records.append(record)
        extra = sorted(_written(root) - {one.path for one in declared})
    if extra:
        raise BadOutputError(f"written and not declared: {', '.join(extra[:5])}")
    return records


def as_made(result: CallResult) -> CallOutputs:
    """Describe what came out as the readers of a task see it; nothing is stored yet."""
    files = [
        StoredFile(
            output=one.name,
            name=one.path.name,
            key="",
            media_type=one.media_type,
            bytes=one.bytes,
            sha256=one.sha256,
        )
        for one in result.files
    ]
    return CallOutputs(values=result.outputs, files=files)


def _declared(values: dict[str, JsonValue], schema: dict[str, object]) -> Generator[_Declared]:
    for name, rule in _properties(schema).items():
        value = values.get(name)
        if value is None:
            continue
        if "x-onmodel-file" in rule:
            yield _one(name, value, rule)
        item = rule.get("items")
        if isinstance(item, dict) and "x-onmodel-file" in item and isinstance(value, list):
            for index, entry in enumerate(value):
                yield _one(f"{name}.{index}", entry, item)


def _one(name: str, value: JsonValue, rule: dict[str, object]) -> _Declared:
    try:
        file = _FileValue.model_validate(value)
    except ValidationError as error:
        raise BadOutputError(f"{name} is not a file value") from error
    allowed = rule.get("x-media-types")
    types = tuple(str(one) for one in allowed) if isinstance(allowed, list) else ()
    # Normalised, so that it compares with the names found in the folder.
    return _Declared(name, str(PurePosixPath(file.path)), file.media_type, types)


class _Rules(BaseModel):
    properties: dict[str, dict[str, object]] = {}


class _Schemas(BaseModel):
    Output: _Rules


class _Components(BaseModel):
    schemas: _Schemas


class _Document(BaseModel):
    components: _Components


def _properties(schema: dict[str, object]) -> dict[str, dict[str, object]]:
    try:
        return _Document.model_validate(schema).components.schemas.Output.properties
    except ValidationError as error:
        raise BadOutputError("the function's schema describes no outputs") from error


@contextmanager
def _opened_folder(path: Path) -> Generator[int]:
    try:
        descriptor = os.open(path, _FOLDER_FLAGS)
    except OSError as error:
        raise BadOutputError("the output folder is gone") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _opened(root: int, name: str) -> Generator[BinaryIO]:
    """Open a file beneath a folder, one step at a time and never through a link."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise BadOutputError(f"{name!r} leaves the output folder")
    steps: list[int] = []
    try:
        at = root
        for part in parts[:-1]:
            at = os.open(part, _FOLDER_FLAGS, dir_fd=at)
            steps.append(at)
        descriptor = os.open(parts[-1], _FILE_FLAGS, dir_fd=at)
    except OSError as error:
        raise BadOutputError(f"{name!r} is missing, or reached through a link") from error
    finally:
        for step in steps:
            os.close(step)
    with os.fdopen(descriptor, "rb") as file:
        yield file


def _require_plain(file: BinaryIO, declared: _Declared, room: int) -> None:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise BadOutputError(f"{declared.path!r} is not a regular file")
    if status.st_nlink != 1:
        raise BadOutputError(f"{declared.path!r} has a second name")
    if status.st_size > room:
        raise BadOutputError(f"{declared.path!r} is larger than the function may write")


@contextmanager
def _copied(file: BinaryIO, place: Path, room: int) -> Generator[BinaryIO]:
    """Copy what is there, out of the function's reach."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("w+b") as copy:
        for chunk in _chunks(file, room):
            copy.write(chunk)
        copy.seek(0)
        yield copy


def _read(file: BinaryIO, folder: Path, declared: _Declared, room: int) -> OutputRecord:
    if declared.allowed and declared.media_type not in declared.allowed:
        raise BadOutputError(f"{declared.name} may not be {declared.media_type}")
    digest, size = _hashed(file, room)
    file.seek(0)
    if not _is_what_it_says(file, declared.media_type, size):
        raise BadOutputError(f"{declared.path!r} is not {declared.media_type}")
    path = folder / declared.path
    return OutputRecord(declared.name, path, declared.media_type, size, digest)


def _hashed(file: BinaryIO, room: int) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    for chunk in _chunks(file, room):
        size += len(chunk)
        digest.update(chunk)
    return digest.hexdigest(), size


def _chunks(file: BinaryIO, room: int) -> Generator[bytes]:
    """Read what is there. It may grow meanwhile; what is over the limit is an error."""
    size = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > room:
            raise BadOutputError("a file grew while it was read")
        yield chunk


def _is_what_it_says(file: BinaryIO, media_type: str, size: int) -> bool:
    """Compare the content with the media type, for the types that we hand to browsers."""
    match media_type:
        case "image/png":
            return file.read(8) == b"\x89PNG\r\n\x1a\n"
        case "image/jpeg":
            return file.read(3) == b"\xff\xd8\xff"
        case "image/webp":
            head = file.read(12)
            return head[:4] == b"RIFF" and head[8:] == b"WEBP"
        case "application/json":
            return size <= _MAX_JSON_BYTES and _is_json(file.read())
        case _:
            return True


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _written(root: int) -> set[str]:
    """Name everything in the folder that is not itself a folder; a link is a link."""
    found: set[str] = set()
    for folder, subfolders, names, descriptor in os.fwalk(".", dir_fd=root):
        links = [one for one in subfolders if _is_link(one, descriptor)]
        found |= {str(PurePosixPath(folder, name)) for name in (*names, *links)}
    return found


def _is_link(name: str, folder: int) -> bool:
    return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
