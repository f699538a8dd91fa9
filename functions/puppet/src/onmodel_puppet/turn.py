"""Turning the head: every pixel of it swings around an axis between the ears."""

import math

import cv2
import numpy as np
from onmodel_vision.arrays import Floats

from onmodel_puppet.rig import Rig, face_coordinates

ROUNDING = 0.09
"""Blur of the depth in eye spans: where cheek meets ear the mesh falls off too steeply to bend."""

PIVOT_DOWN = 0.55
"""The head nods and tilts around a point this many eye spans under the eyes."""


def displacement(rig: Rig, turn: tuple[float, float, float]) -> Floats:
    """(size, size, 2) forward displacement in pixels for yaw, pitch and roll in degrees.

    Hair and ears move with the head, because the depth runs on behind the face and the mask of the
    head holds both; shoulders and background stay where they are.
    """
    yaw, pitch, roll = (math.radians(angle) for angle in turn)
    u, v = face_coordinates(rig)
    u, v = u * rig.span, v * rig.span
    near = rig.axis_depth - _round(rig.depth, rig.span)
    below = v - PIVOT_DOWN * rig.span
    # Positive yaw carries what is near to the right, positive pitch carries it up.
    across = u * (math.cos(yaw) - 1) + near * math.sin(yaw)
    along = below * (math.cos(pitch) - 1) - near * math.sin(pitch)
    across = across + u * (math.cos(roll) - 1) - below * math.sin(roll)
    along = along + u * math.sin(roll) + below * (math.cos(roll) - 1)
    across, along = across * rig.head, along * rig.head
    return np.dstack(
        [
            across * rig.right[0] + along * rig.down[0],
            across * rig.right[1] + along * rig.down[1],
        ]
    ).astype(np.float32)


def _round(depth: Floats, span: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(depth, (0, 0), ROUNDING * span), np.float32)
