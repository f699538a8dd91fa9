"""Everything about one picture: its faces, their pose, expression, quality and embedding."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from onmodel_vision import expression, phash, pose, quality
from onmodel_vision.arrays import Floats, Image
from onmodel_vision.encoder import FaceEncoder
from onmodel_vision.expression import Expression
from onmodel_vision.faces import Face, FaceFinder
from onmodel_vision.pose import Pose
from onmodel_vision.quality import Quality

MIN_FACE_PIXELS = 20
TURNED_AWAY_FROM = 60.0
MAX_FACES = 16

Reason = Literal["no_face", "face_too_small", "turned_away", "covered"]

LANDMARKS = {
    "eye_left": (33, 133),
    "eye_right": (263, 362),
    "nose_tip": (1,),
    "mouth_left": (61,),
    "mouth_right": (291,),
    "chin": (152,),
}
"""Name -> mesh points whose mean is reported."""


@dataclass(frozen=True)
class FaceMeasure:
    """One face, measured."""

    face: Face
    pose: Pose
    expression: Expression
    quality: Quality
    embedding: Floats

    def to_json(self, *, scale: float = 1.0) -> dict[str, object]:
        """The face as the functions report it; lengths in pixels, angles in degrees.

        `scale` turns pixels of the measured picture into those of its original.
        """
        points = self.face.mesh.points * scale
        return {
            "box": [round(value * scale, 1) for value in self.face.mesh.box],
            "face_px": round(self.face.pixels * scale, 1),
            "score": round(self.face.score, 4),
            "detectors": list(self.face.detectors),
            "landmarks": {
                name: [round(float(value), 1) for value in points[list(at), :2].mean(axis=0)]
                for name, at in LANDMARKS.items()
            },
            "yaw": round(self.pose.yaw, 2),
            "pitch": round(self.pose.pitch, 2),
            "roll": round(self.pose.roll, 2),
            "angle": self.pose.angle,
            "sharpness": round(self.quality.sharpness, 3),
            "brightness": round(self.quality.brightness, 4),
            **{name: round(value, 4) for name, value in asdict(self.expression).items()},
            "expression": self.expression.guess,
            "covered": bool(self.quality.covered),
            "covered_parts": list(self.quality.covered),
            "embedding": [round(float(value), 6) for value in self.embedding],
        }


@dataclass(frozen=True)
class PictureMeasure:
    """One picture. `reason` says why its main face cannot be judged; None when it can."""

    width: int
    height: int
    faces: tuple[FaceMeasure, ...]
    sharpness: float
    phash: str
    reason: Reason | None

    @property
    def main(self) -> FaceMeasure | None:
        """The largest face, whether or not it can be judged."""
        return self.faces[0] if self.faces else None

    def to_json(self, *, scale: float = 1.0) -> dict[str, object]:
        """The picture as the functions report it; see `FaceMeasure.to_json` for `scale`."""
        return {
            "width": round(self.width * scale),
            "height": round(self.height * scale),
            "sharpness": round(self.sharpness, 3),
            "phash": self.phash,
            "measurable": self.reason is None,
            "reason": self.reason,
            "faces": [face.to_json(scale=scale) for face in self.faces],
        }


class Measurer:
    """Finds and measures faces. `weights` holds the model files under their own names."""

    def __init__(self, weights: Path) -> None:
        self.finder = FaceFinder(weights)
        self.encoder = FaceEncoder(
            weights / "dlib_face_recognition_resnet_model_v1.dat",
            weights / "shape_predictor_5_face_landmarks.dat",
        )

    def measure(self, image: Image) -> PictureMeasure:
        """Measure every agreed face of a picture, at most 16, the largest first."""
        found = self.finder.find(image)[:MAX_FACES]
        faces = tuple(self.measure_face(image, face) for face in found)
        height, width = image.shape[:2]
        return PictureMeasure(
            width=width,
            height=height,
            faces=faces,
            sharpness=quality.picture_sharpness(image),
            phash=phash.compute(image),
            reason=_reason(faces),
        )

    def measure_face(self, image: Image, face: Face) -> FaceMeasure:
        """Measure one face that was found in this picture."""
        head = pose.estimate(face.mesh)
        return FaceMeasure(
            face=face,
            pose=head,
            expression=expression.measure(pose.upright(face.mesh, head)),
            quality=quality.measure(image, face.mesh),
            embedding=self.encoder.encode(image, face.mesh),
        )


def _reason(faces: tuple[FaceMeasure, ...]) -> Reason | None:
    if not faces:
        return "no_face"
    main = faces[0]
    if main.face.pixels < MIN_FACE_PIXELS:
        return "face_too_small"
    if abs(main.pose.yaw) >= TURNED_AWAY_FROM:
        return "turned_away"
    return "covered" if main.quality.covered else None


def normalised(embedding: Floats) -> Floats:
    """The embedding at length one."""
    return (embedding / max(float(np.linalg.norm(embedding)), 1e-9)).astype(np.float32)
