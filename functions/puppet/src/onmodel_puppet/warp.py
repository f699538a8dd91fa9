"""Moving pixels: forward displacement fields, their inverse, one resampling."""

import cv2
import numpy as np
from onmodel_vision.arrays import Floats, Image, Points

STEPS = 10
LEAST_STRETCH = 0.15
SHRINK = 0.9


def at(field: Floats, points: Points) -> Points:
    """Field values (n, 2) at places (n, 2), bilinear."""
    x = points[None, :, 0].astype(np.float32)
    y = points[None, :, 1].astype(np.float32)
    return np.asarray(cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))[0]


def moved(field: Floats, points: Points) -> Points:
    """Where the field carries points to."""
    return (points + at(field, points)).astype(np.float32)


def least_stretch(field: Floats) -> float:
    """Smallest area factor of the forward map; at or below 0 the picture folds over itself."""
    dx_x = np.gradient(field[..., 0], axis=1)
    dx_y = np.gradient(field[..., 0], axis=0)
    dy_x = np.gradient(field[..., 1], axis=1)
    dy_y = np.gradient(field[..., 1], axis=0)
    return float(((1 + dx_x) * (1 + dy_y) - dx_y * dy_x).min())


def unfolded(field: Floats) -> tuple[Floats, float]:
    """The field, scaled down until nothing folds, and the factor that took."""
    factor = 1.0
    while least_stretch(field * factor) < LEAST_STRETCH and factor > 0.2:
        factor *= SHRINK
    return (field * factor).astype(np.float32), factor


def inverse(field: Floats) -> Floats:
    """(h, w, 2) places in the source for every pixel of the result, by fixed-point steps."""
    height, width = field.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    source_x, source_y = x.copy(), y.copy()
    for _ in range(STEPS):
        step = cv2.remap(
            field, source_x, source_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        # Half of the old value damps the steps where the field is steep.
        source_x = 0.35 * source_x + 0.65 * (x - step[..., 0])
        source_y = 0.35 * source_y + 0.65 * (y - step[..., 1])
    return np.dstack([source_x, source_y]).astype(np.float32)


def resample(image: Image | Floats, places: Floats) -> Floats:
    """Picture (or mask) taken at places of the source; float32."""
    result = cv2.remap(
        image.astype(np.float32),
        places[..., 0],
        places[..., 1],
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return np.asarray(result, np.float32)


def polygon_mask(points: Points, size: int, *, soft: float) -> Floats:
    """Filled polygon with a smooth edge, drawn to 1/16 of a pixel."""
    mask = np.zeros((size, size), np.uint8)
    fixed = np.rint(points * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, lineType=cv2.LINE_AA, shift=4)
    blurred = cv2.GaussianBlur(mask, (0, 0), soft) if soft > 0 else mask
    return np.asarray(blurred, np.float32) / 255


def smooth_line(points: Points, count: int = 48) -> Points:
    """Points on a smooth curve (Catmull-Rom) through the given ones."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    position = np.linspace(0, len(points) - 1 - 1e-6, count)
    index = position.astype(int)
    t = (position - index)[:, None]
    p0, p1, p2, p3 = (padded[index + i] for i in range(4))
    curve = 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    return curve.astype(np.float32)
