"""How much a face is the character's: measured against each reference, told with its doubt."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from onmodel.identity.calibration import COPY_DISTANCE, Calibration

Vectors = NDArray[np.float32]
Reason = Literal[
    "no_face", "face_too_small", "turned_away", "covered", "no_references", "unreadable"
]

PSEUDO_COUNT = 4

REASONS: dict[str, str] = {
    "no_face": "No photographic face that two detectors agree on.",
    "face_too_small": "The face has fewer than 20 pixels.",
    "turned_away": "The face is turned too far away.",
    "covered": "Too much of the face is covered.",
    "no_references": "No reference picture shows a measurable face yet.",
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
        distance: mean Euclidean distance to the references.
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


def distances(face: Vectors, references: Vectors) -> Vectors:
    """Return the Euclidean distances of one embedding, shape (d,), to references, (n, d)."""
    return np.linalg.norm(references - face[None, :], axis=1).astype(np.float32)


def _doubt(apart: Vectors, calibration: Calibration) -> float:
    """Half the 95 % interval of the mean distance.

    Two references that happen to agree prove little: the usual deviation counts as if four
    more had been seen.
    """
    count = len(apart)
    usual = calibration.genuine_deviation**2
    variance = (float(apart.var()) * count + usual * PSEUDO_COUNT) / (count + PSEUDO_COUNT)
    return 1.96 * math.sqrt(variance / count)


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
    apart = distances(face, references)
    mean = float(apart.mean())
    doubt = _doubt(apart, calibration)
    nearest = int(apart.argmin())
    return Score(
        p_same=calibration.p_same(mean),
        p_low=calibration.p_same(mean + doubt),
        p_high=calibration.p_same(mean - doubt),
        fidelity=calibration.fidelity(mean),
        distance=mean,
        references=len(apart),
        copy_paste=float(apart[nearest]) < COPY_DISTANCE,
        nearest=nearest,
    )
