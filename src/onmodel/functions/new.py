"""A new function: a folder with everything in it that works and can be changed."""

import os
import re
import struct
import zlib
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from onmodel.functions.manifest import Manifest, Name, read
from onmodel.functions.uv import OnLine, run_uv
from onmodel.kit.errors import ConflictError, InvalidError

_TEMPLATE = Path(__file__).parent / "template"
_SUFFIX = ".in"
_PICTURE_SIDE = 64


class BadNameError(InvalidError):
    code = "bad_function_name"
    title = "This cannot be a function's name"
    default_try = "Take 2 to 63 small letters, digits and hyphens, and begin with a letter."


class FolderExistsError(ConflictError):
    code = "function_exists"
    title = "There is such a folder already"
    default_try = "Take another name, or remove the folder."


def create(name: str, functions: Path, sdk: Path, on_line: OnLine) -> Manifest:
    """Write a function's folder below `functions`, and lock its dependencies.

    Args:
        name: of the function and of its folder.
        functions: the folder of all functions.
        sdk: the folder of the package that authors import.
        on_line: told what the installer prints.

    Raises:
        BadNameError, FolderExistsError
        ProblemError: see `run_uv`.
    """
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        raise BadNameError(f"{name!r} is not a name that a function can have.") from error
    folder = functions / name
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise FolderExistsError(f"{folder} exists.") from error
    module = f"onmodel_{name.replace('-', '_')}"
    words = {
        "@NAME@": name,
        "@PROJECT@": f"onmodel-{name}".rstrip("-"),
        "@MODULE@": module,
        "@CLASS@": "".join(part.capitalize() for part in re.split("-+", name)),
        "@TITLE@": name.replace("-", " ").capitalize(),
        "@SDK@": Path(os.path.relpath(sdk.resolve(), folder.resolve())).as_posix(),
    }
    for source in sorted(_TEMPLATE.rglob(f"*{_SUFFIX}")):
        place = folder / _place(source.relative_to(_TEMPLATE), module)
        place.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(word, value)
        place.write_text(text, encoding="utf-8")
    (folder / "src" / module / "__init__.py").touch()
    (folder / "examples" / "picture.png").write_bytes(gradient())
    run_uv(["lock", "--project", str(folder)], on_line=on_line)
    return read(folder)


def gradient(side: int = _PICTURE_SIDE) -> bytes:
    """Return a PNG of `side` x `side` pixels from black to colour."""
    step = 255 // max(1, side - 1)
    rows = b"".join(
        b"\0" + bytes(value for x in range(side) for value in (x * step, y * step, 128))
        for y in range(side)
    )
    header = struct.pack(">2I5B", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _place(source: Path, module: str) -> Path:
    name = source.name.removesuffix(_SUFFIX)
    return Path("src", module, name) if source.parts[0] == "src" else source.with_name(name)
