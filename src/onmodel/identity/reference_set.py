"""What a whole set of references lacks, and how much one more picture would help."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from onmodel.identity.advice import ANGLES, DARK, Sighting
from onmodel.identity.calibration import SAME, Calibration
from onmodel.identity.scoring import between, reach

WANTED_ANGLES = ("front", "half_left", "half_right")
WANTED_EXPRESSIONS = 2
EVEN_LIGHT = 0.12
"""Spread of the brightness of faces (0 to 1) below which all were lit alike."""

ENOUGH = 0.01
"""Narrowing of the interval, in probability, below which one more picture is not worth asking."""


@dataclass(frozen=True)
class Lack:
    """Something that the set does not show: ``code`` is stable, ``text`` is for people."""

    code: str
    text: str


@dataclass(frozen=True)
class SetAdvice:
    """A set of references as a whole.

    Attributes:
        usable: how many pictures can be compared with.
        lacks: what it does not show, the most important first.
        width_now: width of the 95 % interval of p_same for a borderline picture, 0 to 1; None
            without any usable picture.
        width_next: the same with one more picture like those.
        text: the last two as a sentence.
    """

    usable: int
    lacks: list[Lack]
    width_now: float | None
    width_next: float | None
    text: str


def advise_on_set(sightings: Sequence[Sighting], calibration: Calibration) -> SetAdvice:
    """Say what a character's references lack.

    Args:
        sightings: all its measured reference pictures.
        calibration: of the encoder that made their vectors.
    """
    usable = [one for one in sightings if one.vector is not None and one.face is not None]
    faces = [one.face for one in usable if one.face is not None]
    lacks = [*_angles(faces), *_light(faces), *_expressions(faces)] if faces else []
    if not usable:
        text = "No reference shows a face that can be compared with."
        return SetAdvice(0, lacks, None, None, text)
    vectors = np.stack([one.vector for one in usable if one.vector is not None])
    spread = _spread(vectors, calibration)
    now, then = (_width(spread, count, calibration) for count in (len(usable), len(usable) + 1))
    return SetAdvice(len(usable), lacks, now, then, _worth(len(usable), now, then))


def _angles(faces: Sequence[dict[str, object]]) -> list[Lack]:
    seen = {str(face["angle"]) for face in faces}
    return [
        Lack(f"angle_{angle}", f"No picture shows the face from {ANGLES[angle]}.")
        for angle in WANTED_ANGLES
        if angle not in seen and angle.replace("half", "side") not in seen
    ]


def _light(faces: Sequence[dict[str, object]]) -> list[Lack]:
    values = [float(str(face["brightness"])) for face in faces if "brightness" in face]
    if len(values) < 3:
        return []
    if max(values) < 2 * DARK:
        return [Lack("light_bright", "All faces are dark; add one in good light.")]
    if max(values) - min(values) < EVEN_LIGHT:
        return [Lack("light", "All faces are lit alike; add one in darker or brighter light.")]
    return []


def _expressions(faces: Sequence[dict[str, object]]) -> list[Lack]:
    seen = Counter(str(face["expression"]) for face in faces)
    if len(faces) < 3 or len(seen) >= WANTED_EXPRESSIONS:
        return []
    only = next(iter(seen))
    return [Lack("expression", f"Every face has a {only} expression; add another one.")]


def _spread(vectors: np.ndarray, calibration: Calibration) -> float:
    """Variance of the distance from one picture of the character to its references."""
    if len(vectors) < 3:
        return calibration.genuine_deviation**2
    apart = between(vectors, vectors, calibration.metric)
    count = len(vectors)
    rest = apart[~np.eye(count, dtype=bool)].reshape(count, count - 1)
    return float(rest.var(axis=1).mean())


def _width(spread: float, count: int, calibration: Calibration) -> float:
    """Width of the interval of p_same at the distance where "same" begins."""
    doubt = reach(spread, count, calibration)
    middle = calibration.distance_at(SAME)
    return calibration.p_same(middle - doubt) - calibration.p_same(middle + doubt)


def _worth(count: int, now: float, then: float) -> str:
    pictures = "1 reference" if count == 1 else f"{count} references"
    points, fewer = round(100 * now), 100 * (now - then)
    if now - then < ENOUGH or math.isclose(now, then):
        return (
            f"With {pictures}, a borderline picture is known within {points} points of "
            "probability; one more would hardly help."
        )
    return (
        f"With {pictures}, a borderline picture is known within {points} points of probability; "
        f"one more would take off about {fewer:.0f}."
    )
