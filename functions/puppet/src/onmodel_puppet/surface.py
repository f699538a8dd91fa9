"""The shape of the head as a depth for every pixel, and the directions its surface faces."""

import cv2
import numpy as np
from onmodel_vision.arrays import Floats, Points

GRID = 96
SMOOTHING = 2.0


def depth_map(points: Points, size: int, *, limit: float) -> Floats:
    """(size, size) depth in pixels from mesh points (468, 3), by a thin-plate spline.

    Outside the face the spline runs on backwards until `limit`, which rounds the head off.
    """
    scale = float(np.ptp(points[:, 0]))
    places = (points[:, :2] / scale).astype(np.float64)
    weights, plane = _spline(places, points[:, 2].astype(np.float64) / scale)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    margin = (high - low) * np.array([0.75, 0.65])
    area_low, area_high = low - margin, high + margin
    axes = [np.linspace(area_low[i], area_high[i], GRID) / scale for i in (0, 1)]
    x, y = np.meshgrid(*axes)
    grid = np.column_stack([x.ravel(), y.ravel()])
    values = _kernel(grid, places) @ weights + plane[0] + grid @ plane[1:]
    coarse = (values.reshape(GRID, GRID) * scale).astype(np.float32)
    coarse = _soft_minimum(coarse, limit, softness=0.05 * scale)
    to_grid = np.array(
        [
            [(GRID - 1) / (area_high[0] - area_low[0]), 0, 0],
            [0, (GRID - 1) / (area_high[1] - area_low[1]), 0],
        ],
        np.float64,
    )
    to_grid[:, 2] = -to_grid[[0, 1], [0, 1]] * area_low
    dense = cv2.warpAffine(
        coarse,
        to_grid,
        (size, size),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(dense, np.float32)


def normals(depth: Floats, *, smooth: float) -> Floats:
    """(h, w, 3) unit vectors: x to the right, y down, z towards the camera."""
    soft = cv2.GaussianBlur(depth, (0, 0), smooth)
    dx = cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3) / 8
    dy = cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3) / 8
    # Depth grows away from the camera, so a surface that recedes to the right faces right.
    vectors = np.dstack([dx, dy, np.ones_like(dx)])
    return (vectors / np.linalg.norm(vectors, axis=2, keepdims=True)).astype(np.float32)


def _kernel(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    squared = ((first[:, None, :] - second[None, :, :]) ** 2).sum(axis=2)
    return squared * np.log(squared + 1e-12)


def _spline(places: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = len(places)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(places, places) + np.eye(count) * SMOOTHING * 1e-3
    system[:count, count] = system[count, :count] = 1
    system[:count, count + 1 :] = places
    system[count + 1 :, :count] = places.T
    solution = np.linalg.solve(system, np.concatenate([values, np.zeros(3)]))
    return solution[:count], solution[count:]


def _soft_minimum(values: Floats, limit: float, *, softness: float) -> Floats:
    away = np.clip((values - limit) / softness, -40, 40)
    return (limit - softness * np.log1p(np.exp(-away))).astype(np.float32)
