"""The encoders whose files are there, each opened when it is first needed."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from onmodel_vision.encoders.arc_face import ArcFaceEncoder
from onmodel_vision.encoders.base import Encoder
from onmodel_vision.encoders.catalogue import FACE_DEFAULT, FIGURE_DEFAULT, Spec, known
from onmodel_vision.encoders.dlib_face import DlibFaceEncoder
from onmodel_vision.encoders.figure import MobileNetFigureEncoder, OnnxFigureEncoder
from onmodel_vision.faces import FaceFinder
from onmodel_vision.foreground import Figure, FigureFinder
from onmodel_vision.mesh import Mesh

FOLDER, INDEX = "encoders", "installed.json"
PREDICTOR = "shape_predictor_5_face_landmarks.dat"


class UnknownEncoderError(ValueError):
    """No encoder of that name is known, or its file is not installed."""


class ChangedEncoderError(ValueError):
    """The file of an encoder is not the one that was installed."""


class Shelf:
    """Encoders by name.

    Args:
        weights: folder with the files of the built-in ones; its sub-folder `encoders` holds what
            people installed, and `encoders/installed.json` {name: {"file", "sha256"}}.
        faces: what finds faces for them.
        figures: what finds figures for them.
    """

    def __init__(self, weights: Path, faces: FaceFinder, figures: FigureFinder) -> None:
        self._weights, self._faces, self._figures = weights, faces, figures
        self._installed = _installed(weights / FOLDER / INDEX)
        self._of_faces: dict[str, Encoder[Mesh]] = {}
        self._of_figures: dict[str, Encoder[Figure]] = {}

    @property
    def available(self) -> list[Spec]:
        """Encoders that can be opened, in the order of the catalogue."""
        return [spec for spec in known().values() if self._path(spec).is_file()]

    def choose(self, names: Sequence[str] | None) -> list[Spec]:
        """The named encoders, or all that are available.

        Raises:
            UnknownEncoderError: names the first that is not there.
        """
        available = {spec.name: spec for spec in self.available}
        if names is None:
            return list(available.values())
        for name in names:
            if name not in available:
                raise UnknownEncoderError(name)
        return [spec for name, spec in available.items() if name in set(names)]

    def of_faces(self, spec: Spec) -> Encoder[Mesh]:
        """The encoder of faces that a spec describes."""
        if spec.name not in self._of_faces:
            self._of_faces[spec.name] = self._open_face(spec)
        return self._of_faces[spec.name]

    def of_figures(self, spec: Spec) -> Encoder[Figure]:
        """The encoder of figures that a spec describes."""
        if spec.name not in self._of_figures:
            self._of_figures[spec.name] = self._open_figure(spec)
        return self._of_figures[spec.name]

    def _open_face(self, spec: Spec) -> Encoder[Mesh]:
        path = self._checked(spec)
        if spec.name == FACE_DEFAULT:
            return DlibFaceEncoder(self._faces, path, self._weights / PREDICTOR)
        return ArcFaceEncoder(self._faces, spec, path)

    def _open_figure(self, spec: Spec) -> Encoder[Figure]:
        path = self._checked(spec)
        if spec.name == FIGURE_DEFAULT:
            return MobileNetFigureEncoder(self._figures, path)
        return OnnxFigureEncoder(self._figures, spec, path)

    def _path(self, spec: Spec) -> Path:
        if spec.builtin:
            return self._weights / spec.file
        return self._weights / FOLDER / self._installed.get(spec.name, {}).get("file", spec.file)

    def _checked(self, spec: Spec) -> Path:
        """What people installed is hashed again; the store did so for the function's own files."""
        path = self._path(spec)
        promised = spec.sha256 or self._installed.get(spec.name, {}).get("sha256")
        if not spec.builtin and promised is not None and _sha256(path) != promised:
            raise ChangedEncoderError(f"the file of {spec.name} is not the one that was installed")
        return path


def _installed(index: Path) -> dict[str, dict[str, str]]:
    return json.loads(index.read_text("utf-8")) if index.is_file() else {}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
