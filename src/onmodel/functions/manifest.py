"""`function.toml`: what a function is, needs and may be used for."""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic import JsonValue as JsonValue

from onmodel.functions.errors import ManifestError
from onmodel.functions.terms import Terms, distinct
from onmodel.functions.weight import Address, Strict
from onmodel.functions.weight import Weight as Weight

FILE_NAME = "function.toml"

# What speaks our contract on one side and Cog's on the other: `sdk/src/onmodel_cog`.
COG_ENTRY = "onmodel_cog.handler:model"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,62}$")]
# What a function may read of a character beside pictures, each an input of this name.
Readable = Literal[
    "trigger_word",
    "positive_prompt",
    "negative_prompt",
    "description",
    "identity_profile",
    "lora",
]
# Of these, the trained models, which not every character has.
MODELS: frozenset[Readable] = frozenset({"identity_profile", "lora"})
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Tier(StrEnum):
    """The quality that was asked for, lowest first."""

    LOW = "low"
    STANDARD = "standard"
    HIGH = "high"


class TierNeeds(Strict):
    """What a function takes in one tier. `vram_mb` 0 means it runs on the CPU."""

    vram_mb: int = Field(default=0, ge=0)
    params: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])


class Limits(Strict):
    """How long a function may take (seconds) and how large it may grow (MiB).

    `install_s` is how long a call waits while the function is installed.
    """

    install_s: float = Field(default=3600.0, gt=0, le=24 * 3600)
    startup_s: float = Field(default=60.0, gt=0, le=3600)
    run_s: float = Field(default=300.0, gt=0, le=24 * 3600)
    cancel_grace_s: float = Field(default=5.0, gt=0, le=300)
    memory_mb: int = Field(default=4096, ge=64)
    output_mb: int = Field(default=512, ge=1)


class Warm(Strict):
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


class CogImage(Strict):
    """An image that Cog made, run as it is.

    `inputs` gives Cog's inputs the names that the task uses; `output` names what it answers, for
    a model that answers one value. The image is pinned: by its digest in a registry, or, for one
    that is on this machine only, by its id.
    """

    image: Annotated[str, StringConstraints(pattern=r"^(\S+@)?sha256:[0-9a-f]{64}$")]
    inputs: dict[str, str] = Field(default_factory=dict[str, str])
    output: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")] = "output"


class Manifest(Strict):
    """A function as its folder describes it."""

    folder: Path = Field(exclude=True)
    name: Name
    version: str = Field(min_length=1, max_length=40)
    tasks: tuple[str, ...] = Field(min_length=1)
    title: Sentence
    summary: Sentence
    licence: str = Field(min_length=1)
    licence_url: Address | None = None
    own_commercial: bool = Field(default=True, alias="commercial")
    """Whether the function's own licence, that of its code, allows commercial work."""
    entry: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]
    preview: bool = False
    curve: Annotated[str, StringConstraints(min_length=1, max_length=60)] = "Loss"
    """What the number is that it tells while it learns, for people."""
    tiers: dict[Tier, TierNeeds] = Field(min_length=1)
    limits: Limits = Limits()
    warm: Warm = Warm()
    weights: tuple[Weight, ...] = ()
    cog: CogImage | None = None
    reads: tuple[Readable, ...] = ()
    """What it has inputs for, of what calls offer beside pictures."""
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

    @model_validator(mode="before")
    @classmethod
    def _one_entry(cls, data: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """Let the adapter be the entry of a Cog image, which has none of ours."""
        if "cog" in data and "entry" in data:
            raise ValueError("entry is the class of a function of ours; a Cog image has its own")
        return {**data, "entry": COG_ENTRY} if "cog" in data else data

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [weight.name for weight in self.weights]
        if len(set(names)) != len(names):
            raise ValueError("two weights have the same name")
        return self

    @model_validator(mode="after")
    def _terms_can_be_read(self) -> Self:
        if not self.own_commercial and self.licence_url is None:
            raise ValueError("terms that somebody has to accept need a licence_url")
        return self

    @property
    def key(self) -> str:
        """Name and version, as logs and records write them."""
        return f"{self.name}@{self.version}"

    @property
    def least_vram_mb(self) -> int:
        """MiB of video memory that its most modest tier declares."""
        return min(needs.vram_mb for needs in self.tiers.values())

    def rank(self, tier: Tier) -> tuple[bool, int, str]:
        """Sort key among functions that do the same in a tier, the best first."""
        return self.preview, -self.tiers[tier].vram_mb, self.name

    @property
    def given(self) -> frozenset[str]:
        """Name the inputs that it gets in every tier, whatever a call brings."""
        return frozenset.intersection(*(frozenset(one.params) for one in self.tiers.values()))

    @property
    def commercial(self) -> bool:
        """Whether its own licence and those of all weights allow commercial work."""
        return not self.terms

    @property
    def comes_along(self) -> bool:
        """Whether it is installed without being asked for: no terms, and no large downloads."""
        here = self.cog is None and all(weight.package for weight in self.weights)
        return self.commercial and here

    @property
    def terms(self) -> tuple[Terms, ...]:
        """What somebody has to accept before it is used; nothing for most functions."""
        own = [] if self.own_commercial else [Terms(name=self.licence, url=self.licence_url or "")]
        return distinct([*own, *(one.terms for one in self.weights if one.terms)])


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
