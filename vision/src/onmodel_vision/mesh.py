"""The face mesh: 468 points in three dimensions, by MediaPipe's landmark model (Apache-2.0)."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onmodel_vision import landmarks, roi
from onmodel_vision.arrays import Image, Points
from onmodel_vision.detector import Detection
from onmodel_vision.interpreter import Model

MARGIN = 1.5
"""Growth of the region around the face, as in MediaPipe's own graph."""


@dataclass(frozen=True)
class Mesh:
    """`points` is (468, 3) in pixels of the picture; a smaller z is nearer to the camera.

    `presence` 0 to 1: how sure the model is that the region shows a face. It is no detector: it
    says yes to dolls and plush animals, so ask `faces.FaceFinder` for faces.
    """

    points: Points
    presence: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height of the points."""
        low, high = self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])

    @property
    def eye_span(self) -> float:
        """Distance between the outer corners of the eyes in pixels, depth included."""
        eyes = self.points[[landmarks.EYE_LEFT_OUTER, landmarks.EYE_RIGHT_OUTER]]
        return float(np.linalg.norm(eyes[1] - eyes[0]))


class FaceMesh:
    """Runs the landmark model."""

    def __init__(self, model: Path) -> None:
        self._model = Model(model)

    def measure(self, image: Image, detection: Detection, *, passes: int = 2) -> Mesh:
        """Mesh of a detected face.

        The second pass looks again at the region that the first one found: it removes most of the
        detector's placing error, as MediaPipe does from frame to frame in a film.
        """
        left, right = detection.key_points[0], detection.key_points[1]
        corners = detection.box.reshape(2, 2)
        side = float((corners[1] - corners[0]).max()) * MARGIN
        middle = corners.mean(axis=0)
        angle = math.atan2(float(right[1] - left[1]), float(right[0] - left[0]))
        region = roi.Roi(float(middle[0]), float(middle[1]), side, angle)
        mesh = self._run(image, region)
        for _ in range(passes - 1):
            mesh = self._run(image, region_of(mesh.points))
        return mesh

    def follow(self, image: Image, known: Mesh) -> Mesh:
        """Mesh of a face whose points are already roughly known, as from the frame before."""
        return self._run(image, region_of(known.points))

    def _run(self, image: Image, region: roi.Roi) -> Mesh:
        side = self._model.side
        outputs = self._model.run(region.crop(image, side).astype(np.float32) / 255)
        by_size = sorted(outputs.values(), key=lambda value: value.size)
        points = by_size[1].reshape(-1, 3)
        presence = 1 / (1 + math.exp(-float(np.clip(by_size[0].reshape(-1)[0], -50, 50))))
        return Mesh(region.to_image(points, side), presence)


def region_of(points: Points) -> roi.Roi:
    """The region to look at when the points of the face are already known."""
    left, right = points[landmarks.EYE_LEFT_OUTER], points[landmarks.EYE_RIGHT_OUTER]
    return roi.around(points, left, right, margin=MARGIN)
