"""Opening and closing the mouth: the lips part from each other, so they move in two layers."""

from dataclasses import dataclass

import cv2
import numpy as np
from onmodel_vision import landmarks as at
from onmodel_vision.arrays import Floats, Points

from onmodel_puppet import warp
from onmodel_puppet.rig import Rig, smoothstep

UPPER_SHARE_OPENING, UPPER_SHARE_CLOSING = 0.14, 0.40
UPPER_FADE, LOWER_FADE = 0.13, 0.42
"""How far a lip's movement reaches into the skin above and below, in eye spans."""

WIDEST = 0.24


@dataclass(frozen=True)
class Lips:
    """Fields of the two layers, each (size, size, 2), and the change of the gap in eye spans."""

    upper: Floats
    lower: Floats
    change: float


def gap(points: Points, span: float) -> float:
    """Opening between the lips in the middle, in eye spans."""
    return float(np.linalg.norm(points[at.LIP_INNER_BOTTOM] - points[at.LIP_INNER_TOP])) / span


def part(rig: Rig, wished: float | None) -> Lips:
    """Displacements that bring the gap between the lips from what it is to what is wished."""
    size = rig.image.shape[0]
    zero = np.zeros((size, size, 2), np.float32)
    now = gap(rig.points, rig.span)
    if wished is None or abs(wished - now) < 0.008:
        return Lips(zero, zero, 0.0)
    change = min(wished, WIDEST) - now
    along, across, upper_line, lower_line = _mouth_coordinates(rig)
    profile = _profile(rig, along, change)
    share = UPPER_SHARE_OPENING if change > 0 else UPPER_SHARE_CLOSING
    above = np.clip((upper_line - across) / UPPER_FADE, 0, None)
    below = np.clip((across - lower_line) / LOWER_FADE, 0, None)
    up = -share * profile * np.exp(-0.5 * above**2 * 4)
    down = (1 - share) * profile * (1 - smoothstep(below, 0.15, 1.6))
    return Lips(_along_face(rig, up), _along_face(rig, down), change)


def _mouth_coordinates(rig: Rig) -> tuple[Floats, Floats, Floats, Floats]:
    """Per pixel: place along the mouth (-1 to 1 between the corners), height, and the lip lines.

    Heights are in eye spans, down, from the line between the corners.
    """
    left = rig.points[at.MOUTH_INNER_LEFT]
    right = rig.points[at.MOUTH_INNER_RIGHT]
    middle, half = (left + right) / 2, (right - left) / 2
    length = float(np.linalg.norm(half))
    axis = half / length
    normal = np.array([-axis[1], axis[0]], np.float32)
    size = rig.image.shape[0]
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    x, y = x - middle[0], y - middle[1]
    along = (x * axis[0] + y * axis[1]) / length
    across = (x * normal[0] + y * normal[1]) / rig.span
    lines: list[Floats] = []
    for ring in (at.LIPS_INNER_UPPER, at.LIPS_INNER_LOWER):
        curve = warp.smooth_line(rig.points[list(ring)])
        places = ((curve - middle) @ axis) / length
        heights = ((curve - middle) @ normal) / rig.span
        order = np.argsort(places)
        lines.append(np.interp(along, places[order], heights[order]).astype(np.float32))
    return along.astype(np.float32), across.astype(np.float32), lines[0], lines[1]


def _profile(rig: Rig, along: Floats, change: float) -> Floats:
    """Change of the gap for every place along the mouth: full in the middle, none at the ends."""
    rounded = np.clip(1 - along**2, 0, 1)
    if change > 0:
        return (change * rounded**1.1).astype(np.float32)
    upper = rig.points[list(at.LIPS_INNER_UPPER)]
    lower = rig.points[list(at.LIPS_INNER_LOWER)]
    gaps = np.linalg.norm(lower - upper, axis=1) / rig.span
    middle, half = (upper[0] + upper[-1]) / 2, (upper[-1] - upper[0]) / 2
    places = ((upper + lower) / 2 - middle) @ half / float(half @ half)
    order = np.argsort(places)
    relative = np.interp(along, places[order], gaps[order] / max(gaps.max(), 1e-6))
    return (change * np.where(np.abs(along) < 1, relative, 0)).astype(np.float32)


def _along_face(rig: Rig, amount: Floats) -> Floats:
    pixels = amount * rig.span
    return np.dstack([pixels * rig.down[0], pixels * rig.down[1]]).astype(np.float32)


def composite(rig: Rig, base: Floats, lips: Lips) -> tuple[Floats, Points]:
    """The face with moved lips, and the outline of the gap between them.

    `base` is the field of everything but the parting of the lips.
    """
    upper_field, lower_field = base + lips.upper, base + lips.lower
    image = rig.image
    upper = warp.resample(image, warp.inverse(upper_field))
    lower = warp.resample(image, warp.inverse(lower_field))
    top = warp.smooth_line(warp.moved(upper_field, rig.points[list(at.LIPS_INNER_UPPER)]))
    bottom = warp.smooth_line(warp.moved(lower_field, rig.points[list(at.LIPS_INNER_LOWER)]))
    face = upper + (lower - upper) * _below(rig, (top + bottom) / 2)[..., None]
    outline = np.vstack([top, bottom[::-1]])
    size = image.shape[0]
    inside = warp.polygon_mask(outline, size, soft=max(0.6, rig.span * 0.006))[..., None]
    opened = float(np.max((bottom - top) @ rig.down)) / rig.span
    inside = inside * float(smoothstep(np.array(opened, np.float32), 0.012, 0.035))
    return face * (1 - inside) + _interior(rig, base, top, bottom) * inside, outline


def _below(rig: Rig, line: Points) -> Floats:
    """1 under the mouth line, 0 above it."""
    size = rig.image.shape[0]
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    along = x * rig.right[0] + y * rig.right[1]
    down = x * rig.down[0] + y * rig.down[1]
    places, heights = line @ rig.right, line @ rig.down
    order = np.argsort(places)
    border = np.interp(along, places[order], heights[order])
    return smoothstep((down - border).astype(np.float32), -0.8, 0.8)


def _interior(rig: Rig, base: Floats, top: Points, bottom: Points) -> Floats:
    """What shows between the lips: the photograph's own teeth where it has any, dark elsewhere."""
    painted = _paint(rig, top, bottom)
    old = np.vstack(
        [
            warp.smooth_line(rig.points[list(at.LIPS_INNER_UPPER)]),
            warp.smooth_line(rig.points[list(at.LIPS_INNER_LOWER)])[::-1],
        ]
    )
    if gap(rig.points, rig.span) < 0.03:
        return painted
    size = rig.image.shape[0]
    places = warp.inverse(base)
    shown = warp.polygon_mask(old, size, soft=rig.span * 0.012)
    weight = np.clip(warp.resample(shown, places), 0, 1)[..., None]
    # Only what was well inside: the edge of the old gap is lip.
    weight = smoothstep(weight, 0.45, 0.95)
    return painted * (1 - weight) + warp.resample(rig.image, places) * weight


def _paint(rig: Rig, top: Points, bottom: Points) -> Floats:
    """A mouth in shadow: dark, a little red below where the tongue lies, a hint of upper teeth."""
    size = rig.image.shape[0]
    lips = rig.image[
        tuple(np.clip(rig.points[[0, 17, 37, 267]].astype(int), 0, size - 1).T[::-1])
    ].mean(axis=0)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    along = x * rig.right[0] + y * rig.right[1]
    down = x * rig.down[0] + y * rig.down[1]
    order = np.argsort(top @ rig.right)
    high = np.interp(along, (top @ rig.right)[order], (top @ rig.down)[order])
    order = np.argsort(bottom @ rig.right)
    low = np.interp(along, (bottom @ rig.right)[order], (bottom @ rig.down)[order])
    depth = np.clip((down - high) / np.maximum(low - high, 1), 0, 1).astype(np.float32)
    dark = lips * np.array([0.20, 0.13, 0.13])
    tongue = lips * np.array([0.52, 0.36, 0.38])
    painted = dark + (tongue - dark) * smoothstep(depth, 0.55, 1.0)[..., None] * 0.7
    teeth, amount = _teeth(rig, along, down - high, low - high)
    return (painted * (1 - amount) + teeth * amount).astype(np.float32)


def _teeth(rig: Rig, along: Floats, under: Floats, height: Floats) -> tuple[Floats, Floats]:
    """Colour (3,) of the upper teeth and where they show (size, size, 1).

    Soft, shadowed by the lip and fading towards the corners: teeth drawn one by one would be
    somebody else's.
    """
    left = float(rig.points[at.MOUTH_INNER_LEFT] @ rig.right)
    right = float(rig.points[at.MOUTH_INNER_RIGHT] @ rig.right)
    place = np.clip((along - (left + right) / 2) / max((right - left) / 2, 1), -1, 1)
    band = np.minimum(0.085 * rig.span, 0.62 * height)
    shade = smoothstep(under / np.maximum(band, 1), -0.05, 0.45) * smoothstep(
        under / np.maximum(band, 1), 1.12, 0.85
    )
    amount = shade * (1 - smoothstep(np.abs(place), 0.35, 0.75))
    amount = amount * smoothstep(height, 0.025 * rig.span, 0.06 * rig.span)
    white = _cheek_brightness(rig) * np.array([1.0, 0.96, 0.89])
    soft = cv2.GaussianBlur(amount.astype(np.float32), (0, 0), rig.span * 0.006)
    return white.astype(np.float32), soft[..., None] * 0.85


def _cheek_brightness(rig: Rig) -> float:
    """Teeth are about as bright as the lit skin around the mouth."""
    size = rig.image.shape[0]
    x, y = np.clip(rig.points[[50, 280, 205, 425]].astype(int), 0, size - 1).T
    return float(rig.image[y, x].mean())
