"""`function.toml`: what a function is, needs and may be used for."""

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic import JsonValue as JsonValue

from onmodel.functions.errors import ManifestError

FILE_NAME = "function.toml"

# Formats that run code when they are read (CVE-2025-32434 shows that even guarded loading did).
PICKLE_SUFFIXES = frozenset({".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin", ".joblib"})

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500)]
_SOURCE = re.compile(r"^pypi:(?P<package>[A-Za-z0-9._-]+)==(?P<version>[^!\s]+)!(?P<file>\S+)$")


class Tier(StrEnum):
    """The quality that was asked for, lowest first."""

    LOW = "low"
    STANDARD = "standard"
    HIGH = "high"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TierNeeds(_Strict):
    """What a function takes in one tier. `vram_mb` 0 means it runs on the CPU."""

    vram_mb: int = Field(default=0, ge=0)
    params: dict[str, JsonValue] = {}


class Limits(_Strict):
    """How long a function may take (seconds) and how large it may grow (MiB)."""

    startup_s: float = Field(default=60.0, gt=0, le=3600)
    run_s: float = Field(default=300.0, gt=0, le=24 * 3600)
    cancel_grace_s: float = Field(default=5.0, gt=0, le=300)
    memory_mb: int = Field(default=4096, ge=64)
    output_mb: int = Field(default=512, ge=1)


class Warm(_Strict):
    """How long processes or containers of a function are kept, and when a fresh one takes over.

    Attributes:
        minimum: how many are kept ready on every worker even when nobody asks.
        idle_s: seconds after which one that nobody needs is ended.
        calls: after so many it is ended, and the next call starts a fresh one.
        growth_mb: the same when it holds so much more memory than after its first call (MiB).
    """

    minimum: int = Field(default=0, ge=0, le=8)
    idle_s: float = Field(default=600.0, gt=0, le=7 * 24 * 3600)
    calls: int = Field(default=1000, ge=1)
    growth_mb: int = Field(default=1024, ge=1)


class PackageSource(_Strict):
    """A file inside a pinned wheel: `pypi:PACKAGE==VERSION!PATH/IN/WHEEL`."""

    package: str
    version: str
    file: str

    @property
    def requirement(self) -> str:
        return f"{self.package}=={self.version}"


class Weight(_Strict):
    """A model file: where it comes from, what it must hash to, and its terms."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    source: str
    sha256: Sha256
    package_sha256: Sha256
    bytes: int = Field(gt=0)
    licence: str = Field(min_length=1)
    commercial: bool
    pickle: bool = False

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        match = _SOURCE.match(self.source)
        if match is None:
            raise ValueError("source has to look like pypi:PACKAGE==VERSION!PATH/IN/WHEEL")
        path = Path(match["file"])
        if path.is_absolute() or ".." in path.parts:
            raise ValueError("source has to name a file inside the package")
        risky = {Path(self.name).suffix.lower(), path.suffix.lower()} & PICKLE_SUFFIXES
        if risky and not self.pickle:
            raise ValueError(
                f"{self.name}: {risky.pop()} files can run code when they are read; take "
                "safetensors, ONNX or TFLite, or say pickle = true"
            )
        return self

    @property
    def package(self) -> PackageSource:
        """Take the source apart."""
        match = _SOURCE.match(self.source)
        assert match is not None
        return PackageSource(**match.groupdict())


class Manifest(_Strict):
    """A function as its folder describes it."""

    folder: Path = Field(exclude=True)
    name: Name
    version: str = Field(min_length=1, max_length=40)
    tasks: tuple[str, ...] = Field(min_length=1)
    title: Sentence
    summary: Sentence
    licence: str = Field(min_length=1)
    entry: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]
    preview: bool = False
    tiers: dict[Tier, TierNeeds] = Field(min_length=1)
    limits: Limits = Limits()
    warm: Warm = Warm()
    weights: tuple[Weight, ...] = ()
    encoders: bool = False
    """Whether it takes the optional encoders that people installed."""

    @model_validator(mode="before")
    @classmethod
    def _one_task(cls, data: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """Take `task = "x"` for `tasks = ["x"]`."""
        if "task" in data and "tasks" not in data:
            data = {**data, "tasks": [data["task"]]}
            del data["task"]
        return data

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [weight.name for weight in self.weights]
        if len(set(names)) != len(names):
            raise ValueError("two weights have the same name")
        return self

    @property
    def key(self) -> str:
        """Name and version, as logs and records write them."""
        return f"{self.name}@{self.version}"

    @property
    def least_vram_mb(self) -> int:
        """MiB of video memory that its most modest tier declares."""
        return min(needs.vram_mb for needs in self.tiers.values())

    @property
    def commercial(self) -> bool:
        """Whether every weight allows commercial work."""
        return all(weight.commercial for weight in self.weights)


def read(folder: Path) -> Manifest:
    """Read the manifest of one function folder.

    Raises:
        ManifestError: with the file and every field that is wrong.
    """
    path = folder / FILE_NAME
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestError(f"{path} cannot be read: {error}") from error
    if "folder" in data:
        raise ManifestError(f"{path}: folder is not a key of {FILE_NAME}")
    try:
        manifest = Manifest.model_validate({**data, "folder": folder.absolute()})
    except ValidationError as error:
        fields = [
            {"field": ".".join(str(part) for part in one["loc"]), "detail": one["msg"]}
            for one in error.errors()
        ]
        wrong = "; ".join(f"{one['field']}: {one['detail']}" for one in fields)
        raise ManifestError(f"{path}: {wrong}", fields=fields) from error
    if manifest.name != folder.name:
        raise ManifestError(f"{path}: name is {manifest.name!r}, its folder {folder.name!r}")
    return manifest
