"""Brushes: bell-shaped pushes on the skin, summed to one smooth displacement field."""

import tomllib
from dataclasses import dataclass
from importlib import resources

import numpy as np
from onmodel_vision.arrays import Floats, Points

from onmodel_puppet.rig import Rig

REACH = 3.5
"""A bell curve is cut off after this many spreads, where it is 0.2 % of its height."""


@dataclass(frozen=True)
class Brush:
    """One push, in the units of controls.toml."""

    points: tuple[int, ...]
    move: tuple[float, float]
    sigma: tuple[float, float]


def load_controls() -> dict[str, list[Brush]]:
    """Control name -> its brushes."""
    text = resources.files("onmodel_puppet").joinpath("controls.toml").read_text("utf-8")
    return {
        name: [Brush(tuple(row["points"]), tuple(row["move"]), tuple(row["sigma"])) for row in rows]
        for name, rows in tomllib.loads(text).items()
    }


def push(
    field: Floats, rig: Rig, at: Points, move: tuple[float, float], sigma: tuple[float, float]
) -> None:
    """Add one bell-shaped push to a field (size, size, 2) of pixels, in place.

    `at` is a place on the canvas; `move` and `sigma` are in eye spans along the face's own axes.
    """
    size = field.shape[0]
    reach = REACH * max(sigma) * rig.span
    left, right = int(max(0, at[0] - reach)), int(min(size, at[0] + reach + 1))
    top, bottom = int(max(0, at[1] - reach)), int(min(size, at[1] + reach + 1))
    if left >= right or top >= bottom:
        return
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    x, y = x - at[0], y - at[1]
    across = (x * rig.right[0] + y * rig.right[1]) / (sigma[0] * rig.span)
    along = (x * rig.down[0] + y * rig.down[1]) / (sigma[1] * rig.span)
    bell = np.exp(-0.5 * (across * across + along * along))
    step = (move[0] * rig.right + move[1] * rig.down) * rig.span
    field[top:bottom, left:right] += bell[..., None] * step


def apply(field: Floats, rig: Rig, brush: Brush, strengths: tuple[float, float]) -> None:
    """Add a brush of controls.toml with a strength for each side of the face, in place."""
    if len(brush.points) == 1:
        mean = (strengths[0] + strengths[1]) / 2
        move = (brush.move[0] * mean, brush.move[1] * mean)
        push(field, rig, rig.points[brush.points[0]], move, brush.sigma)
        return
    for point, strength, outwards in zip(brush.points, strengths, (-1.0, 1.0), strict=True):
        move = (brush.move[0] * strength * outwards, brush.move[1] * strength)
        push(field, rig, rig.points[point], move, brush.sigma)
