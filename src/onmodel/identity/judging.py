"""By which route, encoder and calibration a character is judged, and what that says.

``auto`` looks at the references: where at least half of those that count show a measurable
face, faces are compared; otherwise the whole figure, with the background left out, by the
encoder for illustrations where every reference was seen by one, else by appearance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np

from onmodel.characters.models import Character
from onmodel.identity import calibrations, repository, vectors
from onmodel.identity.calibration import ENCODER
from onmodel.identity.calibrations import InForce
from onmodel.identity.catalogue import KNOWN
from onmodel.identity.schemas import Route
from onmodel.identity.scoring import Score, Vectors, distances, score
from onmodel.kit.db.uow import UnitOfWork

PHOTOGRAPHIC: Route = "photographic"


@dataclass(frozen=True)
class Against:
    """What a picture is judged against where that is not the character as it is now.

    Attributes:
        version: number of the version of the character.
        reference_ids: its references, removed ones too.
        route: ``auto`` or a route, as it was chosen then.
    """

    version: int
    reference_ids: Sequence[UUID]
    route: str


@dataclass(frozen=True)
class Judge:
    """Who judges a character: a route, an encoder of it, and the calibration in force."""

    route: Route
    encoder: str
    in_force: InForce
    against: Against | None = None


@dataclass(frozen=True)
class Judgement:
    """What a judge said of one picture.

    Attributes:
        judge: who, and against what.
        score: the numbers.
        variance: of the distances to the references, which the interval rests on.
        nearest_reference_id: the reference that it is nearest to.
        nearest_distance: how near that is.
    """

    judge: Judge
    score: Score
    variance: float
    nearest_reference_id: UUID
    nearest_distance: float

    def to_json(self) -> dict[str, Any]:
        """Return what a picture keeps beside its numbers, so that they can be made anew."""
        return {
            "encoder": self.judge.encoder,
            "route": self.judge.route,
            "calibration_version": self.judge.in_force.version,
            "basis": self.judge.in_force.calibration.basis,
            "references": self.score.references,
            "distance": self.score.distance,
            "variance": self.variance,
            "p_low": self.score.p_low,
            "p_high": self.score.p_high,
            "nearest_reference_id": str(self.nearest_reference_id),
            "nearest_distance": self.nearest_distance,
            "version": self.judge.against.version if self.judge.against else None,
        }


async def judge_of(uow: UnitOfWork, character: Character, against: Against | None = None) -> Judge:
    """Return who judges a character now, or who judges against an earlier state of it."""
    among = against.reference_ids if against else None
    route = against.route if against else character.identity_route
    seen = await repository.encoders_of_references(uow, character.id, among=among)
    return replace(choose(route, seen, await calibrations.in_force(uow)), against=against)


def choose(wished: str, seen: Mapping[UUID, set[str]], in_force: Mapping[str, InForce]) -> Judge:
    """Return the judge for a character.

    Args:
        wished: ``auto`` or a route.
        seen: by which encoders each reference that counts was seen.
        in_force: calibrations by encoder; the default one is always among them.
    """
    by_route: dict[Route, str] = {}
    for route in ("photographic", "illustrated", "appearance"):
        able = [name for name, one in in_force.items() if one.calibration.route == route]
        if able:
            by_route[route] = max(able, key=lambda name: (_seen_by(name, seen), _is_default(name)))
    route = _route(wished, seen, by_route)
    encoder = by_route.get(route, ENCODER)
    return Judge(route if route in by_route else PHOTOGRAPHIC, encoder, in_force[encoder])


def _seen_by(encoder: str, seen: Mapping[UUID, set[str]]) -> int:
    return sum(encoder in names for names in seen.values())


def _is_default(encoder: str) -> bool:
    return encoder in KNOWN and KNOWN[encoder].default


def _route(wished: str, seen: Mapping[UUID, set[str]], by_route: Mapping[Route, str]) -> Route:
    for route in by_route:
        if route == wished:
            return route
    counts = {route: _seen_by(encoder, seen) for route, encoder in by_route.items()}
    if 2 * counts.get(PHOTOGRAPHIC, 0) >= len(seen):
        return PHOTOGRAPHIC
    if counts.get("illustrated", 0) == len(seen):
        return "illustrated"
    return "appearance" if counts.get("appearance") else PHOTOGRAPHIC


def vector_in(picture: Mapping[str, Any], judge: Judge) -> list[float] | None:
    """Return what the judge looks at in a freshly measured picture, or None."""
    faces = picture.get("faces") or []
    if judge.route == PHOTOGRAPHIC:
        return vectors.of_face(faces[0]).get(judge.encoder) if faces else None
    return vectors.of_figure(picture).get(judge.encoder)


def reason_against(picture: Mapping[str, Any], judge: Judge) -> str | None:
    """Return why the judge cannot measure a picture, None when it can.

    Only faces can be too small, turned away or covered; a figure is there or is not.
    """
    reason = picture.get("reason")
    if judge.route == PHOTOGRAPHIC or reason == "unreadable":
        return reason
    return None


async def judge_vector(
    uow: UnitOfWork, character_id: UUID, judge: Judge, vector: Vectors
) -> Judgement | None:
    """Return what a judge says of a vector, shape (d,); None while there are no references."""
    among = judge.against.reference_ids if judge.against else None
    samples = await repository.reference_vectors(uow, character_id, judge.encoder, among=among)
    if not samples:
        return None
    references = np.stack([sample.vector for sample in samples])
    calibration = judge.in_force.calibration
    result = score(vector, references, calibration)
    apart = distances(vector, references, calibration.metric)
    return Judgement(
        judge=judge,
        score=result,
        variance=float(apart.var()),
        nearest_reference_id=samples[result.nearest].reference_id,
        nearest_distance=float(apart[result.nearest]),
    )
