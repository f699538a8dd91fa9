"""Eyelids and gaze: lids slide over the eyeball instead of squashing it."""

import math
from dataclasses import dataclass

import numpy as np
from onmodel_vision import landmarks as at
from onmodel_vision.arrays import Floats, Points

from onmodel_puppet import brushes, warp
from onmodel_puppet.rig import Rig

UPPER_SHARE = 0.82
"""The upper lid does most of the way."""

LEAST_OPENING, MOST_OPENING = 0.12, 1.35


@dataclass(frozen=True)
class Eye:
    """Rings of one eye: the lids from the corner on the viewer's left to the one on the right."""

    upper: tuple[int, ...]
    lower: tuple[int, ...]
    top: int
    bottom: int


EYES = (
    Eye((33, *at.EYELID_LEFT_UPPER, 133), (33, *at.EYELID_LEFT_LOWER, 133), 159, 145),
    Eye(
        (362, *reversed(at.EYELID_RIGHT_UPPER), 263),
        (362, *reversed(at.EYELID_RIGHT_LOWER), 263),
        386,
        374,
    ),
)


def move_lids(field: Floats, rig: Rig, opening: float) -> None:
    """Add the movement of the lids to the skin's field; `opening` is relative to now."""
    opening = min(MOST_OPENING, max(LEAST_OPENING, opening))
    if abs(opening - 1) < 0.02:
        return
    for eye in EYES:
        top, bottom = rig.points[eye.top], rig.points[eye.bottom]
        height = float((bottom - top) @ rig.down) / rig.span
        change = height * (1 - opening)
        middle_top = rig.points[list(eye.upper[3:6])].mean(axis=0)
        middle_bottom = rig.points[list(eye.lower[3:6])].mean(axis=0)
        upper, lower = UPPER_SHARE * change, -(1 - UPPER_SHARE) * change
        spreads = (max(0.06, abs(upper) * 1.1), 0.05)
        # Each lid's push is felt at the other one: the strengths are those whose sum is right.
        felt = [math.exp(-0.5 * (height / spread) ** 2) for spread in spreads]
        system = np.array([[1.0, felt[1]], [felt[0], 1.0]])
        strengths = np.linalg.solve(system, np.array([upper, lower]))
        for middle, strength, spread in zip(
            (middle_top, middle_bottom), strengths, spreads, strict=True
        ):
            brushes.push(field, rig, middle, (0.0, float(strength)), (0.11, spread))


def aperture(points: Points, eye: Eye) -> Points:
    """Outline of the visible eye as a smooth polygon."""
    upper = warp.smooth_line(points[list(eye.upper)])
    lower = warp.smooth_line(points[list(eye.lower)])
    return np.vstack([upper, lower[::-1]])


def ball_field(rig: Rig, base: Floats, gaze: tuple[float, float]) -> Floats:
    """Field of the eyeballs: they follow the head (`base`) and the gaze, not the lids."""
    field = base.copy()
    for eye in EYES:
        iris = rig.points[[eye.top, eye.bottom]].mean(axis=0)
        brushes.push(field, rig, iris, gaze, (0.085, 0.085))
    return field


def composite(
    skin: Floats, balls: Floats, rig: Rig, skin_field: Floats, *, opening: float
) -> Floats:
    """Lay the eyeballs into the moved lids. Lids that open wider take the skin's own stretch."""
    result = skin
    size = skin.shape[0]
    for eye in EYES:
        outline = aperture(warp.moved(skin_field, rig.points), eye)
        mask = warp.polygon_mask(outline, size, soft=rig.span * 0.007)[..., None]
        if opening <= 1.0:
            result = result * (1 - mask) + balls * mask
    return result
