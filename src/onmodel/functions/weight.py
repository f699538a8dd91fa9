"""`[[weights]]` of a manifest: a model file, where it comes from, and on which terms."""

import re
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from onmodel.functions.formats import SUFFIXES, Format
from onmodel.functions.terms import Terms

# Formats that run code when they are read (CVE-2025-32434 shows that even guarded loading did).
PICKLE_SUFFIXES = frozenset({".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin", ".joblib"})
REVISION = "{revision}"

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/@]+(/\S*)?$", max_length=2000)]
_PACKAGE = re.compile(r"^pypi:(?P<package>[A-Za-z0-9._-]+)==(?P<version>[^!\s]+)!(?P<file>\S+)$")
_ADDRESS = re.compile(r"^https?://[^\s/@]+/\S+$")


class Strict(BaseModel):
    """Part of a manifest; an unknown key is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PackageSource(Strict):
    """A file inside a pinned wheel: `pypi:PACKAGE==VERSION!PATH/IN/WHEEL`."""

    package: str
    version: str
    file: str

    @property
    def requirement(self) -> str:
        return f"{self.package}=={self.version}"


class Weight(Strict):
    """A model file: where it comes from, what it must hash to, and its terms.

    `source` is a file inside a wheel, pinned by `package_sha256`, or an address of the web,
    pinned by `revision`. Whatever it is, the file must have `sha256` and `bytes`.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    source: str
    sha256: Sha256
    package_sha256: Sha256 | None = None
    revision: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")] | None = None
    bytes: int = Field(gt=0)
    licence: str = Field(min_length=1)
    licence_url: Address | None = None
    commercial: bool
    format: Format | None = None
    pickle: bool = False

    @model_validator(mode="after")
    def _is_pinned(self) -> Self:
        package = _PACKAGE.match(self.source)
        if package is not None:
            path = Path(package["file"])
            if path.is_absolute() or ".." in path.parts:
                raise ValueError("source has to name a file inside the package")
            if self.package_sha256 is None:
                raise ValueError("a source in a package needs package_sha256")
        elif _ADDRESS.match(self.source):
            if self.revision is None:
                raise ValueError("a source in the web needs a revision: the commit or the version")
        else:
            raise ValueError(
                "source has to look like pypi:PACKAGE==VERSION!PATH/IN/WHEEL or "
                "https://HOST/PATH, with {revision} in it"
            )
        return self

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        suffixes = {Path(one).suffix.lower() for one in (self.name, self.source)}
        risky = suffixes & PICKLE_SUFFIXES
        if self.pickle:
            return self
        if risky:
            raise ValueError(
                f"{self.name}: {min(risky)} files can run code when they are read; take "
                "safetensors, ONNX or TFLite, or say pickle = true"
            )
        if self.format is None and Path(self.name).suffix.lower() not in SUFFIXES:
            raise ValueError(
                f"{self.name}: say in which format it is (safetensors, onnx, tflite, gguf, other)"
            )
        return self

    @model_validator(mode="after")
    def _terms_can_be_read(self) -> Self:
        if not self.commercial and self.licence_url is None:
            raise ValueError(
                f"{self.name}: terms that somebody has to accept need a licence_url to read them at"
            )
        return self

    @property
    def package(self) -> PackageSource | None:
        """The wheel that it is in, if it is in one."""
        match = _PACKAGE.match(self.source)
        return PackageSource(**match.groupdict()) if match else None

    @property
    def address(self) -> str:
        """Where in the web it is, for one that is in no package."""
        return self.source.replace(REVISION, self.revision or "")

    @property
    def content(self) -> Format | None:
        """What its content has to be; None for a file that is marked as a pickle."""
        if self.pickle:
            return None
        return self.format or SUFFIXES[Path(self.name).suffix.lower()]

    @property
    def terms(self) -> Terms | None:
        """What somebody has to accept; None for one that may be used in work that is sold."""
        if self.commercial or self.licence_url is None:
            return None
        return Terms(name=self.licence, url=self.licence_url)
