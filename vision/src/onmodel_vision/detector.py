"""Face detection with MediaPipe's short-range and full-range models (Apache-2.0)."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from onmodel_vision import suppression
from onmodel_vision.anchors import FULL_RANGE, SHORT_RANGE, Grid, centres
from onmodel_vision.arrays import Floats, Image, Points
from onmodel_vision.interpreter import Model

KEY_POINTS = 6
OVERLAP = 0.3


@dataclass(frozen=True)
class Detection:
    """One face in pixels of the picture.

    `key_points` is (6, 2): eye on the viewer's left, eye on the right, nose tip, mouth, ear on the
    left, ear on the right.
    """

    box: Floats
    """x0, y0, x1, y1."""
    key_points: Points
    score: float


@dataclass(frozen=True)
class Range:
    """How the outputs of one detector are read."""

    grids: tuple[Grid, ...]
    regressors: str
    scores: str
    min_score: float


SHORT = Range(SHORT_RANGE, "regressors", "classificators", 0.5)
FULL = Range(FULL_RANGE, "Identity", "Identity_1", 0.6)


class FaceDetector:
    """Finds faces: `SHORT` those that fill a good part of the picture, `FULL` smaller ones too."""

    def __init__(self, model: Path, reach: Range) -> None:
        self._model = Model(model)
        self._reach = reach
        self._centres = centres(self._model.side, reach.grids)

    def detect(self, image: Image) -> list[Detection]:
        """Faces in an RGB picture, best first."""
        tensor, scale, offset = _letterbox(image, self._model.side)
        outputs = self._model.run(tensor)
        raw = np.clip(outputs[self._reach.scores].reshape(-1), -80, 80)
        scores = (1 / (1 + np.exp(-raw))).astype(np.float32)
        chosen = scores >= self._reach.min_score
        values = self._decode(outputs[self._reach.regressors][0][chosen], self._centres[chosen])
        found = suppression.merge(values, scores[chosen], threshold=OVERLAP)
        return [_detection(value, score, scale, offset) for value, score in found]

    def _decode(self, regressors: Floats, anchors: Floats) -> Floats:
        """(n, 16): corners of the box, then the key points, in pixels of the model's input."""
        side = self._model.side
        points = regressors.reshape(-1, 8, 2).copy()
        size = points[:, 1].copy()
        points += anchors[:, None, :] * side
        centre = points[:, 0].copy()
        points[:, 0] = centre - size / 2
        points[:, 1] = centre + size / 2
        return points.reshape(-1, 16)


def _letterbox(image: Image, side: int) -> tuple[Floats, float, Floats]:
    """Fit into a square with black borders, values -1 to 1; (tensor, scale, offset)."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image, size, interpolation=method)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    canvas = np.zeros((side, side, 3), np.float32)
    canvas[top : top + size[1], left : left + size[0]] = small
    return canvas / 127.5 - 1, scale, np.array([left, top], np.float32)


def _detection(value: Floats, score: float, scale: float, offset: Floats) -> Detection:
    points = (value.reshape(-1, 2) - offset) / scale
    return Detection(points[:2].reshape(4), points[2:], score)
