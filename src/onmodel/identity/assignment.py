"""Gives every face of a group picture to at most one of the cast, and every one at most one face.

Each for itself, the faces of two sisters can both be nearest to the elder. Taken together, the
assignment with the highest probability as a whole settles it (the assignment problem, solved
exactly by successive shortest paths; a picture has at most 16 faces, so this is no work).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from onmodel.identity.calibration import Calibration
from onmodel.identity.openset import RATE, Candidate, identify, threshold
from onmodel.identity.scoring import Vectors, between

Floats = NDArray[np.float64]
Key = TypeVar("Key", bound=Hashable)

# how much nearer than usual a character's face has to be to another one, to be a mixture
BLEED_DEVIATIONS = 1.645


@dataclass(frozen=True)
class Assigned(Generic[Key]):
    """What one face got.

    Attributes:
        character: who it is; None for a stranger, or when the face carries no embedding.
        bleed: another one whom it resembles more than the character's own references do.
        candidates: the whole cast, the nearest first.
    """

    character: Candidate[Key] | None
    bleed: Candidate[Key] | None
    candidates: list[Candidate[Key]]


@dataclass(frozen=True)
class Group(Generic[Key]):
    """A picture against a cast: one entry for each face in order, and who is not in it."""

    faces: list[Assigned[Key]]
    missing: list[Key]


def assign(
    faces: Sequence[Vectors | None],
    cast: Mapping[Key, Vectors],
    calibration: Calibration,
    *,
    rate: float = RATE,
    expected: Sequence[Key] | None = None,
) -> Group[Key]:
    """Give faces to the cast.

    Args:
        faces: embeddings (d,), None for a face that cannot be measured.
        cast: references by character, each (n, d).
        calibration: of the encoder that made all of them.
        rate: share of strangers that may be given anybody's name.
        expected: who should be in the picture; by default the whole cast.
    """
    known = {key: vectors for key, vectors in cast.items() if len(vectors)}
    keys = sorted(known, key=repr)
    found = [
        [] if face is None else identify(face, known, calibration, rate=rate) for face in faces
    ]
    given = _give(found, keys, threshold(calibration, len(keys), rate) if keys else 0.0)
    assigned = [
        _assigned(candidates, who, face, known, calibration)
        for candidates, who, face in zip(found, given, faces, strict=True)
    ]
    wanted = list(cast) if expected is None else list(expected)
    present = {one.character.key for one in assigned if one.character is not None}
    return Group(assigned, [key for key in wanted if key not in present])


def _give(
    found: Sequence[Sequence[Candidate[Key]]], keys: Sequence[Key], within: float
) -> list[Candidate[Key] | None]:
    """Choose for each face; to be nobody costs as much as to be somebody at the threshold."""
    if not found or not keys:
        return [None] * len(found)
    place = {key: at for at, key in enumerate(keys)}
    cost = np.zeros((len(found), len(keys) + len(found)))
    by_place: list[dict[int, Candidate[Key]]] = []
    for row, candidates in enumerate(found):
        by_place.append({place[one.key]: one for one in candidates})
        for one in candidates:
            # a face beyond the threshold is nobody, whatever that would save elsewhere
            cost[row, place[one.key]] = one.distance - within if one.named else within + 1e3
    return [
        by_place[row].get(column) if column < len(keys) and cost[row, column] < 1e2 else None
        for row, column in enumerate(solve(cost))
    ]


def _assigned(
    candidates: list[Candidate[Key]],
    who: Candidate[Key] | None,
    face: Vectors | None,
    cast: Mapping[Key, Vectors],
    calibration: Calibration,
) -> Assigned[Key]:
    if who is None or face is None:
        return Assigned(None, None, candidates)
    own = cast[who.key]
    others = [
        one
        for one in candidates
        if one.key != who.key and one.named and _is_mixed(one, own, cast[one.key], calibration)
    ]
    return Assigned(who, others[0] if others else None, candidates)


def _is_mixed(
    other: Candidate[Key], own: Vectors, theirs: Vectors, calibration: Calibration
) -> bool:
    """Whether the face is nearer to the other than look-alikes are anyway."""
    usual = float(between(own, theirs, calibration.metric).mean())
    return other.distance < usual - BLEED_DEVIATIONS * calibration.genuine_deviation


def solve(cost: NDArray[np.floating]) -> list[int]:
    """Return for each row the column that it gets, so that the sum is the smallest there is.

    Args:
        cost: finite, shape (n, m) with n at most m.

    Source: the Hungarian method with potentials (Kuhn 1955, Munkres 1957), one shortest
    augmenting path for each row, O(n² m).
    """
    rows, columns = cost.shape
    if rows > columns:
        raise ValueError("there must be a column for each row")
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1)
    for row in range(rows):
        _augment(row, np.asarray(cost, np.float64), row_price, column_price, owner)
    chosen = [0] * rows
    for column, holder in enumerate(owner):
        if holder >= 0:
            chosen[int(holder)] = column
    return chosen


def _augment(
    row: int, cost: Floats, row_price: Floats, column_price: Floats, owner: NDArray[np.int_]
) -> None:
    """Find a column for one more row; those on the cheapest way there move on."""
    columns = cost.shape[1]
    dearer = np.full(columns, np.inf)
    before = np.full(columns, -1)
    done = np.zeros(columns, bool)
    at, column = row, -1
    while True:
        slack = cost[at] - row_price[at] - column_price
        better = ~done & (slack < dearer)
        dearer[better], before[better] = slack[better], column
        column = int(np.where(done, np.inf, dearer).argmin())
        step = dearer[column]
        # prices move so that every column on the way stays tight
        row_price[row] += step
        row_price[owner[done]] += step
        column_price[done] -= step
        dearer[~done] -= step
        done[column] = True
        if owner[column] < 0:
            break
        at = int(owner[column])
    while column >= 0:
        previous = int(before[column])
        owner[column] = row if previous < 0 else owner[previous]
        column = previous
