"""Reads what the function ``identity-measure`` reports."""

from typing import Any

from onmodel.dispatch.schemas import Outcome, StoredFile

FACE_FIELDS = (
    "box",
    "face_px",
    "yaw",
    "pitch",
    "roll",
    "sharpness",
    "angle",
    "expression",
)


def first_picture(outcome: Outcome) -> dict[str, Any] | None:
    """Return the measurement of the only picture of a call, or None when there is none.

    A file that the function could not open counts as none.
    """
    if outcome.outputs is None:
        return None
    pictures = outcome.outputs.values.get("report", {}).get("pictures") or []
    return pictures[0] if pictures and pictures[0]["reason"] != "unreadable" else None


def main_face(picture: dict[str, Any]) -> dict[str, Any] | None:
    """Return what people are told of the face that the picture is judged by."""
    faces = picture.get("faces") or []
    return {field: faces[0][field] for field in FACE_FIELDS} if faces else None


def crop(outcome: Outcome) -> StoredFile | None:
    """Return the crop of the main face that the judge looked at, if there was one."""
    if outcome.outputs is None:
        return None
    return next(
        (file for file in outcome.outputs.files if file.output.partition(".")[0] == "crops"), None
    )


# as the function decides it for the main face of a picture
SMALLEST_FACE_PX = 20
TURNED_AWAY_FROM = 60.0


def reason_against(face: dict[str, Any]) -> str | None:
    """Return why one face of a picture cannot be judged, None when it can."""
    if float(face["face_px"]) < SMALLEST_FACE_PX:
        return "face_too_small"
    if abs(float(face["yaw"])) >= TURNED_AWAY_FROM:
        return "turned_away"
    return "covered" if face.get("covered") else None


def share_of(box: list[float], picture: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return a box of pixels (x, y, width, height) in fractions of its picture, cut to it."""
    width, height = max(float(picture["width"]), 1), max(float(picture["height"]), 1)
    left, top = max(box[0] / width, 0.0), max(box[1] / height, 0.0)
    right, bottom = min((box[0] + box[2]) / width, 1.0), min((box[1] + box[3]) / height, 1.0)
    return (
        round(left, 5),
        round(top, 5),
        round(max(right - left, 0.0), 5),
        round(max(bottom - top, 0.0), 5),
    )
