"""What a face does, as numbers that do not depend on its size or on where it looks.

All lengths are measured on the mesh with its pose taken away, in eye spans (the distance between
the outer corners of the eyes). The scales were set on portraits: 0 is a face at rest, 1 a clear
expression.
"""

from dataclasses import dataclass

import numpy as np

from onmodel_vision import landmarks as at
from onmodel_vision.arrays import Points


@dataclass(frozen=True)
class Expression:
    """Signed measures of an expression.

    mouth_open: gap between the lips in eye spans; 0 closed, 0.25 wide open.
    smile: -1 corners of the mouth down, 0 at rest, 1 clear smile; a grin reaches 2.
    brow: -1 lowered, 0 at rest, 1 raised.
    eyes_open: 0 closed, 1 open, above 1 wide.
    asymmetry: mean difference between the halves of the face in eye spans.
    """

    mouth_open: float
    smile: float
    brow: float
    eyes_open: float
    asymmetry: float

    @property
    def guess(self) -> str:
        """The standard expression that the measures resemble most; a hint, no verdict."""
        if self.eyes_open < 0.5:
            return "sleepy"
        if self.smile > 0.4:
            return "happy"
        if self.mouth_open > 0.1 and self.brow > 0.2:
            return "surprised"
        if self.smile < -0.35:
            return "sad"
        if self.brow < -0.6:
            return "angry"
        return "neutral"


def measure(points: Points) -> Expression:
    """Expression of an upright mesh, (468, 3) in eye spans, as `pose.upright` gives it."""
    corners = (points[at.MOUTH_LEFT, 1] + points[at.MOUTH_RIGHT, 1]) / 2
    middle = (points[at.LIP_INNER_TOP, 1] + points[at.LIP_INNER_BOTTOM, 1]) / 2
    width = _distance(points, at.MOUTH_LEFT, at.MOUTH_RIGHT)
    lift = 0.6 * (float(middle - corners) - 0.018) / 0.07 + 0.4 * (width - 0.585) / 0.14
    brow = _brow_height(points)
    return Expression(
        mouth_open=_distance(points, at.LIP_INNER_TOP, at.LIP_INNER_BOTTOM),
        smile=float(np.clip(lift, -2, 2)),
        brow=float(np.clip((brow - 0.182) / 0.05, -1, 1)),
        eyes_open=min(1.5, _eye_aspect(points) / 0.34),
        asymmetry=_asymmetry(points),
    )


def _distance(points: Points, first: int, second: int) -> float:
    return float(np.linalg.norm(points[first] - points[second]))


def _brow_height(points: Points) -> float:
    left = points[at.EYE_LEFT_TOP, 1] - points[105, 1]
    right = points[at.EYE_RIGHT_TOP, 1] - points[334, 1]
    return float(left + right) / 2


def _eye_aspect(points: Points) -> float:
    """Height of the eyes over their width (eye aspect ratio), mean of both."""
    left = _distance(points, at.EYE_LEFT_TOP, at.EYE_LEFT_BOTTOM) / _distance(
        points, at.EYE_LEFT_OUTER, at.EYE_LEFT_INNER
    )
    right = _distance(points, at.EYE_RIGHT_TOP, at.EYE_RIGHT_BOTTOM) / _distance(
        points, at.EYE_RIGHT_OUTER, at.EYE_RIGHT_INNER
    )
    return (left + right) / 2


def _asymmetry(points: Points) -> float:
    left, right = (
        points[[pair[0] for pair in at.MIRROR_PAIRS]],
        points[[pair[1] for pair in at.MIRROR_PAIRS]],
    )
    middle = (left[:, 0] + right[:, 0]).mean() / 2
    across = np.abs((left[:, 0] - middle) + (right[:, 0] - middle))
    return float((across + np.abs(left[:, 1] - right[:, 1])).mean() / 2)
