"""Measures pictures of this machine with the real function, without a server or a database.

The first use installs the function ``identity-measure`` into the data folder, as ``onmodel up``
does; later uses find it there and need no network.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from pydantic import JsonValue

from onmodel.functions.registry import load
from onmodel.identity.calibration import ENCODER, SHIPPED, Calibration
from onmodel.identity.scoring import Reason, Score, Vectors
from onmodel.identity.scoring import score as score_face
from onmodel.kit.errors import InvalidError, ProblemError, UnavailableError
from onmodel.kit.ids import new_id
from onmodel.runner.calls import CallRequest
from onmodel.runner.choice import open_pool
from onmodel.runner.errors import CallFailed
from onmodel.runner.pool import Pool
from onmodel.settings import Settings
from onmodel.storage.picture_formats import HEAD_BYTES, Format, detect
from onmodel.storage.picture_process import remake

FUNCTION = "identity-measure"
BATCH = 16
MAX_PIXELS = 120_000_000

_AS_IT_IS = {Format.PNG: ".png", Format.JPEG: ".jpg", Format.WEBP: ".webp"}

OnProgress = Callable[[int, int], None]


class NotComparableError(InvalidError):
    code = "not_comparable"
    title = "These pictures cannot be compared"


class MeasuringFailedError(UnavailableError):
    code = "measuring_failed"
    title = "The pictures could not be measured"
    default_try = "`onmodel function list` shows whether identity-measure is ready."


class NoCalibrationError(InvalidError):
    code = "no_calibration"
    title = "Nobody has calibrated this encoder"
    default_try = "Pass a Calibration of your own, made by onmodel.identity.fitting.fit."


@dataclass(frozen=True)
class Measured:
    """One picture, measured.

    Attributes:
        path: of the picture.
        reason: why it cannot be judged by its face; None when it can.
        vectors: of its main face and of its whole figure, by encoder, each (d,).
        report: everything that the function says, without the vectors.
    """

    path: Path
    reason: Reason | None
    vectors: Mapping[str, Vectors]
    report: Mapping[str, Any] = field(repr=False)


class Judge:
    """Measures and compares; use it in a ``with`` block, the models stay warm inside.

    Args:
        home: the data folder; by default the one that ``onmodel up`` uses (``ONMODEL_HOME``).
        encoder: whose vectors are compared; by default the calibration's, else dlib's.
        calibration: of that encoder; by default the shipped one.
        processes: how many pictures are measured at a time; by default one for each core.

    Raises:
        NoCalibrationError: none is shipped for the encoder and none is given, or the one that is
            given belongs to another encoder.
    """

    def __init__(
        self,
        *,
        home: Path | str | None = None,
        encoder: str | None = None,
        calibration: Calibration | None = None,
        processes: int | None = None,
    ) -> None:
        settings = Settings()
        encoder = encoder or (calibration.encoder if calibration else ENCODER)
        known = calibration or SHIPPED.get(encoder)
        if known is None:
            raise NoCalibrationError(f"No calibration comes with {encoder}.")
        if known.encoder != encoder:
            raise NoCalibrationError(
                f"This calibration is {known.encoder}'s; distances of {encoder} mean other things."
            )
        self.encoder = encoder
        self.calibration = known
        self._home = Path(home).expanduser() if home else settings.home
        self._manifest = load(settings.functions_dir).get(FUNCTION)
        self._processes = processes or os.cpu_count() or 1
        self._pool: Pool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; the next use starts them again."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def measure(
        self, paths: Iterable[Path | str], *, on_progress: OnProgress | None = None
    ) -> list[Measured]:
        """Measure pictures (PNG, JPEG, WebP, AVIF, HEIC, TIFF, GIF), in order.

        A file that is no picture is not an error: its reason is ``unreadable``.

        Args:
            paths: any number of files.
            on_progress: told how many are done, and of how many.

        Raises:
            MeasuringFailedError: the function could not run.
            ProblemError: it could not be installed.
        """
        files = [Path(path) for path in paths]
        # every process gets something to do, and none so much that another one waits for it
        size = max(1, min(BATCH, -(-len(files) // self._processes)))
        batches = [files[at : at + size] for at in range(0, len(files), size)]
        found: list[Measured] = []
        pool = self._started()
        with ThreadPoolExecutor(max_workers=self._processes) as threads:
            for batch in threads.map(partial(self._measure, pool), batches):
                found += batch
                if on_progress:
                    on_progress(len(found), len(files))
        return found

    def compare(self, one: Measured, other: Measured) -> Score:
        """Say how much two pictures show the same person; the order does not matter.

        Raises:
            NotComparableError: one of them shows no measurable face.
        """
        return self.score(one, [other])

    def score(self, picture: Measured, references: Sequence[Measured]) -> Score:
        """Say how much a picture shows the person of the references.

        References without a measurable face are left out.

        Raises:
            NotComparableError: the picture, or all references, show no measurable face.
        """
        vectors = self.vectors(references)
        vector = self.vector(picture)
        if vector is None or vectors is None:
            which = picture if vector is None else references[0] if references else None
            raise NotComparableError(
                f"{which.path.name if which else 'The set'} shows no measurable face"
                f"{f' ({which.reason})' if which and which.reason else ''}.",
                try_="Ask `Measured.reason` first; a picture without a face is not off-model.",
            )
        return score_face(vector, vectors, self.calibration)

    def vector(self, picture: Measured) -> Vectors | None:
        """Return the vector that a picture is judged by, (d,), or None when it cannot be."""
        # a figure can be judged by its appearance although it has no face, or a turned one
        if picture.reason and self.calibration.route == "photographic":
            return None
        return picture.vectors.get(self.encoder)

    def vectors(self, pictures: Iterable[Measured]) -> Vectors | None:
        """Return the vectors of those that can be judged, (n, d), or None without any."""
        found = [one for picture in pictures if (one := self.vector(picture)) is not None]
        return np.stack(found) if found else None

    def _measure(self, pool: Pool, files: Sequence[Path]) -> list[Measured]:
        with tempfile.TemporaryDirectory(prefix="onmodel-judge-") as temporary:
            folder = Path(temporary)
            (folder / "in").mkdir()
            (folder / "out").mkdir()
            staged = [_stage(file, folder / "in", at) for at, file in enumerate(files)]
            sent = [name for name in staged if name is not None]
            entries = iter(self._call(pool, sent, folder) if sent else [])
        return [
            _measured(file, next(entries) if name is not None else None)
            for file, name in zip(files, staged, strict=True)
        ]

    def _call(self, pool: Pool, names: Sequence[str], folder: Path) -> list[dict[str, Any]]:
        pictures: list[JsonValue] = [{"path": name} for name in names]
        request = CallRequest(
            id=str(new_id()),
            inputs={"pictures": pictures, "encoders": [self.encoder]},
            input_dir=folder / "in",
            output_dir=folder / "out",
        )
        try:
            result = pool.call(self._manifest, request)
        except CallFailed as error:
            raise MeasuringFailedError(error.message) from error
        report: Any = result.outputs["report"]
        return list(report["pictures"])

    def _started(self) -> Pool:
        if self._pool is None:
            settings = Settings(home=self._home)
            self._pool = open_pool(settings, max_per_function=self._processes)
        return self._pool


def measure(paths: Iterable[Path | str], *, home: Path | str | None = None) -> list[Measured]:
    """Measure pictures once; see ``Judge.measure``, which keeps the models for the next time."""
    with Judge(home=home) as judge:
        return judge.measure(paths)


def _stage(file: Path, folder: Path, at: int) -> str | None:
    """Bring a picture into a folder in a form that the function takes; None when there is none."""
    try:
        with file.open("rb") as opened:
            kind = detect(opened.read(HEAD_BYTES))
        if kind in _AS_IT_IS:
            name = f"{at:03d}{_AS_IT_IS[kind]}"
            shutil.copyfile(file, folder / name)
            return name
        own = folder / f"{at:03d}"
        own.mkdir()
        return f"{own.name}/{remake(file, own, max_pixels=MAX_PIXELS).master}"
    except (ProblemError, OSError):
        return None


def _measured(file: Path, entry: Mapping[str, Any] | None) -> Measured:
    if entry is None:
        return Measured(file, "unreadable", {}, {})
    return Measured(file, entry["reason"], _vectors(entry), _without_vectors(entry))


def _vectors(entry: Mapping[str, Any]) -> dict[str, Vectors]:
    faces = entry.get("faces") or []
    found: dict[str, Any] = {}
    if faces:
        found = {ENCODER: faces[0]["embedding"]} | (faces[0].get("embeddings") or {})
    found |= (entry.get("appearance") or {}).get("embeddings") or {}
    return {encoder: np.asarray(vector, np.float32) for encoder, vector in found.items()}


def _without_vectors(entry: Mapping[str, Any]) -> dict[str, Any]:
    faces = [
        {key: value for key, value in face.items() if key not in ("embedding", "embeddings")}
        for face in entry.get("faces") or []
    ]
    figure = entry.get("appearance")
    if figure:
        figure = {k: v for k, v in figure.items() if k not in ("embedding", "embeddings")}
    return dict(entry) | {"faces": faces, "appearance": figure}
