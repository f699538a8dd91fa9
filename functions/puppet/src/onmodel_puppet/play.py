"""Playing one key: composition, motion, light, and the numbers that tell what was done."""

import random
from dataclasses import dataclass, replace

import numpy as np
from onmodel_function import InvalidInput
from onmodel_vision import expression, pose
from onmodel_vision.arrays import Floats, Image
from onmodel_vision.mesh import FaceMesh
from onmodel_vision.segmentation import PersonSegmenter

from onmodel_puppet import canvas, look, plan, render, rig
from onmodel_puppet.brushes import load_controls
from onmodel_puppet.casting import Candidate
from onmodel_puppet.keys import Key
from onmodel_puppet.lights import load as load_lights
from onmodel_puppet.plan import Motion
from onmodel_puppet.rig import Rig

HALF_YAW = 16.0
"""Asked of the warp for a half view; about 12 degrees are then measured on the result."""

ALREADY_HALF = 15.0
MOST_MISSING = {"head": 0.45, "bust": 0.45}
"""Fraction of the picture that may be made up by extending the photograph's edges."""


@dataclass(frozen=True)
class Result:
    """The picture and what was measured on it."""

    image: Image
    report: dict[str, object]


class Puppeteer:
    """Plays keys with one set of models; stateless between calls."""

    def __init__(self, faces: FaceMesh, segmenter: PersonSegmenter) -> None:
        self._faces = faces
        self._segmenter = segmenter
        self._controls = load_controls()
        self._expressions = plan.load_expressions()
        self._lights = load_lights()

    def rig(
        self, photograph: Image, candidate: Candidate, key: Key, *, size: int
    ) -> tuple[Rig, float]:
        """Compose the canvas and measure the head on it; (rig, fraction that is extended).

        Raises:
            InvalidInput: the photograph shows too little around the face.
        """
        framing = "bust" if key.section == "body" else "head"
        sheet = canvas.compose(photograph, candidate.face.mesh, size=size, framing=framing)
        if sheet.missing > MOST_MISSING[framing]:
            raise InvalidInput(
                "cannot_do",
                "This picture is cut too close around the face for the wished framing. "
                "Add one that shows more of the shoulders and of what is around them.",
                field="reference",
            )
        return rig.build(sheet, candidate.face.mesh, self._faces, self._segmenter), sheet.missing

    def play(self, built: Rig, key: Key, *, seed: int) -> Result:
        """Move and light the rig as the key says."""
        motion = self._motion(built, key, seed)
        moved = render.move(built, motion, self._controls)
        pixels: Floats = moved.pixels
        if key.section == "lighting":
            pixels = look.lit(built, pixels, self._lights[key.name], seed=seed)
        image = render.to_image(pixels)
        return Result(image, self._report(built, image, motion, moved.factor))

    def _motion(self, built: Rig, key: Key, seed: int) -> Motion:
        if key.section == "expression":
            variation = random.Random(seed)  # noqa: S311 - picks a side, protects nothing
            side = 1.0 if seed == 0 else variation.choice((-1.0, 1.0))
            row = self._expressions[key.name]
            motion = plan.expression_motion(built, row, side=side)
            return motion if seed == 0 else _varied(motion, variation)
        if key.section == "angle":
            return Motion(turn=_turn(built, key.name))
        return Motion()

    def _report(self, built: Rig, image: Image, motion: Motion, factor: float) -> dict[str, object]:
        mesh = self._faces.follow(image, built.mesh)
        head = pose.estimate(mesh)
        measured = expression.measure(pose.upright(mesh, head))
        return {
            "yaw": round(head.yaw, 2),
            "pitch": round(head.pitch, 2),
            "roll": round(head.roll, 2),
            "mouth_open": round(measured.mouth_open, 4),
            "smile": round(measured.smile, 4),
            "brow": round(measured.brow, 4),
            "eyes_open": round(measured.eyes_open, 4),
            "turned": [round(angle * factor, 2) for angle in motion.turn],
            "strength": round(factor, 3),
        }


def _turn(built: Rig, name: str) -> tuple[float, float, float]:
    yaw, pitch = built.pose.yaw, built.pose.pitch
    if name == "front":
        # Only what is measured is taken back, and not the last degrees: people are not level.
        limit = plan.MAX_TURN
        return (float(np.clip(-yaw, -limit, limit)), float(np.clip(-0.5 * pitch, -5, 5)), 0.0)
    side = -1.0 if name == "half_left" else 1.0
    if side * yaw >= ALREADY_HALF:
        return (0.0, 0.0, 0.0)
    wanted = side * 17.0 - yaw
    return (float(np.clip(wanted * 1.25, -HALF_YAW, HALF_YAW)), 0.0, 0.0)


def _varied(motion: Motion, variation: random.Random) -> Motion:
    """The same expression as another take: each control a little stronger or weaker."""
    controls = {
        name: (left * share, right * share)
        for name, (left, right) in motion.controls.items()
        for share in [variation.uniform(0.82, 1.08)]
    }
    yaw, pitch, roll = motion.turn
    turn = (yaw + variation.uniform(-2, 2), pitch, roll + variation.uniform(-1, 1))
    return replace(motion, controls=controls, turn=turn)
