"""Encoders of the ArcFace family: MobileFaceNet by LiteRT, SFace and AdaFace by ONNX Runtime.

All of them were trained on faces turned and scaled so that eyes, nose and corners of the mouth lie
on five fixed places of a 112 x 112 picture (insightface's template).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from onmodel_vision.arrays import Floats, Image
from onmodel_vision.encoders.base import Cutting, tensor
from onmodel_vision.encoders.catalogue import Spec
from onmodel_vision.faces import FaceFinder
from onmodel_vision.mesh import Mesh
from onmodel_vision.onnx_session import Session
from onmodel_vision.roi import shrink_towards
from onmodel_vision.tflite_batch import SingleModel

TEMPLATE = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
TEMPLATE_SIDE = 112
LANDMARKS = ((33, 133), (263, 362), (1,), (61,), (291,))
"""Points of the mesh whose means are the five places: eyes, tip of the nose, corners of the
mouth."""


class _Network(Protocol):
    def run_only_input(self, batch: Floats) -> Floats: ...


class ArcFaceEncoder:
    """One network of the family."""

    def __init__(self, finder: FaceFinder, spec: Spec, model: Path) -> None:
        self.spec = spec
        self._finder = finder
        self._channels_last = spec.kind == "tflite-face"
        self._network: _Network = SingleModel(model) if self._channels_last else Session(str(model))

    def detect(self, image: Image) -> list[Mesh]:
        """Faces that two detectors agree on."""
        return [face.mesh for face in self._finder.find(image)]

    def align(self, image: Image, subject: Mesh) -> Cutting:
        """The face on the template, by the similarity that fits the five points best."""
        points = [subject.points[list(at), :2].mean(axis=0) for at in LANDMARKS]
        side = self.spec.side
        goal = np.array(TEMPLATE, np.float64) * side / TEMPLATE_SIDE
        matrix = similarity(np.array(points, np.float64), goal)
        source, matrix = shrink_towards(image, matrix)
        crop = cv2.warpAffine(source, matrix, (side, side), flags=cv2.INTER_LINEAR)
        return Cutting(np.asarray(crop, np.uint8))

    def embed(self, cuttings: Sequence[Cutting]) -> Floats:
        """(n, dimensions), as the network gives them."""
        if not cuttings:
            return np.empty((0, self.spec.dimensions), np.float32)
        batch = np.stack([tensor(one.picture, self.spec) for one in cuttings])
        if self._channels_last:
            batch = batch.transpose(0, 2, 3, 1)
        return self._network.run_only_input(batch).reshape(len(cuttings), self.spec.dimensions)


def similarity(points: Floats, goal: Floats) -> Floats:
    """(2, 3) matrix of turn, scale and shift that brings `points` nearest to `goal`, both (n, 2).

    Least squares after Umeyama 1991; mirroring is not allowed.
    """
    middle, target = points.mean(axis=0), goal.mean(axis=0)
    away, wanted = points - middle, goal - target
    spread = max(float((away**2).sum()), 1e-9)
    along = float((away * wanted).sum()) / spread
    across = float((away[:, 0] * wanted[:, 1] - away[:, 1] * wanted[:, 0]).sum()) / spread
    turn = np.array([[along, -across], [across, along]])
    return np.hstack([turn, (target - turn @ middle)[:, None]])
