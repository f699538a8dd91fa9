"""The default encoder of faces, by the names that its users need; `encoders` has all of them."""

import numpy as np

from onmodel_vision.arrays import Floats
from onmodel_vision.encoders.catalogue import FACE_DEFAULT, known

NAME = FACE_DEFAULT
DIMENSIONS = known()[NAME].dimensions
SAME_PERSON_BELOW = 0.6
"""dlib's own Euclidean threshold; calibrated probabilities belong to the caller."""


def distance(first: Floats, second: Floats) -> float:
    """Euclidean distance of two embeddings: below 0.6 dlib calls them the same person."""
    return float(np.linalg.norm(first - second))
