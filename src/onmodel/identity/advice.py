"""Why a reference picture helps or hurts, in words: the reference doctor.

Looks at one picture among its siblings; every arrival is a reason to look at all of them
again, because who is the stranger in a set shows only when there is a set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import numpy as np

from onmodel.identity.calibration import DIFFERENT, DLIB, SAME, Calibration
from onmodel.identity.scoring import Vectors, distances
from onmodel.identity.words import percent

Verdict = Literal["helps", "neutral", "hurts"]
Finding = dict[str, str]

SMALL_FACE_PX = 64
GOOD_FACE_PX = 160
SOFT_SHARPNESS = 3.0
DARK, BRIGHT = 0.15, 0.92
NEAR_COPY_BITS = 6
UNSEEN_COPY_BITS = 0
NEAR_COPY_DISTANCE = 0.15
RIVAL_SHARE = 0.5

ANGLES = {
    "front": "the front",
    "half_left": "half left",
    "half_right": "half right",
    "side_left": "the left side",
    "side_right": "the right side",
}


@dataclass(frozen=True)
class Sighting:
    """One measured reference picture.

    Attributes:
        id: the reference.
        name: what people call it.
        picture: the measurement of the picture, as the function reports it.
        vector: embedding of its main face, or None.
    """

    id: UUID
    name: str
    picture: dict[str, Any]
    vector: Vectors | None

    @property
    def face(self) -> dict[str, Any] | None:
        faces = self.picture.get("faces") or []
        return faces[0] if faces else None


@dataclass(frozen=True)
class Advice:
    """What to tell about one picture."""

    verdict: Verdict
    findings: list[Finding]


def advise(
    subject: Sighting,
    siblings: Sequence[Sighting],
    strangers: Sequence[tuple[str, Vectors]] = (),
    calibration: Calibration = DLIB,
) -> Advice:
    """Judge one reference among the others of its character.

    Args:
        subject: the picture.
        siblings: the character's other measured pictures, oldest first.
        strangers: ``(name, vector)`` of other characters' references in the project.
        calibration: of the encoder that made the vectors; its route says whether faces or whole
            figures are compared.
    """
    if calibration.route != "photographic":
        findings = _figure(subject, siblings)
        findings += _identity(subject, siblings, strangers, calibration)
    else:
        findings = [*_face(subject, siblings), *_rivals(subject)]
        if subject.face is not None and subject.picture.get("reason") != "face_too_small":
            findings += _quality(subject.face)
            findings += _identity(subject, siblings, strangers, calibration)
            findings += _news(subject, siblings)
    findings += _copies(subject, siblings, calibration)
    return Advice(_verdict(findings), findings)


def _verdict(findings: list[Finding]) -> Verdict:
    tones = {finding["tone"] for finding in findings}
    if "bad" in tones:
        return "hurts"
    return "helps" if "good" in tones and "warn" not in tones else "neutral"


def _say(code: str, tone: str, text: str) -> Finding:
    return {"code": code, "tone": tone, "text": text}


def _face(subject: Sighting, siblings: Sequence[Sighting]) -> list[Finding]:
    reason = subject.picture.get("reason")
    if subject.face is None:
        with_face = sum(sibling.face is not None for sibling in siblings)
        if with_face * 2 > len(siblings):
            return [_say("no_face", "bad", "No face found, and the other pictures have one.")]
        return [
            _say(
                "no_face",
                "info",
                "No photographic face found. Good for a drawn or non-human character; identity "
                "cannot be measured by face.",
            )
        ]
    pixels = round(float(subject.face["face_px"]))
    if reason == "face_too_small":
        return [_say("face_too_small", "bad", f"The face is only {pixels} pixels wide.")]
    if pixels < SMALL_FACE_PX:
        return [
            _say("small_face", "warn", f"The face is small ({pixels} px); come closer or crop.")
        ]
    if pixels < GOOD_FACE_PX:
        return [_say("face_found", "info", f"Face found, {pixels} px.")]
    return [_say("face_found", "good", f"Face found, {pixels} px: plenty of detail.")]


def _figure(subject: Sighting, siblings: Sequence[Sighting]) -> list[Finding]:
    if subject.vector is not None:
        text = "The whole figure is compared, without the background."
        return [_say("figure_found", "info", text)]
    with_figure = sum(sibling.vector is not None for sibling in siblings)
    tone = "bad" if with_figure * 2 > len(siblings) else "warn"
    text = "No figure stands out from the background. Crop closer, or cut the background away."
    return [_say("no_figure", tone, text)]


def _rivals(subject: Sighting) -> list[Finding]:
    faces = subject.picture.get("faces") or []
    if len(faces) < 2:
        return []
    count = len(faces)
    if float(faces[1]["face_px"]) >= RIVAL_SHARE * float(faces[0]["face_px"]):
        return [
            _say(
                "several_faces",
                "bad",
                f"{count} faces of similar size: nobody can tell which is meant. Crop to one.",
            )
        ]
    return [_say("several_faces", "warn", f"{count} faces; the largest was taken.")]


def _quality(face: dict[str, Any]) -> list[Finding]:
    found: list[Finding] = []
    if float(face["sharpness"]) < SOFT_SHARPNESS:
        found.append(_say("soft", "warn", "The face is soft or out of focus."))
    brightness = float(face["brightness"])
    if brightness < DARK:
        found.append(_say("dark", "warn", "The face is very dark."))
    elif brightness > BRIGHT:
        found.append(_say("bright", "warn", "The face is burnt out."))
    if face.get("covered"):
        found.append(_say("covered", "warn", "Part of the face is covered or cut off."))
    return found


def _identity(
    subject: Sighting,
    siblings: Sequence[Sighting],
    strangers: Sequence[tuple[str, Vectors]],
    calibration: Calibration,
) -> list[Finding]:
    if subject.vector is None:
        return []
    own = [sibling.vector for sibling in siblings if sibling.vector is not None]
    found: list[Finding] = []
    p_same: float | None = None
    if own:
        # the median: one stranger among the siblings must not make the subject one
        apart = float(np.median(distances(subject.vector, np.stack(own), calibration.metric)))
        p_same = calibration.p_same(apart)
        found += _belongs(p_same, len(own), calibration)
    if p_same is None or p_same < SAME:
        found += _resembles(subject.vector, strangers, calibration)
    return found


def _belongs(p_same: float, others: int, calibration: Calibration) -> list[Finding]:
    likely = percent(p_same)
    who = "person" if calibration.route == "photographic" else "character"
    if p_same >= SAME:
        return [_say(f"same_{who}", "good", f"The same {who} as the others ({likely}).")]
    if p_same > DIFFERENT:
        text = f"Perhaps somebody else: only {likely} the same {who}."
        return [_say(f"unsure_{who}", "warn", text)]
    if others == 1:
        plural = "people" if who == "person" else "characters"
        text = (
            f"This and the other picture show different {plural}; one more will tell whose set "
            "this is."
        )
        return [_say("differs_from_other", "warn", text)]
    text = f"This looks like somebody else ({likely} the same {who} as the others)."
    return [_say("somebody_else", "bad", text)]


def _resembles(
    vector: Vectors, strangers: Sequence[tuple[str, Vectors]], calibration: Calibration
) -> list[Finding]:
    if not strangers:
        return []
    apart = distances(vector, np.stack([stranger for _, stranger in strangers]), calibration.metric)
    nearest = int(apart.argmin())
    if calibration.p_same(float(apart[nearest])) < SAME:
        return []
    return [_say("resembles", "info", f"It looks like {strangers[nearest][0]}.")]


def _news(subject: Sighting, siblings: Sequence[Sighting]) -> list[Finding]:
    face = subject.face
    assert face is not None
    # only those that came before: the first of its kind brought the news
    before = [
        sibling.face for sibling in siblings if sibling.face is not None and sibling.id < subject.id
    ]
    news: list[str] = []
    if face["angle"] not in {sibling["angle"] for sibling in before}:
        news.append(f"the view from {ANGLES.get(face['angle'], face['angle'])}")
    if face["expression"] not in {sibling["expression"] for sibling in before}:
        news.append(f"a {face['expression']} expression")
    if not news:
        return []
    return [_say("adds", "good", f"Adds {' and '.join(news)} to the set.")]


def _copies(
    subject: Sighting, siblings: Sequence[Sighting], calibration: Calibration
) -> list[Finding]:
    for sibling in siblings:
        if sibling.id < subject.id and _is_near_copy(subject, sibling, calibration):
            text = f"Nearly the same picture as {sibling.name}: it adds nothing new."
            return [_say("near_duplicate", "bad", text)]
    return []


def _is_near_copy(one: Sighting, other: Sighting, calibration: Calibration) -> bool:
    bits = (int(one.picture["phash"], 16) ^ int(other.picture["phash"], 16)).bit_count()
    if one.vector is None or other.vector is None:
        # drawings on one ground look alike to a hash of the whole picture
        return one.vector is other.vector and bits <= UNSEEN_COPY_BITS
    if bits > NEAR_COPY_BITS:
        return False
    within = min(NEAR_COPY_DISTANCE, calibration.copy_distance)
    return float(distances(one.vector, other.vector[None], calibration.metric)[0]) < within
