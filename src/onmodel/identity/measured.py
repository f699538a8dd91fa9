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
