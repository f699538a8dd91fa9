"""How much a face is the character's: measured against each reference, told with its doubt."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from onmodel.identity.calibration import Calibration, Metric
from onmodel.identity.reliability import Z95

Vectors = NDArray[np.float32]
Reason = Literal[
    "no_face",
    "face_too_small",
    "turned_away",
    "covered",
    "no_figure",
    "no_references",
    "unreadable",
]

PSEUDO_COUNT = 4

REASONS: dict[str, str] = {
    "no_face": "No photographic face that two detectors agree on.",
    "face_too_small": "The face has fewer than 20 pixels.",
    "turned_away": "The face is turned too far away.",
    "covered": "Too much of the face is covered.",
    "no_figure": "Nothing stands out from the background that could be compared.",
    "no_references": "No reference picture shows anything to compare with yet.",
    "unreadable": "The picture could not be measured.",
}


@dataclass(frozen=True)
class Score:
    """One face against a character's references.

    Attributes:
        p_same: probability that it is the same person, 0 to 1.
        p_low: lower end of its 95 % interval, from how far the references disagree.
        p_high: upper end.
        fidelity: percentile among real pictures of one person, 0 to 100.
        distance: mean distance to the references, in the calibration's metric.
        references: how many it was compared with.
        copy_paste: so near to one reference that it counts as a copy of it.
        nearest: index of the nearest reference.
    """

    p_same: float
    p_low: float
    p_high: float
    fidelity: float
    distance: float
    references: int
    copy_paste: bool
    nearest: int


def distances(face: Vectors, references: Vectors, metric: Metric = "euclidean") -> Vectors:
    """Return the distances of one embedding, shape (d,), to references, (n, d), as (n,)."""
    return between(face[None, :], references, metric)[0]


def between(ones: Vectors, others: Vectors, metric: Metric = "euclidean") -> Vectors:
    """Return all distances between embeddings (n, d) and (m, d), as (n, m).

    Differences are taken one by one and not by the product of both sides: that would lose half
    the digits between near copies.
    """
    if metric == "cosine":
        ones, others = _at_length_one(ones), _at_length_one(others)
        # half the squared chord is one minus the cosine, and exact for equal vectors
        return (_chords(ones, others) ** 2 / 2).astype(np.float32)
    return _chords(ones, others)


def _chords(ones: Vectors, others: Vectors) -> Vectors:
    return np.stack([np.linalg.norm(others - one[None, :], axis=1) for one in ones]).astype(
        np.float32
    )


def _at_length_one(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)


def reach(variance: float, count: int, calibration: Calibration) -> float:
    """Return half the 95 % interval of a mean of ``count`` distances with this variance.

    Two references that happen to agree prove little: the usual deviation counts as if four
    more had been seen.
    """
    usual = calibration.genuine_deviation**2
    pooled = (variance * count + usual * PSEUDO_COUNT) / (count + PSEUDO_COUNT)
    return Z95 * math.sqrt(pooled / count)


def score(face: Vectors, references: Vectors, calibration: Calibration) -> Score:
    """Score one face.

    The distance is the mean over the references, which stays on the scale of the single pairs
    that the calibration was fitted on; a template of averaged vectors would be nearer to
    everybody.

    Args:
        face: embedding, shape (d,).
        references: embeddings of the character, shape (n, d), n at least 1.
        calibration: of the encoder that made both.
    """
    apart = distances(face, references, calibration.metric)
    mean = float(apart.mean())
    doubt = reach(float(apart.var()), len(apart), calibration)
    nearest = int(apart.argmin())
    return Score(
        p_same=calibration.p_same(mean),
        p_low=calibration.p_same(mean + doubt),
        p_high=calibration.p_same(mean - doubt),
        fidelity=calibration.fidelity(mean),
        distance=mean,
        references=len(apart),
        copy_paste=float(apart[nearest]) < calibration.copy_distance,
        nearest=nearest,
    )
