"""What a model file is, by its content. A name can be given to anything.

A pickle runs code when it is read, so nothing that is one, or could hide one, gets past here
unless the manifest says so. Layouts: safetensors' README (8 bytes of length, then a JSON header),
GGUF's specification, TFLite's schema (`file_identifier "TFL3"`), ONNX's `onnx.proto` (field 1 of
the model is `ir_version`), NumPy's NEP 1 (`.npy`, whose object arrays are pickled).
"""

import json
import pickletools
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, cast

from onmodel.functions.errors import WrongFormatError

Format = Literal["safetensors", "onnx", "tflite", "gguf", "other"]

SUFFIXES: dict[str, Format] = {
    ".safetensors": "safetensors",
    ".onnx": "onnx",
    ".tflite": "tflite",
    ".gguf": "gguf",
}
_MAX_HEADER_BYTES = 100_000_000
_HEAD_BYTES = 4096
_ONNX_IR_VERSIONS = range(1, 64)
# Opcodes that name something to import, or call it; with none of them a pickle is only data.
_RUNS_CODE = frozenset({"STACK_GLOBAL", "OBJ", "NEWOBJ", "NEWOBJ_EX", "REDUCE"})
# These two name it in letters: a module, a space, an attribute. Prose may begin like that.
_NAMES_CODE = frozenset({"GLOBAL", "INST"})
_NAME = re.compile(r"[^\W\d][\w.]* [^\W\d][\w.]*")
_ARCHIVES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\x00", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (0, b"\x04\x22\x4d\x18", "an LZ4 archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (257, b"ustar", "a tar archive"),
)


def check(path: Path, wanted: Format, *, name: str) -> None:
    """Require that a file is what its manifest says.

    Raises:
        WrongFormatError: it is something else, or could run code when it is read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    danger = _danger(path, head)
    if danger is not None:
        raise WrongFormatError(f"{name} is {danger}, which can run code when it is read.")
    recognised = _RECOGNISED.get(wanted)
    if recognised is not None and not recognised(path, head):
        raise WrongFormatError(f"{name} should be {wanted}, and its content is something else.")


def _danger(path: Path, head: bytes) -> str | None:
    for offset, magic, words in _ARCHIVES:
        if head[offset : offset + len(magic)] == magic:
            return f"{words} and may hold a pickle"
    if head.startswith(b"\x93NUMPY"):
        return "a NumPy file of Python objects" if b"'|O'" in head or b'"|O"' in head else None
    if _is_zlib(head):
        return "compressed and may hold a pickle"
    return "a pickle" if _is_pickle(path) else None


def _is_zlib(head: bytes) -> bool:
    """Whether it begins as zlib's streams do, and can be read as one (joblib writes such)."""
    if len(head) < 2 or head[0] != 0x78 or int.from_bytes(head[:2], "big") % 31:
        return False
    try:
        return bool(zlib.decompressobj().decompress(head, 64))
    except zlib.error:
        return False


def _is_pickle(path: Path) -> bool:
    """Whether it can be read as a pickle as far as something that runs code, or to its end.

    Every protocol: from 2 on a pickle begins with its number, before that with any letter. A
    file of another kind breaks off within the first bytes.
    """
    with path.open("rb") as file:
        numbered = file.read(1) == b"\x80"
        file.seek(0)
        try:
            for opcode, argument, _ in pickletools.genops(file):
                if opcode.name in _RUNS_CODE:
                    return True
                if opcode.name in _NAMES_CODE:
                    return bool(_NAME.fullmatch(str(argument)))
                if opcode.name == "STOP":
                    return numbered
        except Exception:  # noqa: BLE001 - pickletools raises whatever the bytes lead it to
            return False
    return False


def _is_safetensors(path: Path, head: bytes) -> bool:
    length = int.from_bytes(head[:8], "little")
    size = path.stat().st_size
    if len(head) < 8 or not 2 <= length <= min(_MAX_HEADER_BYTES, size - 8):
        return False
    with path.open("rb") as file:
        file.seek(8)
        try:
            header: object = json.loads(file.read(length))
        except ValueError:
            return False
    if not isinstance(header, dict):
        return False
    tensors = [
        value for key, value in cast("dict[str, Any]", header).items() if key != "__metadata__"
    ]
    try:
        ends = [int(one["data_offsets"][1]) for one in tensors]
    except (TypeError, KeyError, IndexError, ValueError):
        return False
    return max(ends, default=0) == size - 8 - length


def _is_onnx(_path: Path, head: bytes) -> bool:
    return len(head) > 2 and head[0] == 0x08 and head[1] in _ONNX_IR_VERSIONS


def _is_tflite(_path: Path, head: bytes) -> bool:
    return head[4:8] == b"TFL3"


def _is_gguf(_path: Path, head: bytes) -> bool:
    return head.startswith(b"GGUF")


_RECOGNISED: dict[Format, Callable[[Path, bytes], bool]] = {
    "safetensors": _is_safetensors,
    "onnx": _is_onnx,
    "tflite": _is_tflite,
    "gguf": _is_gguf,
}
