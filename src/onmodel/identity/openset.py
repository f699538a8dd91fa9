"""Who of a cast a face is, or nobody: identification at a stated rate of false names.

The larger the cast, the likelier that a stranger resembles somebody of it by chance. So the
distance that counts shrinks with the cast: with N people a stranger may be named in ``rate`` of
all pictures, which leaves each of them 1 - (1 - rate)^(1/N).
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from onmodel.identity.calibration import Calibration
from onmodel.identity.scoring import Vectors, distances

RATE = 0.01

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Candidate(Generic[Key]):
    """Somebody of the cast, as near as this; ``named`` when near enough for the stated rate."""

    key: Key
    distance: float
    p_same: float
    named: bool


def threshold(calibration: Calibration, cast: int, rate: float = RATE) -> float:
    """Return the distance within which one of ``cast`` people is named.

    Args:
        calibration: of the encoder.
        cast: how many people a face is compared with, at least 1.
        rate: share of strangers that may be given anybody's name, above 0 and below 1.
    """
    each = 1 - (1 - rate) ** (1 / cast)
    # never beyond the point where it is more likely somebody else
    return min(calibration.distance_for(each), calibration.midpoint)


def identify(
    face: Vectors,
    cast: Mapping[Key, Vectors],
    calibration: Calibration,
    *,
    rate: float = RATE,
) -> list[Candidate[Key]]:
    """Return the whole cast, the nearest first.

    Args:
        face: embedding, shape (d,).
        cast: references by character, each (n, d); those without any are left out.
        calibration: of the encoder that made all of them.
        rate: share of strangers that may be given anybody's name.
    """
    known = {key: vectors for key, vectors in cast.items() if len(vectors)}
    if not known:
        return []
    within = threshold(calibration, len(known), rate)
    found = [
        (float(np.mean(distances(face, vectors, calibration.metric))), key)
        for key, vectors in known.items()
    ]
    found.sort(key=lambda one: (one[0], repr(one[1])))
    return [
        Candidate(key, apart, calibration.p_same(apart), apart <= within) for apart, key in found
    ]


def closest_other(
    face: Vectors,
    others: Mapping[Key, Vectors],
    calibration: Calibration,
    *,
    rate: float = RATE,
) -> Candidate[Key] | None:
    """Return the one of ``others`` whom the face could be taken for, or None when nobody."""
    found = identify(face, others, calibration, rate=rate)
    return found[0] if found and found[0].named else None
