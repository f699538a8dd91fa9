"""Notes that hold on to a face: where they stand on another picture of it.

Both pictures were measured, so six features of each face are known (eyes, nose, corners of the
mouth, chin). The affine map that brings the one six nearest to the other six, by least squares,
takes the mark along: it follows position, size, tilt, and the narrowing of a face that turns.
"""

from typing import Any

import numpy as np

from onmodel.notes.marks import (
    ArrowMark,
    BoxMark,
    Floats,
    FreehandMark,
    Mark,
    PointMark,
    Position,
)

FEATURES = ("eye_left", "eye_right", "nose_tip", "mouth_left", "mouth_right", "chin")


def face_of(measurement: dict[str, Any] | None) -> Floats | None:
    """Return the features of a picture's main face as shares of the picture, shape (6, 2).

    None when no face was found, or the picture was not measured.
    """
    picture = measurement or {}
    faces = picture.get("faces") or []
    marks = faces[0].get("landmarks", {}) if faces else {}
    if any(name not in marks for name in FEATURES):
        return None
    size = [picture["width"], picture["height"]]
    return np.array([marks[name] for name in FEATURES], np.float64) / size


def carry(mark: Mark, from_face: Floats, to_face: Floats) -> Mark | None:
    """Return the mark on the other face; None when that place is outside of the picture."""
    map_ = fit(from_face, to_face)
    match mark:
        case PointMark():
            placed = _move([mark.at], map_)
            return None if placed is None else PointMark(kind="point", at=placed[0])
        case BoxMark():
            # the corners of a tilted box, and the upright box around them
            (x0, y0), (x1, y1) = mark.start, mark.end
            placed = _move([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], map_)
            if placed is None:
                return None
            across, down = zip(*placed, strict=True)
            return BoxMark(kind="box", start=(min(across), min(down)), end=(max(across), max(down)))
        case ArrowMark():
            placed = _move([mark.start, mark.end], map_, anchor=1)
            return (
                None if placed is None else ArrowMark(kind="arrow", start=placed[0], end=placed[1])
            )
        case FreehandMark():
            placed = _move(mark.points, map_)
            return None if placed is None else FreehandMark(kind="freehand", points=placed)


def fit(source: Floats, target: Floats) -> Floats:
    """Return the affine map, shape (3, 2), that brings points nearest to others (least squares)."""
    ones = np.ones((len(source), 1))
    return np.asarray(np.linalg.lstsq(np.hstack([source, ones]), target)[0], np.float64)


def _move(
    points: list[Position], map_: Floats, *, anchor: int | None = None
) -> list[Position] | None:
    """Map points; None when their middle, or the one that counts, leaves the picture."""
    moved = np.hstack([np.array(points), np.ones((len(points), 1))]) @ map_
    middle = moved.mean(axis=0) if anchor is None else moved[anchor]
    if not np.isfinite(moved).all() or (middle < 0).any() or (middle > 1).any():
        return None
    return [(float(x), float(y)) for x, y in np.clip(moved, 0, 1)]
