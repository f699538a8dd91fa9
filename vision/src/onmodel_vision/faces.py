"""Finding faces that deserve the name: at least two detectors have to agree.

A mesh model alone sees faces on plush bears and rubber ducks, and each box detector has false
alarms of its own. Here up to three independent looks are taken (MediaPipe short range, MediaPipe
full range, dlib's HOG); a face is what two of them find in the same place and the mesh confirms.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dlib as dlib_module
import numpy as np

from onmodel_vision.arrays import Floats, Image
from onmodel_vision.detector import FULL, SHORT, Detection, FaceDetector
from onmodel_vision.images import fit_within
from onmodel_vision.mesh import FaceMesh, Mesh
from onmodel_vision.roi import Roi

dlib: Any = dlib_module  # the extension module carries no type information

MIN_PRESENCE = 0.5
AGREEING = 2
HOG_LONGEST = 1024
HOG_ENLARGE_BELOW = 640
TILE_ABOVE = 640
GROUP = 3
"""From so many faces on it is a group picture, in which the fast detectors miss some."""

TILES = (2, 4)
"""Tiles per side that are tried in turn while nothing has been found."""

CLOSER, CLOSER_SIDE = 3.0, 360
"""A second look takes three times the face's size, scaled to this many pixels."""

SHORT_NAME, FULL_NAME, HOG_NAME = "mediapipe_short", "mediapipe_full", "dlib_hog"


@dataclass(frozen=True)
class Face:
    """A face with its mesh; `detectors` names who found it, `score` is the best detector's."""

    mesh: Mesh
    detectors: tuple[str, ...]
    score: float

    @property
    def agreed(self) -> bool:
        """Whether enough detectors and the mesh say that this is a face."""
        return len(self.detectors) >= AGREEING and self.mesh.presence >= MIN_PRESENCE

    @property
    def pixels(self) -> float:
        """Smaller side of the face in pixels of the picture."""
        return min(self.mesh.box[2:])


@dataclass
class _Candidate:
    detection: Detection
    names: list[str]
    looked_closer: bool = False
    mesh: Mesh | None = None

    @property
    def agreed(self) -> bool:
        return len(self.names) >= AGREEING


class FaceFinder:
    """Detectors and mesh together. `weights` is a folder with MediaPipe's three model files."""

    def __init__(self, weights: Path) -> None:
        self._short = FaceDetector(weights / "face_detection_short_range.tflite", SHORT)
        self._full = FaceDetector(weights / "face_detection_full_range_sparse.tflite", FULL)
        self._hog: Any = None  # its filters take a third of a second to unpack, and rarely decide
        self._mesh = FaceMesh(weights / "face_landmark.tflite")

    def find(self, image: Image) -> list[Face]:
        """Agreed faces, the largest first."""
        return [face for face in self.candidates(image) if face.agreed]

    def candidates(self, image: Image) -> list[Face]:
        """Everything that any detector found, the largest first; ask `agreed` of each.

        MediaPipe's two are asked first, since they take a tenth of the time of dlib's; where both
        see the same face, a third opinion could not change the answer.
        """
        found: list[_Candidate] = []
        _join(found, SHORT_NAME, self._short.detect(image))
        _join(found, FULL_NAME, self._full.detect(image))
        self._look_closer(image, found)
        group = len(found) >= GROUP
        if group or not self._has_face(image, found):
            _join(found, HOG_NAME, self._detect_hog(image))
            if group:
                _join(found, FULL_NAME, _detect_tiles(self._full, image, TILES[0]))
            self._look_closer(image, found)
        for count in TILES:
            if self._has_face(image, found):
                break
            _join(found, FULL_NAME, _detect_tiles(self._full, image, count))
            self._look_closer(image, found)
        faces = [self._face(image, candidate) for candidate in found]
        return sorted(_without_twins(faces), key=lambda face: -face.pixels)

    def _has_face(self, image: Image, found: list[_Candidate]) -> bool:
        return any(one.agreed and self._face(image, one).agreed for one in found)

    def _face(self, image: Image, candidate: _Candidate) -> Face:
        if candidate.mesh is None:
            candidate.mesh = self._mesh.measure(image, candidate.detection)
        return Face(candidate.mesh, tuple(candidate.names), candidate.detection.score)

    def mesh(self, image: Image, detection: Detection) -> Mesh:
        """Mesh of one detection."""
        return self._mesh.measure(image, detection)

    def _look_closer(self, image: Image, found: list[_Candidate]) -> None:
        """Ask the others again about what only one detector saw, each candidate once."""
        for candidate in found:
            if not candidate.agreed and not candidate.looked_closer:
                candidate.looked_closer = True
                self._ask_others(image, candidate)

    def _ask_others(self, image: Image, candidate: _Candidate) -> None:
        """With the place enlarged, the fast ones first."""
        box = candidate.detection.box
        centre, side = (box[:2] + box[2:]) / 2, float((box[2:] - box[:2]).max()) * CLOSER
        region = Roi(float(centre[0]), float(centre[1]), side, 0.0)
        crop = region.crop(image, CLOSER_SIDE)
        middle = np.array([1, 1, 2, 2], np.float32) * CLOSER_SIDE / 3
        for name, detect in (
            (SHORT_NAME, self._short.detect),
            (FULL_NAME, self._full.detect),
            (HOG_NAME, self._detect_hog),
        ):
            if candidate.agreed:
                return
            seen = any(_same_place(middle, detection.box) for detection in detect(crop))
            if seen and name not in candidate.names:
                candidate.names.append(name)

    def _detect_hog(self, image: Image) -> list[Detection]:
        if self._hog is None:
            self._hog = dlib.get_frontal_face_detector()
        small, factor = fit_within(image, longest=HOG_LONGEST)
        enlarge = 1 if max(small.shape[:2]) < HOG_ENLARGE_BELOW else 0
        rectangles, scores, _ = self._hog.run(small, enlarge, 0.0)
        return [
            _from_rectangle(rectangle, factor, score)
            for rectangle, score in zip(rectangles, scores, strict=True)
        ]


def _from_rectangle(rectangle: Any, factor: float, score: float) -> Detection:
    """dlib's square; the eyes are put where they lie in a level face of that size."""
    corners = [rectangle.left(), rectangle.top(), rectangle.right(), rectangle.bottom()]
    box = np.array(corners, np.float32) / factor
    side = box[2] - box[0]
    places = [(0.3, 0.3), (0.7, 0.3), (0.5, 0.55), (0.5, 0.78), (0.0, 0.35), (1.0, 0.35)]
    points = box[:2] + np.array(places, np.float32) * side
    return Detection(box, points.astype(np.float32), float(score))


def _detect_tiles(detector: FaceDetector, image: Image, count: int) -> list[Detection]:
    """Look again at overlapping parts of a large picture: small faces get more pixels."""
    height, width = image.shape[:2]
    if max(height, width) < TILE_ABOVE:
        return []
    tile_h, tile_w = round(height * 1.3 / count), round(width * 1.3 / count)
    found: list[Detection] = []
    for top in np.linspace(0, height - tile_h, count).astype(int):
        for left in np.linspace(0, width - tile_w, count).astype(int):
            part = image[top : top + tile_h, left : left + tile_w]
            offset = np.array([left, top], np.float32)
            for detection in detector.detect(part):
                box = detection.box + np.tile(offset, 2)
                points = detection.key_points + offset
                found.append(Detection(box, points, detection.score))
    return found


def _join(found: list[_Candidate], name: str, detections: list[Detection]) -> None:
    for detection in detections:
        for candidate in found:
            if _same_place(candidate.detection.box, detection.box):
                if name not in candidate.names:
                    candidate.names.append(name)
                break
        else:
            found.append(_Candidate(detection, [name]))


def _same_place(first: Floats, second: Floats) -> bool:
    """The detectors draw boxes of different extent: compare centres and rough size only."""
    sides = first[2:] - first[:2], second[2:] - second[:2]
    ratio = float(sides[0].max() / max(sides[1].max(), 1e-6))
    away = np.abs((first[:2] + first[2:]) - (second[:2] + second[2:])).max() / 2
    return 0.45 < ratio < 2.2 and float(away) < 0.45 * float(max(sides[0].max(), sides[1].max()))


def _without_twins(faces: list[Face]) -> list[Face]:
    """Two candidates can slide to one face once the mesh is fitted: keep the better founded."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: (-len(face.detectors), -face.score)):
        boxes = [_corners(other.mesh) for other in kept]
        if not any(_same_place(box, _corners(face.mesh)) for box in boxes):
            kept.append(face)
    return kept


def _corners(mesh: Mesh) -> Floats:
    x, y, width, height = mesh.box
    return np.array([x, y, x + width, y + height], np.float32)
