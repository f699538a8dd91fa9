"""A marble bust of a person: the shape of a measured face, without skin, hair or gaze."""

import cv2
import numpy as np
from numpy.typing import NDArray

from onmodel_vision.arrays import Image

SIZE, FACE_WIDTH = 640, 190
BACKDROP, STONE, SHADE = (70, 78, 86), (176, 174, 168), (150, 148, 142)
LIGHT = np.array([-0.41, -0.51, -0.76])
"""Towards the lamp: from the upper left, in front; the mesh's z grows away from the camera."""


def bust(points: NDArray[np.floating]) -> Image:
    """Render the points of a face mesh, (468, 3), as one stone under one lamp."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    shape = (points - [*((low + high) / 2), 0]) * FACE_WIDTH / (high[0] - low[0])
    shape[:, :2] += SIZE / 2
    width, height = (high - low) * FACE_WIDTH / (high[0] - low[0])
    image = np.full((SIZE, SIZE, 3), BACKDROP, np.uint8)
    middle, reach = SIZE // 2, int(width / 3)
    neck = (middle - reach, int(middle + 0.3 * height)), (middle + reach, SIZE)
    cv2.rectangle(image, *neck, SHADE, -1)
    head = (middle, int(middle - 0.12 * height)), (int(0.66 * width), int(0.72 * height))
    cv2.ellipse(image, *head, 0, 0, 360, STONE, -1, cv2.LINE_AA)
    triangles = _triangles(shape)
    shading = _shading(shape, triangles)
    for at in np.argsort(-shape[triangles].mean(axis=1)[:, 2]):
        value = 60 + 185 * float(shading[triangles[at]].mean())
        corners = np.round(shape[triangles[at]][:, :2]).astype(np.int32)
        cv2.fillConvexPoly(image, corners, (value, 0.985 * value, 0.95 * value), cv2.LINE_AA)
    grain = np.random.default_rng(0).normal(0, 4, (SIZE, SIZE, 1))
    rough = np.clip(image + grain, 0, 255).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(rough, (0, 0), 1.5), np.uint8)


def _triangles(shape: NDArray[np.floating]) -> NDArray[np.intp]:
    """Return (n, 3) indices of a Delaunay triangulation of the points as seen."""
    seen = shape[:, :2].astype(np.float32)
    plane = cv2.Subdiv2D((0, 0, SIZE, SIZE))
    plane.insert([(float(x), float(y)) for x, y in seen])
    number = {tuple(np.round(point, 2)): at for at, point in enumerate(seen)}
    corners = np.round(np.asarray(plane.getTriangleList()).reshape(-1, 3, 2), 2)
    found = [[number.get(tuple(corner)) for corner in triangle] for triangle in corners]
    return np.array([row for row in found if None not in row], np.intp)


def _shading(shape: NDArray[np.floating], triangles: NDArray[np.intp]) -> NDArray[np.floating]:
    """Return Lambert's cosine at every point, 0 to 1."""
    first, second, third = (shape[triangles[:, k]] for k in range(3))
    normals = np.cross(second - first, third - first)
    normals *= np.where(normals[:, 2:] > 0, -1, 1)  # all face the camera
    smooth = np.zeros_like(shape)
    for corner in range(3):
        np.add.at(smooth, triangles[:, corner], normals)
    lengths = np.linalg.norm(smooth, axis=1)
    return np.clip(smooth @ LIGHT / np.maximum(lengths, 1e-9), 0, 1)
