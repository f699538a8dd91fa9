"""How usable a face is: sharpness, light, size, and what covers it."""

from dataclasses import dataclass

import cv2
import numpy as np

from onmodel_vision import landmarks as at
from onmodel_vision.arrays import Floats, Image, Points
from onmodel_vision.images import luma
from onmodel_vision.mesh import Mesh, region_of

CROP_SIDE = 256
SHARPNESS_SIDE = 128
CROP_OF_REGION = 0.8
"""The mesh's own region holds much background; the quality crop stays nearer to the face."""

OUTSIDE_LIMIT = 0.25
CHROMA_LIMIT = 26.0
FLAT_EYE_LIMIT = 7.0
FLAT_MOUTH_LIMIT = 2.5


@dataclass(frozen=True)
class Quality:
    """sharpness: variance of the Laplacian over the variance of the grey values of the face,
    scaled to 128 px, times 100; below about 3 a face is visibly soft. brightness: mean luma of the
    face, 0 to 1. covered: the names of what cannot be seen."""

    sharpness: float
    brightness: float
    covered: tuple[str, ...]


def crop(image: Image, mesh: Mesh, *, side: int = CROP_SIDE) -> Image:
    """The face upright in a square."""
    region = region_of(mesh.points)
    tight = type(region)(region.x, region.y, region.side * CROP_OF_REGION, region.angle)
    return tight.crop(image, side)


def measure(image: Image, mesh: Mesh) -> Quality:
    """Quality of one face."""
    face = crop(image, mesh)
    return Quality(sharpness(face), _brightness(image, mesh), _covered(image, mesh))


def sharpness(image: Image) -> float:
    """Variance of the Laplacian relative to the contrast, so that light does not decide it."""
    small = cv2.resize(luma(image), (SHARPNESS_SIDE,) * 2, interpolation=cv2.INTER_AREA)
    edges = cv2.Laplacian(small, cv2.CV_32F)
    return float(100 * np.var(edges) / max(float(np.var(small)), 1.0))


def picture_sharpness(image: Image) -> float:
    """The same measure over a whole picture, scaled to 512 px on its longer side."""
    height, width = image.shape[:2]
    factor = 512 / max(height, width)
    size = (max(8, round(width * factor)), max(8, round(height * factor)))
    small = cv2.resize(luma(image), size, interpolation=cv2.INTER_AREA)
    edges = cv2.Laplacian(small, cv2.CV_32F)
    return float(100 * np.var(edges) / max(float(np.var(small)), 1.0))


def _brightness(image: Image, mesh: Mesh) -> float:
    places = [50, 280, 205, 425, 151, 9, 4, 199, 117, 346]
    colours = _sample(image, mesh, places)
    visible = colours[~np.isnan(colours[:, 0])]
    if not visible.size:
        return 0.0
    return float((visible @ np.array([0.299, 0.587, 0.114], np.float32)).mean() / 255)


def _covered(image: Image, mesh: Mesh) -> tuple[str, ...]:
    names: list[str] = []
    if _outside(image, mesh.points) > OUTSIDE_LIMIT:
        names.append("outside_picture")
    if _eyes_flat(image, mesh):
        names.append("eyes")
    if _mouth_strange(image, mesh):
        names.append("mouth")
    return tuple(names)


def _outside(image: Image, points: Points) -> float:
    """Fraction of the mesh that lies beyond the edge of the picture."""
    height, width = image.shape[:2]
    x, y = points[:, 0], points[:, 1]
    return float(((x < 0) | (y < 0) | (x >= width) | (y >= height)).mean())


def _eyes_flat(image: Image, mesh: Mesh) -> bool:
    """Eyes have dark irises and bright whites; dark glasses and bars have neither."""
    spreads: list[float] = []
    for ring in (
        at.EYELID_LEFT_UPPER + at.EYELID_LEFT_LOWER,
        at.EYELID_RIGHT_UPPER + at.EYELID_RIGHT_LOWER,
    ):
        low = mesh.points[list(ring), :2].min(axis=0)
        high = mesh.points[list(ring), :2].max(axis=0)
        part = _cut(image, low, high)
        if part.size == 0:
            return False
        spreads.append(float(luma(part).std()))
    return max(spreads) < FLAT_EYE_LIMIT


def _mouth_strange(image: Image, mesh: Mesh) -> bool:
    """A mask or a hand over the mouth has one colour where skin and lips should differ from it."""
    skin = _lab(_sample(image, mesh, [50, 280, 151, 9, 6]))
    lower = _lab(_sample(image, mesh, [164, 0, 17, 200, 199, 61, 291]))
    skin, lower = skin[~np.isnan(skin[:, 0])], lower[~np.isnan(lower[:, 0])]
    if len(skin) < 2 or len(lower) < 4:
        return False
    away = np.linalg.norm(np.median(lower[:, 1:], axis=0) - np.median(skin[:, 1:], axis=0))
    same = float(lower.std(axis=0).max()) < FLAT_MOUTH_LIMIT
    return float(away) > CHROMA_LIMIT or same


def _lab(colours: Floats) -> Floats:
    pixels = np.nan_to_num(colours / 255).astype(np.float32)[None]
    lab = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), np.float32)[0]
    lab[np.isnan(colours[:, 0])] = np.nan
    return lab


def _sample(image: Image, mesh: Mesh, places: list[int]) -> Floats:
    """(n, 3) mean colour of a small patch at each point; NaN where it lies outside."""
    reach = max(1.0, mesh.eye_span * 0.04)
    colours: list[Floats] = []
    for x, y in mesh.points[places, :2]:
        part = _cut(image, np.array([x - reach, y - reach]), np.array([x + reach, y + reach]))
        empty = np.full(3, np.nan, np.float32)
        colours.append(part.reshape(-1, 3).mean(axis=0) if part.size else empty)
    return np.array(colours, np.float32)


def _cut(image: Image, low: np.ndarray, high: np.ndarray) -> Image:
    height, width = image.shape[:2]
    left, right = np.clip([round(float(low[0])), round(float(high[0])) + 1], 0, width)
    top, bottom = np.clip([round(float(low[1])), round(float(high[1])) + 1], 0, height)
    return image[top:bottom, left:right]
