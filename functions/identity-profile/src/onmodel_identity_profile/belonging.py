"""Who belongs: the one face of each picture that is the character, and pictures that are not."""

from dataclasses import dataclass

import numpy as np
from onmodel_vision import phash
from onmodel_vision.arrays import Floats
from onmodel_vision.encoder import SAME_PERSON_BELOW, distance
from onmodel_vision.measure import FaceMeasure, PictureMeasure, normalised

ENOUGH_TO_DOUBT = 3
"""With fewer pictures nobody can say which of them is the stranger."""


@dataclass(frozen=True)
class Member:
    """One usable picture and the face in it that is taken for the character."""

    index: int
    picture: PictureMeasure
    face: FaceMeasure


@dataclass(frozen=True)
class Belonging:
    """Members make the template; `reasons` says for every other picture why it does not."""

    members: tuple[Member, ...]
    reasons: dict[int, str]
    duplicates: dict[int, int]


def decide(pictures: list[PictureMeasure]) -> Belonging:
    """Sort pictures into members and others: not judged, near copy, or a different person."""
    reasons: dict[int, str] = {}
    members: list[Member] = []
    duplicates: dict[int, int] = {}
    centre = _centre(pictures)
    for index, picture in enumerate(pictures):
        if picture.reason is not None or centre is None:
            reasons[index] = picture.reason or "no_face"
            continue
        twin = _twin(picture, members)
        if twin is not None:
            duplicates[index] = twin
            reasons[index] = "near_copy"
            continue
        face = min(picture.faces, key=lambda face: distance(face.embedding, centre))
        members.append(Member(index, picture, face))
    return _without_strangers(members, reasons, duplicates)


def _centre(pictures: list[PictureMeasure]) -> Floats | None:
    """Embedding of the main face that is nearest to all others: it is surely the character."""
    mains = [p.main.embedding for p in pictures if p.main is not None and p.reason is None]
    if not mains:
        return None
    stack = np.stack(mains)
    apart = np.linalg.norm(stack[:, None] - stack[None], axis=2)
    return stack[int(np.median(apart, axis=1).argmin())]


def _twin(picture: PictureMeasure, members: list[Member]) -> int | None:
    for member in members:
        if phash.distance(picture.phash, member.picture.phash) <= phash.NEAR_COPY_BITS:
            return member.index
    return None


def _without_strangers(
    members: list[Member], reasons: dict[int, str], duplicates: dict[int, int]
) -> Belonging:
    if len(members) < ENOUGH_TO_DOUBT:
        return Belonging(tuple(members), reasons, duplicates)
    kept: list[Member] = []
    for member in members:
        others = [distance(member.face.embedding, o.face.embedding) for o in members if o != member]
        if float(np.median(others)) > SAME_PERSON_BELOW:
            reasons[member.index] = "different_person"
        else:
            kept.append(member)
    return Belonging(tuple(kept), reasons, duplicates)


def template(members: tuple[Member, ...]) -> Floats:
    """(128,) mean of the embeddings at length one."""
    return np.mean([normalised(m.face.embedding) for m in members], axis=0).astype(np.float32)


def spread(members: tuple[Member, ...]) -> dict[str, object]:
    """How far the character's own pictures lie apart: what natural variation looks like."""
    raw = np.stack([member.face.embedding for member in members])
    unit = np.stack([normalised(member.face.embedding) for member in members])
    if len(members) == 1:
        return {"pairs": 0, "distance": None, "similarity": None, "leave_one_out": []}
    pairs = np.triu_indices(len(members), 1)
    distances = np.linalg.norm(raw[pairs[0]] - raw[pairs[1]], axis=1)
    similarities = (unit[pairs[0]] * unit[pairs[1]]).sum(axis=1)
    loo: list[dict[str, object]] = []
    for place, member in enumerate(members):
        rest = np.delete(unit, place, axis=0).mean(axis=0)
        loo.append(
            {
                "index": member.index,
                "similarity": round(float(unit[place] @ normalised(rest)), 4),
                "distance": round(
                    float(np.linalg.norm(raw[place] - np.delete(raw, place, axis=0).mean(axis=0))),
                    4,
                ),
            }
        )
    return {
        "pairs": len(distances),
        "distance": _statistics(distances),
        "similarity": _statistics(similarities),
        "leave_one_out": loo,
    }


def _statistics(values: np.ndarray) -> dict[str, float]:
    return {
        "mean": round(float(values.mean()), 4),
        "std": round(float(values.std()), 4),
        "min": round(float(values.min()), 4),
        "max": round(float(values.max()), 4),
    }
