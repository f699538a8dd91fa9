"""Putting a motion on the canvas: fields, layers, creases."""

from dataclasses import dataclass

import cv2
import numpy as np
from onmodel_vision.arrays import Floats, Image

from onmodel_puppet import brushes, eyes, mouth, turn, warp
from onmodel_puppet.brushes import Brush
from onmodel_puppet.plan import Motion
from onmodel_puppet.rig import Rig

CREASES = {
    "smile": (((129, 203, 206, 216, 212), (358, 423, 426, 436, 432)), 0.030, 0.16),
    "knit": (((107, 55, 193), (336, 285, 417)), 0.022, 0.20),
}
"""Name -> (lines of mesh points, width in eye spans, darkening at full strength)."""


@dataclass(frozen=True)
class Moved:
    """The moved picture (size, size, 3) 0 to 255, where it went, and how much of the motion was
    possible without folding (1 = all)."""

    pixels: Floats
    field: Floats
    factor: float


def move(rig: Rig, motion: Motion, controls: dict[str, list[Brush]]) -> Moved:
    """Apply a motion. Everything smooth is one field; lids and lips are layers over it."""
    size = rig.image.shape[0]
    skin = np.zeros((size, size, 2), np.float32)
    for name, strengths in motion.controls.items():
        for brush in controls[name]:
            brushes.apply(skin, rig, brush, strengths)
    head = turn.displacement(rig, motion.turn)
    without_lids = skin + head
    eyes.move_lids(skin, rig, motion.eyes)
    base, factor = warp.unfolded(skin + head)
    lips = mouth.part(rig, motion.mouth)
    if lips.change:
        pixels, _ = mouth.composite(rig, base, lips)
    else:
        pixels = warp.resample(rig.image, warp.inverse(base))
    if motion.eyes < 1.0 or any(motion.gaze):
        balls = eyes.ball_field(rig, without_lids * factor, motion.gaze)
        ball_pixels = warp.resample(rig.image, warp.inverse(balls))
        pixels = eyes.composite(pixels, ball_pixels, rig, base, opening=motion.eyes)
    pixels = _creased(pixels, rig, base, motion.creases)
    return Moved(np.clip(pixels, 0, 255).astype(np.float32), base, factor)


def _creased(pixels: Floats, rig: Rig, field: Floats, creases: dict[str, float]) -> Floats:
    """Deepen the lines that an expression folds into the skin: soft shade, no drawn strokes."""
    size = pixels.shape[0]
    for name, strength in creases.items():
        lines, width, darkening = CREASES[name]
        shade = np.zeros((size, size), np.float32)
        for line in lines:
            points = warp.smooth_line(warp.moved(field, rig.points[list(line)]))
            fixed = np.rint(points * 16).astype(np.int32)
            thickness = max(1, round(width * rig.span * 0.6))
            cv2.polylines(shade, [fixed], False, 1.0, thickness, cv2.LINE_AA, shift=4)
        soft = cv2.GaussianBlur(shade, (0, 0), width * rig.span)
        soft = soft / max(float(soft.max()), 1e-6)
        fold = np.asarray(soft[..., None] * (darkening * strength), np.float32)
        pixels = pixels * (1 - fold)
    return pixels


def to_image(pixels: Floats) -> Image:
    """Rounded to 8 bits."""
    return np.rint(np.clip(pixels, 0, 255)).astype(np.uint8)
