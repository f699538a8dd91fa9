"""A folder of pictures against a folder of references: every number, as rows for any program."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from onmodel.identity.calibration import Calibration
from onmodel.identity.coherence import Coherence, CopyPaste, coherence, copy_paste
from onmodel.identity.drift import Change, change_points
from onmodel.identity.judge import Judge, Measured, NotComparableError, OnProgress
from onmodel.identity.scoring import REASONS, Reason, Score
from onmodel.kit.errors import InvalidError

ENDINGS = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff", ".gif"}
)
COLUMNS: tuple[str, ...] = (
    "picture",
    "measurable",
    "reason",
    "p_same",
    "p_low",
    "p_high",
    "fidelity",
    "distance",
    "references",
    "nearest",
    "copy_paste",
)

Source = Path | str | Sequence[Path | str]


class NoPicturesError(InvalidError):
    code = "no_pictures"
    title = "There is nothing to measure"
    default_try = "Name a folder with PNG, JPEG, WebP, AVIF, HEIC, TIFF or GIF files."


@dataclass(frozen=True)
class Row:
    """One picture; ``score`` is None where it cannot be judged, and ``reason`` says why."""

    name: str
    path: Path
    score: Score | None
    reason: Reason | None
    nearest: str | None


@dataclass(frozen=True)
class Sheet:
    """Everything about a folder of pictures.

    Attributes:
        rows: one for each picture, in the order of their names.
        references: how many references could be compared with.
        refused: why other references could not, by name.
        coherence: how alike the pictures are to each other.
        copy_paste: how much they copy references; None when it cannot be told.
        changes: where the likeness moved, in the order of the rows that were measured.
        encoder: whose numbers these are.
        basis: what the calibration rests on.
    """

    rows: list[Row]
    references: int
    refused: dict[str, str]
    coherence: Coherence
    copy_paste: CopyPaste | None
    changes: list[Change]
    encoder: str
    basis: str

    @property
    def measured(self) -> int:
        """How many pictures could be judged."""
        return sum(row.score is not None for row in self.rows)

    @property
    def reasons(self) -> dict[str, int]:
        """Why the others could not, with their number."""
        return dict(Counter(row.reason for row in self.rows if row.reason is not None))

    @property
    def mean_p_same(self) -> float | None:
        """Mean over the pictures that could be judged."""
        found = [row.score.p_same for row in self.rows if row.score]
        return float(np.mean(found)) if found else None

    @property
    def mean_fidelity(self) -> float | None:
        """Mean over the pictures that could be judged."""
        found = [row.score.fidelity for row in self.rows if row.score]
        return float(np.mean(found)) if found else None

    def to_csv(self) -> str:
        """Return a table, one line a picture."""
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in self.rows:
            writer.writerow(_cells(row))
        return text.getvalue()

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        measured = [row.name for row in self.rows if row.score]
        pair = self.coherence.lowest_pair
        return {
            "encoder": self.encoder,
            "basis": self.basis,
            "references": self.references,
            "refused": self.refused,
            "coverage": {
                "measured": self.measured,
                "expected": len(self.rows),
                "reasons": self.reasons,
            },
            "mean_p_same": self.mean_p_same,
            "mean_fidelity": self.mean_fidelity,
            "copy_paste": asdict(self.copy_paste) if self.copy_paste else None,
            "coherence": asdict(self.coherence)
            | {"lowest_pair": [measured[at] for at in pair] if pair else None},
            "changes": [asdict(one) | {"at": measured[one.start]} for one in self.changes],
            "pictures": [_cells(row) for row in self.rows],
        }


def score(
    pictures: Source,
    *,
    against: Source,
    judge: Judge | None = None,
    on_progress: OnProgress | None = None,
) -> Sheet:
    """Score pictures against references.

    Args:
        pictures: a folder, or files.
        against: a folder, or files, of the character's references.
        judge: to measure with; by default one is made and ended.
        on_progress: told how many pictures are done, and of how many.

    Raises:
        NoPicturesError: one side has no pictures.
        NotComparableError: no reference shows a measurable face.
    """
    shots, references = listing(pictures), listing(against)
    if judge is None:
        with Judge() as own:
            found = own.measure([*shots, *references], on_progress=on_progress)
            return sheet(found[: len(shots)], found[len(shots) :], own)
    found = judge.measure([*shots, *references], on_progress=on_progress)
    return sheet(found[: len(shots)], found[len(shots) :], judge)


def sheet(shots: Sequence[Measured], references: Sequence[Measured], judge: Judge) -> Sheet:
    """The same for pictures that were measured before.

    Raises:
        NotComparableError: no reference shows a measurable face.
    """
    usable = [one for one in references if judge.vector(one) is not None]
    refused = {one.path.name: REASONS[one.reason or "no_face"] for one in references}
    if not usable:
        raise NotComparableError(
            "No reference picture shows a measurable face: "
            + "; ".join(f"{name}: {why}" for name, why in sorted(refused.items())[:3]),
            try_="Add a clear photograph of the face to the references.",
        )
    rows = [_row(shot, usable, judge) for shot in shots]
    vectors = judge.vectors(shots)
    known = judge.vectors(usable)
    assert known is not None  # usable ones have vectors
    return Sheet(
        rows=rows,
        references=len(usable),
        refused={one.path.name: refused[one.path.name] for one in references if one not in usable},
        coherence=_coherence(vectors, judge.calibration),
        copy_paste=None if vectors is None else copy_paste(vectors, known),
        changes=change_points([row.score.distance for row in rows if row.score]),
        encoder=judge.encoder,
        basis=judge.calibration.basis,
    )


def listing(source: Source) -> list[Path]:
    """Return the pictures of a folder in the order of their names, or the files as given.

    Raises:
        NoPicturesError: there are none.
    """
    if not isinstance(source, (Path, str)):
        found = [Path(one) for one in source]
    elif Path(source).is_dir():
        found = sorted(one for one in Path(source).iterdir() if one.suffix.lower() in ENDINGS)
    else:
        found = [Path(source)] if Path(source).is_file() else []
    if not found:
        raise NoPicturesError(f"There are no pictures in {source}.")
    return found


def _row(shot: Measured, references: Sequence[Measured], judge: Judge) -> Row:
    if judge.vector(shot) is None:
        return Row(shot.path.name, shot.path, None, shot.reason or "no_face", None)
    result = judge.score(shot, references)
    nearest = references[result.nearest].path.name
    return Row(shot.path.name, shot.path, result, None, nearest)


def _coherence(vectors: np.ndarray | None, calibration: Calibration) -> Coherence:
    if vectors is None:
        return Coherence(None, None, None, 0)
    return coherence(vectors, calibration)


def _cells(row: Row) -> dict[str, Any]:
    score = row.score
    if score is None:
        empty = dict.fromkeys(COLUMNS)
        return empty | {"picture": row.name, "measurable": False, "reason": row.reason}
    return {
        "picture": row.name,
        "measurable": True,
        "reason": None,
        "p_same": round(score.p_same, 6),
        "p_low": round(score.p_low, 6),
        "p_high": round(score.p_high, 6),
        "fidelity": round(score.fidelity, 2),
        "distance": round(score.distance, 6),
        "references": score.references,
        "nearest": row.nearest,
        "copy_paste": score.copy_paste,
    }
