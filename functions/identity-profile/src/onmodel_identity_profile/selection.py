"""The best picture for each angle and each expression."""

from onmodel_vision.measure import FaceMeasure

from onmodel_identity_profile.belonging import Member

SHARP, LARGE = 25.0, 300.0
"""Sharpness and face size in pixels beyond which more does not help."""


def usefulness(face: FaceMeasure) -> float:
    """0 to about 1: size, sharpness and light of a face."""
    size = min(face.face.pixels, LARGE) / LARGE
    sharp = min(face.quality.sharpness, SHARP) / SHARP
    light = 1 - min(1.0, abs(face.quality.brightness - 0.6) / 0.5)
    return 0.45 * size + 0.30 * sharp + 0.25 * light


def best(members: tuple[Member, ...]) -> dict[str, object]:
    """Index of the best picture overall, by angle and by expression."""
    angles: dict[str, Member] = {}
    expressions: dict[str, Member] = {}
    for member in members:
        _keep_better(angles, member.face.pose.angle, member)
        _keep_better(expressions, member.face.expression.guess, member)
    base = max(members, key=lambda member: (_as_base(member.face), -member.index))
    return {
        "base": base.index,
        "angle": {name: member.index for name, member in sorted(angles.items())},
        "expression": {name: member.index for name, member in sorted(expressions.items())},
    }


def _keep_better(table: dict[str, Member], name: str, member: Member) -> None:
    holder = table.get(name)
    if holder is None or usefulness(member.face) > usefulness(holder.face):
        table[name] = member


def _as_base(face: FaceMeasure) -> float:
    """A base face looks into the camera, calmly, with its mouth closed."""
    turned = (abs(face.pose.yaw) + abs(face.pose.pitch)) / 30
    busy = abs(face.expression.smile) * 0.5 + face.expression.mouth_open * 3
    return usefulness(face) - 0.5 * turned - 0.5 * busy
