"""From the wished key to numbers: what should move, turn and be lit, and how far."""

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from onmodel_puppet.rig import Rig

MAX_TURN = 12.0
SMILE_LIMIT = 2.0
"""A grin is not turned into the deepest frown: past this the cheeks give the trick away."""


UNDO_LIMIT = 1.0
GLOOMY = -0.2


@dataclass(frozen=True)
class Motion:
    """Strengths of the controls for (viewer's left, viewer's right) half of the face, and aims.

    `mouth` is the wished gap between the lips and `eyes` the wished opening relative to now;
    `turn` is yaw, pitch, roll in degrees; `gaze` in eye spans.
    """

    controls: dict[str, tuple[float, float]] = field(default_factory=dict)
    mouth: float | None = None
    eyes: float = 1.0
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gaze: tuple[float, float] = (0.0, 0.0)
    creases: dict[str, float] = field(default_factory=dict)


def load_expressions() -> dict[str, dict[str, Any]]:
    """Expression name -> its row of expressions.toml."""
    text = resources.files("onmodel_puppet").joinpath("expressions.toml").read_text("utf-8")
    return tomllib.loads(text)


def expression_motion(rig: Rig, row: dict[str, Any], *, side: float = 1.0) -> Motion:
    """Motion that brings this face to an expression.

    `side` -1 mirrors what is one-sided (a raised brow, a turned head): the seed decides it.
    """
    now, aim = rig.expression, row["aim"]
    share = _room_left(now.smile, aim.get("smile", now.smile))
    controls: dict[str, tuple[float, float]] = {
        name: (amount * share, amount * share) for name, amount in row.get("add", {}).items()
    }
    if "smile" in aim:
        _smile_by(controls, aim["smile"] - now.smile)
    if "brow" in aim:
        _brow_by(controls, aim["brow"] - now.brow)
    if "raise_one" in row:
        _raise_one(controls, row["raise_one"], side)
    yaw, pitch, roll = row.get("turn", (0, 0, 0))
    gaze = row.get("gaze", (0.0, 0.0))
    return Motion(
        controls=controls,
        mouth=aim.get("mouth"),
        eyes=aim["eyes"] / max(now.eyes_open, 0.3) if "eyes" in aim else 1.0,
        turn=(yaw * side, pitch, roll * side),
        gaze=(gaze[0] * side, gaze[1]),
        creases=dict(row.get("crease", {})),
    )


def _room_left(smile: float, aim: float) -> float:
    """Share of the other controls that remains when a wide smile has to be undone first.

    Both at full strength change a face so much that it stops being the same person's.
    """
    undone = max(0.0, smile) if aim < GLOOMY else 0.0
    return 1 - 0.35 * min(1.0, max(0.0, undone - 0.4))


def _smile_by(controls: dict[str, tuple[float, float]], change: float) -> None:
    change = max(-SMILE_LIMIT, min(SMILE_LIMIT, change))
    if change > 0:
        _add(controls, "smile", change)
        return
    # A smile is undone the way it came; only what lies below rest pulls the corners down.
    undo = min(-change, UNDO_LIMIT)
    _add(controls, "smile", -undo * 0.7)
    _add(controls, "frown", max(0.0, -change - undo) + 0.3 * undo)


def _brow_by(controls: dict[str, tuple[float, float]], change: float) -> None:
    change = max(-0.6, min(0.6, change))
    name = "brow_outer_up" if change > 0 else "brow_down"
    _add(controls, name, abs(change) * 0.5)


def _raise_one(controls: dict[str, tuple[float, float]], amount: float, side: float) -> None:
    """One brow up, the other stays down."""
    raised = 0 if side > 0 else 1
    for name, share in (("brow_outer_up", amount), ("brow_inner_up", amount * 0.35)):
        pair = [0.0, 0.0]
        pair[raised] = share
        controls[name] = (pair[0], pair[1])
    low = list(controls.get("brow_down", (0.0, 0.0)))
    low[raised] = 0.0
    controls["brow_down"] = (low[0], low[1])


def _add(controls: dict[str, tuple[float, float]], name: str, amount: float) -> None:
    left, right = controls.get(name, (0.0, 0.0))
    controls[name] = (left + amount, right + amount)
