"""Composition: from any photograph to a square with the eyes in the same place, if it can be."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from onmodel_vision.arrays import Floats, Image, Points
from onmodel_vision.mesh import Mesh

EYE_HEIGHT = 0.43
"""The eyes stand this far down the picture, as in a classic portrait."""

FACE_HEIGHT = {"head": 0.36, "bust": 0.29}
"""Height of the face, hairline to chin, as a fraction of the picture."""

ZOOMS = np.linspace(1.0, 2.1, 12, dtype=np.float32)
"""A source that is cut too tight is framed this much closer before its edges are extended."""

GENTLE_ZOOMS = np.linspace(1.0, 1.25, 5, dtype=np.float32)
"""How close the frame goes before it leaves its place."""

MAX_SHIFT = 0.12
"""How far the frame may move off its place, as a fraction of the picture, to lie inside."""

EXTENSION = ((0.005, 0.0), (0.012, 0.015), (0.025, 0.04), (0.05, 0.08))
"""Blur and the distance from the photograph's edge where it begins, as fractions of the size."""

WORTH_A_ZOOM = 0.02
WORTH_A_SLIDE = 0.04
PROBE_SIZE = 96

MAX_LEVELLING = math.radians(10)


@dataclass(frozen=True)
class Canvas:
    """`image` (size, size, 3), `matrix` (2, 3) from the source to it, `inside` (size, size) 1
    where the picture is the photograph and 0 where it had to be extended."""

    image: Image
    matrix: Floats
    inside: Floats
    missing: float
    """Fraction of the canvas that lies outside the photograph."""

    def place(self, points: Points) -> Points:
        """Mesh points of the source, on the canvas; depth keeps its scale to width."""
        flat = points[:, :2] @ self.matrix[:, :2].T + self.matrix[:, 2]
        scale = float(np.hypot(self.matrix[0, 0], self.matrix[1, 0]))
        return np.column_stack([flat, points[:, 2] * scale]).astype(np.float32)


def compose(image: Image, mesh: Mesh, *, size: int, framing: str) -> Canvas:
    """Cut the head and shoulders out of a photograph.

    The head is levelled by at most 10 degrees. Where the photograph ends too early, the framing
    goes closer and slides, and only then do its outermost pixels run on and blur away.
    """
    matrix, inside = _frame(image, mesh, size, framing)
    plan = Canvas(image, matrix, inside, float(1 - inside.mean()))
    return Canvas(_fill(image, plan, size), matrix, inside, plan.missing)


def missing(image: Image, mesh: Mesh, *, framing: str) -> float:
    """Fraction of the canvas that `compose` would have to make up."""
    return float(1 - _frame(image, mesh, PROBE_SIZE, framing)[1].mean())


def _frame(image: Image, mesh: Mesh, size: int, framing: str) -> tuple[Floats, Floats]:
    """Matrix and inside mask of the frame that loses least, preferring the wider ones.

    A little closer is better than off its place; only what is cut close is slid, and then goes
    as close as it must.
    """
    matrix, inside = _best(image, mesh, size, framing, GENTLE_ZOOMS, slide=False)
    if inside.mean() > 1 - WORTH_A_SLIDE:
        return matrix, inside
    return _best(image, mesh, size, framing, ZOOMS, slide=True)


def _best(
    image: Image, mesh: Mesh, size: int, framing: str, zooms: Floats, *, slide: bool
) -> tuple[Floats, Floats]:
    best: tuple[Floats, Floats] | None = None
    for zoom in zooms:
        matrix = _matrix(mesh.points, size, FACE_HEIGHT[framing] * float(zoom))
        if slide:
            matrix = _slid(image, matrix, size)
        inside = _inside(image, matrix, size)
        if best is None or inside.mean() > best[1].mean() + WORTH_A_ZOOM:
            best = matrix, inside
        if best[1].mean() > 0.99:
            break
    assert best is not None
    return best


def _matrix(points: Points, size: int, face_height: float) -> Floats:
    left, right = points[[33, 133], :2].mean(axis=0), points[[263, 362], :2].mean(axis=0)
    eyes = (left + right) / 2
    roll = math.atan2(float(right[1] - left[1]), float(right[0] - left[0]))
    turn = -float(np.clip(roll, -MAX_LEVELLING, MAX_LEVELLING))
    height = float(np.linalg.norm(points[10, :2] - points[152, :2]))
    scale = size * face_height / height
    cosine, sine = math.cos(turn) * scale, math.sin(turn) * scale
    # Between eyes and outline: a turned head stays centred without its eyes leaving the middle.
    outline = (points[234, :2] + points[454, :2]) / 2
    middle = eyes * 0.5 + np.array([outline[0], eyes[1]]) * 0.5
    return np.array(
        [
            [cosine, -sine, size / 2 - cosine * middle[0] + sine * middle[1]],
            [sine, cosine, size * EYE_HEIGHT - sine * middle[0] - cosine * middle[1]],
        ],
        np.float32,
    )


def _slid(image: Image, matrix: Floats, size: int) -> Floats:
    """Move the frame into the photograph as far as it fits and the face stays well placed."""
    turn = matrix[:, :2].astype(np.float64)
    scale = float(np.hypot(turn[0, 0], turn[1, 0]))
    centre = np.linalg.solve(turn, np.array([size / 2, size / 2]) - matrix[:, 2])
    half = size / 2 / scale
    sides = np.array([image.shape[1], image.shape[0]], np.float64)
    wanted = np.where(sides > 2 * half, np.clip(centre, half, sides - half), sides / 2)
    shift = np.clip(wanted - centre, -MAX_SHIFT * 2 * half, MAX_SHIFT * 2 * half)
    moved = matrix.copy()
    moved[:, 2] -= (turn @ shift).astype(np.float32)
    return moved


def _inside(image: Image, matrix: Floats, size: int) -> Floats:
    full = np.ones(image.shape[:2], np.float32)
    return np.asarray(cv2.warpAffine(full, matrix, (size, size)), np.float32)


def _fill(image: Image, plan: Canvas, size: int) -> Image:
    warped = _resample(image, plan.matrix, size)
    if plan.missing < 1e-4:
        return warped
    # The outermost pixels run on, ever softer: a mirrored edge would show things twice.
    outside = (plan.inside < 0.999).astype(np.uint8)
    distance = np.asarray(cv2.distanceTransform(outside, cv2.DIST_L2, 5), np.float32)
    result = warped.astype(np.float32)
    inner = cv2.GaussianBlur(outside.astype(np.float32), (0, 0), size / 200)
    for sigma, start in EXTENSION:
        soft = cv2.GaussianBlur(warped, (0, 0), sigma * size).astype(np.float32)
        weight = np.clip((distance - start * size) / (0.02 * size), 0, 1)
        if start == 0:
            weight = np.maximum(weight, inner * outside)
        result += (soft - result) * weight[..., None]
    return np.rint(result).astype(np.uint8)


def _resample(image: Image, matrix: Floats, size: int) -> Image:
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    source, place = image, matrix.astype(np.float64)
    while scale < 0.5:
        height, width = source.shape[:2]
        half = ((width + 1) // 2, (height + 1) // 2)
        source = np.asarray(cv2.resize(source, half, interpolation=cv2.INTER_AREA), np.uint8)
        place = place.copy()
        place[:, 0] *= width / half[0]
        place[:, 1] *= height / half[1]
        scale *= 2
    method = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR
    warped = cv2.warpAffine(
        source, place, (size, size), flags=method, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)
