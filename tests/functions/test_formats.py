"""A model file is what its content is."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from onmodel.functions.errors import WrongFormatError
from onmodel.functions.formats import Format, check
from tests.support.site import safetensors


def archive(kind: str) -> bytes:
    held = io.BytesIO()
    content = pickle.dumps({"weight": print})
    if kind == "zip":
        with zipfile.ZipFile(held, "w") as opened:
            opened.writestr("archive/data.pkl", content)
    else:
        with tarfile.open(fileobj=held, mode="w") as opened:
            member = tarfile.TarInfo("data.pkl")
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    return held.getvalue()


def numpy_file(array: "np.ndarray[tuple[int], np.dtype[np.generic]]") -> bytes:
    held = io.BytesIO()
    np.save(held, array, allow_pickle=True)
    return held.getvalue()


HOSTILE = {f"protocol-{n}": pickle.dumps({"weight": print}, n) for n in range(6)} | {
    "plain data": pickle.dumps({"weight": [1.0, 2.0]}),
    "zip": archive("zip"),
    "tar": archive("tar"),
    "gzip": gzip.compress(HIDDEN := pickle.dumps(print)),
    "bzip2": bz2.compress(HIDDEN),
    "xz": lzma.compress(HIDDEN),
    "zlib": zlib.compress(HIDDEN),
    "numpy objects": numpy_file(np.array([print], dtype=object)),
}
HARMLESS: dict[str, tuple[bytes, Format]] = {
    "safetensors": (safetensors(1000), "safetensors"),
    "empty safetensors": (struct.pack("<Q", 2) + b"{}", "safetensors"),
    "gguf": (b"GGUF\x03\0\0\0" + bytes(100), "gguf"),
    "tflite": (b"\x1c\0\0\0TFL3" + bytes(100), "tflite"),
    "onnx": (b"\x08\x0a\x12\x07pytorch" + bytes(100), "onnx"),
    "dlib": (b"\x01\x08\x08net_type" + bytes(range(256)) * 4, "other"),
    "numbers": (numpy_file(np.arange(9.0)), "other"),
    "zeros": (bytes(5000), "other"),
    "text": (b"cascade classifier\n" * 40, "other"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("wanted", ["safetensors", "onnx", "tflite", "gguf", "other"])
def test_what_can_run_code_is_refused_whatever_it_is_called(
    tmp_path: Path, name: str, wanted: str
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(WrongFormatError, match="can run code when it is read"):
        check(path, cast("Format", wanted), name=path.name)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_as_it_says_is_taken(tmp_path: Path, name: str) -> None:
    content, wanted = HARMLESS[name]
    path = tmp_path / "file"
    path.write_bytes(content)
    check(path, wanted, name=name)


@pytest.mark.parametrize("wanted", ["safetensors", "onnx", "tflite", "gguf"])
@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_something_else_is_refused(tmp_path: Path, name: str, wanted: Format) -> None:
    content, own = HARMLESS[name]
    if own == wanted:
        return
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(WrongFormatError, match=f"should be {wanted}"):
        check(path, wanted, name=name)


def broken(header: object, data: bytes = b"1234") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x02\0\0\0",
        struct.pack("<Q", 2**60) + b"{}",
        broken(b"{]"),
        broken([]),
        broken({"weight": {}}),
        broken({"weight": {"data_offsets": [0, 5]}}),  # longer than the file
        broken({"weight": {"data_offsets": [0, 3]}}),  # something hidden at the end
    ],
)
def test_broken_safetensors(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(WrongFormatError):
        check(path, "safetensors", name=path.name)
