"""Gives the faces of a measured picture to the cast of a project."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from onmodel.identity import calibrations, measured, repository, vectors
from onmodel.identity.assignment import Group, assign
from onmodel.identity.calibration import ENCODER, Calibration
from onmodel.identity.openset import Candidate
from onmodel.identity.schemas import Route
from onmodel.identity.scoring import Vectors
from onmodel.kit.db.uow import UnitOfWork


@dataclass(frozen=True)
class Seen:
    """One face, or one figure, of a picture: where, what it looks like, or why it cannot say."""

    box: list[float]
    vector: Vectors | None
    reason: str | None


@dataclass(frozen=True)
class Casting:
    """Who is in a picture, as a check keeps it: distances, and ids instead of names."""

    route: Route | None
    reason: str | None
    faces: list[dict[str, Any]]
    missing: list[dict[str, Any]]


async def cast_picture(
    uow: UnitOfWork, project_id: UUID, picture: dict[str, Any], *, expected: Sequence[UUID] | None
) -> Casting:
    """Give every face of a picture to at most one of the cast.

    A picture without any face is compared as one figure with the characters that have no face
    either: a drawn character fills its picture alone.

    Args:
        picture: as ``identity-measure`` reports it.
        expected: who should be in it; None when nobody said.
    """
    in_force = await calibrations.in_force(uow)
    faces = [_face(face) for face in picture.get("faces") or []]
    if faces:
        return await _cast(uow, project_id, picture, faces, in_force[ENCODER].calibration, expected)
    for encoder, vector in vectors.of_figure(picture).items():
        if encoder in in_force:
            figure = Seen(_figure_box(picture), np.asarray(vector, np.float32), reason=None)
            calibration = in_force[encoder].calibration
            return await _cast(uow, project_id, picture, [figure], calibration, expected)
    absent = [_missing(id_, None, ENCODER) for id_ in expected or ()]
    return Casting(None, picture.get("reason") or "no_face", [], absent)


def _face(face: dict[str, Any]) -> Seen:
    reason = measured.reason_against(face)
    vector = vectors.of_face(face).get(ENCODER)
    able = reason is None and vector is not None
    return Seen(face["box"], np.asarray(vector, np.float32) if able else None, reason)


def _figure_box(picture: dict[str, Any]) -> list[float]:
    box = (picture.get("appearance") or {}).get("box")
    return list(box) if box else [0, 0, picture["width"], picture["height"]]


async def _cast(
    uow: UnitOfWork,
    project_id: UUID,
    picture: dict[str, Any],
    seen: list[Seen],
    calibration: Calibration,
    expected: Sequence[UUID] | None,
) -> Casting:
    samples = await repository.cast(uow, project_id, calibration.encoder)
    by_character: dict[UUID, list[Vectors]] = {}
    for sample in samples:
        by_character.setdefault(sample.character_id, []).append(sample.vector)
    cast = {id_: np.stack(own) for id_, own in by_character.items()}
    group = assign([one.vector for one in seen], cast, calibration, expected=list(expected or ()))
    reason = None if any(one.vector is not None for one in seen) else seen[0].reason
    return Casting(
        route=calibration.route,  # type: ignore[arg-type]  # one of the three, by its maker
        reason=reason or (None if cast else "no_references"),
        faces=[
            {
                "box": measured.share_of(one.box, picture),
                "reason": one.reason,
                "encoder": calibration.encoder,
                "character": _kept(got.character),
                "bleed": _kept(got.bleed),
            }
            for one, got in zip(seen, group.faces, strict=True)
        ],
        missing=[_missing(id_, _nearest(id_, group), calibration.encoder) for id_ in group.missing],
    )


def _kept(candidate: Candidate[UUID] | None) -> dict[str, Any] | None:
    if candidate is None:
        return None
    return {"character_id": str(candidate.key), "distance": candidate.distance}


def _nearest(id_: UUID, group: Group[UUID]) -> float | None:
    apart = [one.distance for got in group.faces for one in got.candidates if one.key == id_]
    return min(apart, default=None)


def _missing(id_: UUID, distance: float | None, encoder: str) -> dict[str, Any]:
    return {"character_id": str(id_), "distance": distance, "encoder": encoder}
