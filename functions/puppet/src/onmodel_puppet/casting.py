"""Casting: which of the character's pictures plays the wished key best."""

from dataclasses import dataclass

from onmodel_function import InvalidInput
from onmodel_vision import expression, pose, quality
from onmodel_vision.arrays import Image
from onmodel_vision.expression import Expression
from onmodel_vision.faces import Face
from onmodel_vision.pose import Pose

from onmodel_puppet import canvas
from onmodel_puppet.keys import Key

LEAST_FACE = 64
"""Smaller side of the face in pixels; below it a preview would be a blur."""

MOST_YAW, MOST_PITCH = 28.0, 28.0
"""A photograph turned further has one half of the face hidden: nothing good can be moved."""

OPEN_EYES_WANTED = 0.55
FIRST_BONUS = 0.35
"""The caller's own choice wins unless another picture is clearly better."""


@dataclass(frozen=True)
class Candidate:
    """One picture with its main face."""

    face: Face
    pose: Pose
    expression: Expression
    covered: bool
    bust_missing: float
    """Fraction of a bust that this picture does not show."""


@dataclass(frozen=True)
class Rejected:
    """One picture that cannot be used, with code and sentence."""

    code: str
    reason: str


def examine(image: Image, faces: list[Face]) -> Candidate | Rejected:
    """Decide whether a picture can be moved at all."""
    if not faces:
        return Rejected(
            "no_face",
            "No human face was found in this picture. The CPU preview moves photographs of faces; "
            "drawings, animals and objects need a GPU worker.",
        )
    face = faces[0]
    if face.pixels < LEAST_FACE:
        return Rejected(
            "face_too_small",
            f"The face is only {face.pixels:.0f} pixels wide; at least {LEAST_FACE} are needed. "
            "Add a closer picture.",
        )
    head = pose.estimate(face.mesh)
    if abs(head.yaw) > MOST_YAW or abs(head.pitch) > MOST_PITCH:
        return Rejected(
            "cannot_do",
            f"The head is turned by {abs(head.yaw):.0f} degrees to the side, too far to be moved. "
            "Add a picture that looks towards the camera.",
        )
    covered = quality.measure(image, face.mesh).covered
    if "outside_picture" in covered:
        return Rejected(
            "cannot_do",
            "A large part of the face lies outside this picture. Add one that shows all of it.",
        )
    measured = expression.measure(pose.upright(face.mesh, head))
    bust_missing = canvas.missing(image, face.mesh, framing="bust")
    return Candidate(face, head, measured, bool(covered), bust_missing)


def choose(examined: list[Candidate | Rejected], key: Key) -> tuple[int, Candidate]:
    """The candidate that has to be changed least for this key, and its place in the list.

    Raises:
        InvalidInput: no picture can be used; the code and sentence are those of the first.
    """
    usable = [(place, one) for place, one in enumerate(examined) if isinstance(one, Candidate)]
    if usable:
        return max(usable, key=lambda pair: (_fitness(*pair, key), -pair[0]))
    first = next(one for one in examined if isinstance(one, Rejected))
    raise InvalidInput(first.code, first.reason, field="reference")


def _fitness(place: int, one: Candidate, key: Key) -> float:
    score = FIRST_BONUS if place == 0 else 0.0
    score += min(one.face.pixels, 400.0) / 400
    score -= 1.0 if one.covered else 0.0
    if one.expression.eyes_open < OPEN_EYES_WANTED:
        score -= 0.6
    if key.section == "angle" and key.name != "front":
        wanted = -20.0 if key.name == "half_left" else 20.0
        busy = 0.3 * abs(one.expression.smile) + one.expression.mouth_open
        return score - abs(one.pose.yaw - wanted) / 15 - busy
    if key.section == "body":
        score -= 4.0 * one.bust_missing
    score -= abs(one.pose.yaw) / 20 + abs(one.pose.pitch) / 40
    if key.section == "expression" and key.name in ("happy", "excited"):
        return score + min(one.expression.smile, 1.0)
    # A closed mouth can be opened and a calm one moved; a grin undone is the hardest.
    return score - 1.2 * max(0.0, one.expression.smile) - 3.0 * one.expression.mouth_open
