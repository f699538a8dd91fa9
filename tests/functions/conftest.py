"""A tiny wheel with a model file, served from a folder instead of an index."""

import base64
import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

MODEL = b"\x1c\x00\x00\x00TFL3 a model of nothing at all"
FIXTURES = Path(__file__).parent / "fixtures"


@dataclass(frozen=True)
class Wheel:
    """A wheel that uv finds, and what a manifest says about the file in it."""

    path: Path
    sha256: str

    def weight(self, **changes: Any) -> dict[str, Any]:
        return {
            "name": "nothing.tflite",
            "source": "pypi:onmodel-test-models==1.0!onmodel_test_models/nothing.tflite",
            "sha256": hashlib.sha256(MODEL).hexdigest(),
            "package_sha256": self.sha256,
            "bytes": len(MODEL),
            "licence": "CC0-1.0",
            "commercial": True,
        } | changes


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheel:
    index = tmp_path / "index"
    index.mkdir()
    path = index / "onmodel_test_models-1.0-py3-none-any.whl"
    info = "onmodel_test_models-1.0.dist-info"
    files = {
        "onmodel_test_models/nothing.tflite": MODEL,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: onmodel-test-models\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{name},sha256={_digest(content)},{len(content)}" for name, content in files.items()]
    record = "\n".join([*lines, f"{info}/RECORD,,", ""])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(f"{info}/RECORD", record)
    monkeypatch.setenv("UV_FIND_LINKS", str(index))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return Wheel(path, hashlib.sha256(path.read_bytes()).hexdigest())


def _digest(content: bytes) -> str:
    digest = hashlib.sha256(content).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def manifest_text(name: str = "toy", *, weights: str = "", **changes: str) -> str:
    """Write a function.toml. Values are TOML."""
    keys = {
        "name": f'"{name}"',
        "version": '"1.0.0"',
        "tasks": '["character.generate_variation"]',
        "title": '"Toy"',
        "summary": '"A function for tests."',
        "licence": '"Apache-2.0"',
        "entry": '"toy.handler:Toy"',
    } | changes
    lines = [f"{key} = {value}" for key, value in keys.items() if value]
    return "\n".join([*lines, "[tiers.low]", "vram_mb = 0", weights])


def write_function(root: Path, name: str, text: str) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "function.toml").write_text(text)
    return folder
