"""Labelled pictures for bench-identity: from a file of pairs, or from the pinned packages."""

import asyncio
import csv
import itertools
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from onmodel.demo import pictures

TRUE = frozenset({"1", "true", "yes", "same"})
KEYS = ("file_x", "file_y", "same")

# left, upper, width, height of the faces in the group photograph, as the judge finds them
GROUP = (
    (319, 240, 132, 128),
    (682, 303, 111, 119),
    (532, 319, 101, 115),
    (210, 71, 101, 121),
    (437, 221, 80, 89),
)
AROUND = 0.35
"""A cut-out shows so much of the face's size on each side."""


@dataclass(frozen=True)
class Corpus:
    """Pictures, whom they show, and which of them to compare.

    Attributes:
        files: the pictures.
        people: whom each shows, by number of the picture.
        pairs: (number, number, whether it is one person).
        others: distances of other tools for the same pairs, by name.
    """

    files: list[Path]
    people: list[str]
    pairs: list[tuple[int, int, bool]]
    others: dict[str, list[float]] = field(default_factory=dict)


def read_pairs(path: Path) -> Corpus:
    """Read pairs; who is one person follows from the pairs that say so."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = sorted({row[key] for row in rows for key in KEYS[:2]})
    place = {name: at for at, name in enumerate(names)}
    pairs = [
        (place[row["file_x"]], place[row["file_y"]], row["same"].strip().lower() in TRUE)
        for row in rows
    ]
    others: dict[str, list[float]] = {}
    for name in rows[0]:
        if name not in KEYS:
            with suppress(ValueError):
                others[name] = [float(row[name]) for row in rows]
    files = [path.parent / name for name in names]
    return Corpus(files, _people(len(files), pairs), pairs, others)


def _people(count: int, pairs: list[tuple[int, int, bool]]) -> list[str]:
    leader = list(range(count))

    def find(at: int) -> int:
        while leader[at] != at:
            at = leader[at]
        return at

    for x, y, same in pairs:
        if same:
            leader[find(x)] = find(y)
    return [f"person {find(at)}" for at in range(count)]


async def own_set(home: Path) -> Corpus:
    """Return the people of the pinned packages: an actress, a man, an astronaut, five of a group.

    Only the first two have several pictures, and the actress's are of one film: a small set, good
    for seeing that nothing broke.
    """
    sources = await pictures.fetch_sources(pictures.TEST_SOURCES, home / "bench" / "sources")
    folder = home / "bench" / "identity"
    actress = await asyncio.to_thread(
        pictures.take_stills,
        sources[pictures.ACTRESS_FILM],
        folder / "actress",
        (*pictures.ACTRESS_LAUGHTER, *pictures.ACTRESS_EYES_DOWN),
        framing=pictures.ACTRESS_FRAMING,
    )
    man = await asyncio.to_thread(
        pictures.take_stills, sources[pictures.MAN_FILM], folder / "man", pictures.MAN_STILLS
    )
    whom = [
        *((one, "actress") for one in actress),
        *((one, "man") for one in man),
        (sources[pictures.MAN_PHOTO], "man"),
        (sources[pictures.ASTRONAUT], "astronaut"),
        *_group(sources[pictures.GROUP_PHOTO], folder / "group"),
    ]
    files, people = [one for one, _ in whom], [person for _, person in whom]
    pairs = [
        (x, y, people[x] == people[y]) for x, y in itertools.combinations(range(len(files)), 2)
    ]
    return Corpus(files, people, pairs)


def _group(photograph: Path, folder: Path) -> list[tuple[Path, str]]:
    """Cut the people of the group photograph out; their heads do not overlap."""
    folder.mkdir(parents=True, exist_ok=True)
    found: list[tuple[Path, str]] = []
    with Image.open(photograph) as picture:
        for number, (x, y, width, height) in enumerate(GROUP):
            path = folder / f"{number}.png"
            aside, above = round(AROUND * width), round(AROUND * height)
            part = (x - aside, y - above, x + width + aside, y + height + above)
            picture.convert("RGB").crop(part).save(path)
            found.append((path, f"group {number}"))
    return found
