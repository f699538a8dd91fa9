"""Take single files out of pinned packages, without installing the packages.

A few packages carry pictures that may be used freely. uv downloads such a package into a
temporary folder (no dependencies, nothing executed, its hash checked by uv); the wanted files are
checked against their own hashes and kept in a cache folder named after the file's hash.
"""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from uv import find_uv_bin

from onmodel.kit.errors import UnavailableError

# The files do not depend on the platform they are read on, so one wheel serves every machine.
PYTHON_VERSION = "3.12"
PYTHON_PLATFORM = "x86_64-manylinux_2_28"


class PackageUnavailableError(UnavailableError):
    """The package index could not be reached, or it served something else than was pinned."""

    code = "demo_pictures_unavailable"
    title = "The demo pictures cannot be fetched"


@dataclass(frozen=True)
class Package:
    """One release of one package: the wheel's sha256 is part of its name here."""

    name: str
    version: str
    sha256: str

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


@dataclass(frozen=True)
class Source:
    """One file inside a package, with what we know about where it came from."""

    package: Package
    path: str
    sha256: str
    licence: str
    credit: str

    def cached(self, cache: Path) -> Path:
        return cache / self.sha256 / Path(self.path).name


async def fetch_sources(
    sources: Iterable[Source],
    cache: Path,
    *,
    on_progress: Callable[[str], None] | None = None,
) -> dict[Source, Path]:
    """Return each source's file in the cache; only packages that miss a file are downloaded."""
    wanted = list(sources)
    await asyncio.to_thread(cache.mkdir, parents=True, exist_ok=True)
    missing = [source for source in wanted if not source.cached(cache).exists()]
    for package in dict.fromkeys(source.package for source in missing):
        if on_progress:
            on_progress(f"Fetching pictures from {package.name} {package.version}")
        await _fetch_package(package, [s for s in missing if s.package == package], cache)
    return {source: source.cached(cache) for source in wanted}


async def _fetch_package(package: Package, sources: list[Source], cache: Path) -> None:
    # Beside the cache, so that the last step is a rename on one file system.
    with tempfile.TemporaryDirectory(dir=cache, prefix=".fetch-") as scratch:
        folder = Path(scratch)
        await _download(package, folder)
        for source in sources:
            await asyncio.to_thread(_keep, source, folder / "files" / source.path, cache)


async def _download(package: Package, folder: Path) -> None:
    requirements = folder / "requirements.txt"
    requirements.write_text(package.requirement + "\n", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        find_uv_bin(),
        *("pip", "install", "--quiet", "--no-deps", "--require-hashes"),
        *("--only-binary", ":all:", "--target", str(folder / "files")),
        *("--python-version", PYTHON_VERSION, "--python-platform", PYTHON_PLATFORM),
        *("--requirements", str(requirements)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, stderr = await process.communicate()
    if process.returncode:
        raise PackageUnavailableError(
            f"The demo pictures in {package.name} {package.version} could not be fetched: "
            f"{_last_line(stderr)}",
            try_="Check the connection to your Python package index, then run the command again.",
        )


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "uv gave no reason."


def _keep(source: Source, found: Path, cache: Path) -> None:
    digest = hashlib.sha256(found.read_bytes()).hexdigest() if found.is_file() else None
    if digest != source.sha256:
        raise PackageUnavailableError(
            f"{source.path} in {source.package.name} {source.package.version} is not the file "
            "that was expected.",
            try_="Clear uv's cache with 'uv cache clean', then run the command again.",
        )
    target = source.cached(cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(found, target)
