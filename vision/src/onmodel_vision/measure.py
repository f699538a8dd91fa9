"""Everything about one picture: its faces, their pose, expression, quality and embeddings, and
the figure with its colours."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from onmodel_vision import colours, expression, phash, pose, quality
from onmodel_vision.arrays import Floats, Image
from onmodel_vision.colours import Colour
from onmodel_vision.encoders.catalogue import FACE_DEFAULT, FIGURE_DEFAULT, Spec
from onmodel_vision.encoders.shelf import Shelf
from onmodel_vision.expression import Expression
from onmodel_vision.faces import Face, FaceFinder
from onmodel_vision.foreground import Figure, FigureFinder
from onmodel_vision.pose import Pose
from onmodel_vision.quality import Quality
from onmodel_vision.segmentation import PersonSegmenter

MIN_FACE_PIXELS = 20
TURNED_AWAY_FROM = 60.0
MAX_FACES = 16

Reason = Literal["no_face", "face_too_small", "turned_away", "covered"]

NO_FIGURE: dict[str, object] = {"appearance": None, "palette": [], "hair": None}

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
    """By the default encoder, dlib's ResNet."""

    embeddings: Mapping[str, Floats] = field(default_factory=dict[str, Floats])
    """By every encoder that was asked for, name first; the default's is always there."""

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
            "embedding": _numbers(self.embedding),
            "embeddings": {name: _numbers(one) for name, one in self.embeddings.items()},
        }


@dataclass(frozen=True)
class FigureMeasure:
    """The figure that the picture is about, cut out of its background."""

    figure: Figure
    embeddings: Mapping[str, Floats]
    palette: Sequence[Colour]
    hair: Colour | None

    def to_json(self, *, scale: float) -> dict[str, object]:
        """`appearance`, `palette` and `hair` as the functions report them."""
        name = (
            FIGURE_DEFAULT if FIGURE_DEFAULT in self.embeddings else next(iter(self.embeddings), "")
        )
        return {
            "appearance": {
                "encoder": name,
                "embedding": _numbers(self.embeddings[name]),
                "embeddings": {key: _numbers(one) for key, one in self.embeddings.items()},
                "box": [round(value * scale, 1) for value in self.figure.box],
                "share": round(self.figure.share, 4),
                "method": self.figure.method,
            }
            if name
            else None,
            "palette": [one.to_json() for one in self.palette],
            "hair": self.hair.to_json(with_share=False) if self.hair else None,
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
    figure: FigureMeasure | None = None

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
            **(self.figure.to_json(scale=scale) if self.figure else NO_FIGURE),
        }


class Measurer:
    """Finds and measures faces and figures. `weights` holds the model files by their own names."""

    def __init__(self, weights: Path) -> None:
        self.finder = FaceFinder(weights)
        segmenter = weights / "selfie_segmentation.tflite"
        self._person = PersonSegmenter(segmenter) if segmenter.is_file() else None
        self._figures = FigureFinder()
        self.shelf = Shelf(weights, self.finder, self._figures)
        # the default is opened at once: a function that cannot judge should fail at its start
        (self._default,) = self.shelf.choose([FACE_DEFAULT])
        self.shelf.of_faces(self._default)

    def measure(
        self,
        image: Image,
        *,
        alpha: Floats | None = None,
        encoders: Sequence[Spec] | None = None,
    ) -> PictureMeasure:
        """Measure every agreed face of a picture, at most 16, the largest first.

        Args:
            image: the picture.
            alpha: its transparency, (height, width), 0 to 1, if it has any.
            encoders: which to run besides the default face encoder; None: only that one, and
                nothing is said of the figure.
        """
        measured, found = self._faces(image, encoders or ())
        if encoders is None:
            return measured
        return replace(measured, figure=self._measure_figure(image, found, alpha, encoders))

    def measure_faces(self, image: Image, encoders: Sequence[Spec] = ()) -> PictureMeasure:
        """The same without the figure, with these encoders of faces besides the default."""
        return self._faces(image, encoders)[0]

    def _faces(
        self, image: Image, encoders: Sequence[Spec]
    ) -> tuple[PictureMeasure, Sequence[Face]]:
        found = self.finder.find(image)[:MAX_FACES]
        faces = self._measure_faces(image, found, encoders)
        height, width = image.shape[:2]
        measured = PictureMeasure(
            width=width,
            height=height,
            faces=faces,
            sharpness=quality.picture_sharpness(image),
            phash=phash.compute(image),
            reason=_reason(faces),
        )
        return measured, found

    def _measure_faces(
        self, image: Image, found: Sequence[Face], encoders: Sequence[Spec]
    ) -> tuple[FaceMeasure, ...]:
        named: dict[str, Floats] = {}
        for spec in (self._default, *encoders):
            if spec.route == "photographic" and spec.name not in named:
                encoder = self.shelf.of_faces(spec)
                named[spec.name] = encoder.embed([encoder.align(image, f.mesh) for f in found])
        return tuple(
            _measure_face(image, face, {name: rows[index] for name, rows in named.items()})
            for index, face in enumerate(found)
        )

    def _measure_figure(
        self,
        image: Image,
        found: Sequence[Face],
        alpha: Floats | None,
        encoders: Sequence[Spec],
    ) -> FigureMeasure | None:
        person = self._person.mask(image) if found and self._person else None
        figure = self._figures.find(image, person=person, alpha=alpha)
        if figure is None:
            return None
        embeddings: dict[str, Floats] = {}
        for spec in encoders:
            if spec.route != "photographic":
                encoder = self.shelf.of_figures(spec)
                embeddings[spec.name] = encoder.embed([encoder.align(image, figure)])[0]
        return FigureMeasure(
            figure=figure,
            embeddings=embeddings,
            # the middle of a picture is a guess: good enough to compare, not to name colours
            palette=[] if figure.method == "middle" else colours.palette(image, figure),
            hair=colours.hair(image, found[0].mesh, person) if person is not None else None,
        )


def _measure_face(image: Image, face: Face, embeddings: Mapping[str, Floats]) -> FaceMeasure:
    head = pose.estimate(face.mesh)
    return FaceMeasure(
        face=face,
        pose=head,
        expression=expression.measure(pose.upright(face.mesh, head)),
        quality=quality.measure(image, face.mesh),
        embedding=embeddings[FACE_DEFAULT],
        embeddings=embeddings,
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


def _numbers(embedding: Floats) -> list[float]:
    return [round(float(value), 6) for value in embedding]


def normalised(embedding: Floats) -> Floats:
    """The embedding at length one."""
    return (embedding / max(float(np.linalg.norm(embedding)), 1e-9)).astype(np.float32)
