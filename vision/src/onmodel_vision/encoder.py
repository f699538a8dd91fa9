"""Identity embedding: dlib's face recognition network (CC0) with its 5-point predictor.

The 68-point predictor is not used anywhere: its training data excludes commercial use.
"""

from pathlib import Path
from typing import Any

import dlib as dlib_module
import numpy as np

from onmodel_vision.arrays import Floats, Image
from onmodel_vision.mesh import Mesh

DIMENSIONS = 128
dlib: Any = dlib_module  # the extension module carries no type information

NAME = "dlib-resnet-v1"
SAME_PERSON_BELOW = 0.6
"""dlib's own Euclidean threshold; calibrated probabilities belong to the caller."""

SIDE_OF_HEIGHT, CENTRE_OF_WIDTH, CENTRE_OF_HEIGHT = 0.855, 0.484, 0.525
"""How dlib's detector draws its square on a mesh's box: medians over 27 photographs. Embeddings
with this square lie 0.00 to 0.10 from those with dlib's own on full faces."""


class FaceEncoder:
    """Turns a face into 128 numbers; the same person's lie near each other."""

    def __init__(self, network: Path, predictor: Path) -> None:
        self._network: Any = dlib.face_recognition_model_v1(str(network))
        self._predictor: Any = dlib.shape_predictor(str(predictor))

    def encode(self, image: Image, mesh: Mesh) -> Floats:
        """(128,) embedding of the face that the mesh lies on. Not normalised, as dlib gives it."""
        shape = self._predictor(image, rectangle(mesh))
        return np.array(self._network.compute_face_descriptor(image, shape), np.float32)


def rectangle(mesh: Mesh) -> Any:
    """The square that dlib's own detector would have drawn around this face.

    Taken from the mesh so that a face gets the same embedding no matter which detectors saw it.
    """
    x, y, width, height = mesh.box
    side = SIDE_OF_HEIGHT * height
    centre_x, centre_y = x + width * CENTRE_OF_WIDTH, y + height * CENTRE_OF_HEIGHT
    return dlib.rectangle(
        round(centre_x - side / 2),
        round(centre_y - side / 2),
        round(centre_x + side / 2),
        round(centre_y + side / 2),
    )


def distance(first: Floats, second: Floats) -> float:
    """Euclidean distance of two embeddings: below 0.6 dlib calls them the same person."""
    return float(np.linalg.norm(first - second))
