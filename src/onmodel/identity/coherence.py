"""How alike a character's pictures are to each other, and how much they copy a reference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onmodel.identity.calibration import Calibration
from onmodel.identity.scoring import Vectors, between

Floats = NDArray[np.float64]

FEWEST_SHOTS = 5


@dataclass(frozen=True)
class Coherence:
    """Mean and lowest probability over all pairs of pictures; None with fewer than two.

    ``lowest_pair`` holds the indices of the two pictures, the lower first.
    """

    mean: float | None
    lowest: float | None
    lowest_pair: tuple[int, int] | None
    pairs: int


@dataclass(frozen=True)
class CopyPaste:
    """The measure M averaged over pictures.

    Attributes:
        mean: about 0 for new pictures of the person, towards 1 for copies of a reference.
        low: lower end of its 95 % interval.
        high: upper end.
        shots: how many pictures it averages.
        certain: whether the pictures are enough (five) and the interval lies above 0.
    """

    mean: float
    low: float
    high: float
    shots: int
    certain: bool


def matrix(vectors: Vectors, calibration: Calibration) -> Floats:
    """Return p_same between all pictures (n, d), as (n, n): symmetric, ones on the diagonal."""
    apart = between(vectors, vectors, calibration.metric).astype(np.float64)
    # the two halves differ by rounding; equal to the last digit is what a reader may expect
    apart = (apart + apart.T) / 2
    found = np.vectorize(calibration.p_same, otypes=[np.float64])(apart)
    np.fill_diagonal(found, 1.0)
    return found


def coherence(vectors: Vectors, calibration: Calibration) -> Coherence:
    """Return how alike pictures (n, d) are to each other."""
    if len(vectors) < 2:
        return Coherence(None, None, None, 0)
    return of_matrix(matrix(vectors, calibration))


def of_matrix(p_same: Floats) -> Coherence:
    """The same from the matrix of probabilities (n, n)."""
    ones, others = np.triu_indices(len(p_same), k=1)
    if not len(ones):
        return Coherence(None, None, None, 0)
    values = p_same[ones, others]
    at = int(values.argmin())
    return Coherence(
        mean=float(values.mean()),
        lowest=float(values[at]),
        lowest_pair=(int(ones[at]), int(others[at])),
        pairs=len(values),
    )


def copy_measure(shot: Vectors, reference: Vectors, unseen: Vectors) -> float | None:
    """Return M of one picture: (angle to unseen - angle to reference) / (angle between them).

    1 is a copy of the reference, 0 equally far from a photograph that the model did not see, -1
    a copy of that one. Meaningless for a single picture (deviation 0.2); average it over five.

    Args:
        shot: embedding (d,).
        reference: the one that the model was given (d,).
        unseen: another photograph of the same person (d,).

    Returns:
        None when the two photographs are the same.

    Source: WithAnyone (arXiv 2510.14975), the copy-paste metric.
    """
    between_them = _angle(reference, unseen)
    if between_them < 1e-3:
        return None
    return (_angle(shot, unseen) - _angle(shot, reference)) / between_them


def copy_paste(
    shots: Vectors, references: Vectors, given: Sequence[int | None] | None = None
) -> CopyPaste | None:
    """Return M averaged over pictures, or None when it cannot be told.

    Args:
        shots: embeddings (n, d).
        references: of the character (k, d), k at least 2.
        given: for each picture the index of the reference that the model was given. Where it is
            None, the nearest reference is taken; by chance alone one of k is nearer than the
            others, so what the references show among themselves is subtracted (k at least 3).
    """
    known = [None] * len(shots) if given is None else list(given)
    guessed = any(which is None for which in known)
    if len(references) < (3 if guessed else 2):
        return None
    usual = _usual(references) if guessed else 0.0
    values: list[float] = []
    for shot, which in zip(shots, known, strict=True):
        measured = _against(shot, references, which)
        if measured is not None:
            values.append(measured - (usual if which is None else 0.0))
    if not values:
        return None
    mean, reach = float(np.mean(values)), _reach(values)
    certain = len(values) >= FEWEST_SHOTS and mean - reach > 0
    return CopyPaste(mean, mean - reach, mean + reach, len(values), certain)


def _against(shot: Vectors, references: Vectors, given: int | None) -> float | None:
    angles = [_angle(shot, one) for one in references]
    which = int(np.argmin(angles)) if given is None else given
    found = [
        value
        for at, other in enumerate(references)
        if at != which and (value := copy_measure(shot, references[which], other)) is not None
    ]
    return float(np.mean(found)) if found else None


def _usual(references: Vectors) -> float:
    """M of each reference against the rest, averaged: what the nearest of k shows by chance."""
    found: list[float] = []
    for at in range(len(references)):
        value = _against(references[at], np.delete(references, at, axis=0), None)
        if value is not None:
            found.append(value)
    return float(np.mean(found)) if found else 0.0


def _reach(values: Sequence[float], usual: float = 0.21, pseudo: int = 4) -> float:
    """Half the 95 % interval; the deviation of real photographs counts as four pictures."""
    count = len(values)
    variance = (float(np.var(values)) * count + usual**2 * pseudo) / (count + pseudo)
    return 1.96 * float(np.sqrt(variance / count))


def _angle(one: Vectors, other: Vectors) -> float:
    """The angle in radians; by half chords, which stays exact for small angles."""
    first = one / max(float(np.linalg.norm(one)), 1e-12)
    second = other / max(float(np.linalg.norm(other)), 1e-12)
    return 2 * float(np.arcsin(min(1.0, float(np.linalg.norm(first - second)) / 2)))
