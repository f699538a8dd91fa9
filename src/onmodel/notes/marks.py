"""What is drawn on a picture: a point, a box, an arrow, a line by hand.

Positions are shares of the picture's width and height, 0 to 1 from its upper left corner, so that
they mean the same on a thumbnail and on the original.
"""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MOST_POINTS = 2000
# of the picture's width: a line of a few pixels, thinner than anybody draws
SIMPLER_BY = 0.0015

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Position = tuple[Share, Share]
Floats = NDArray[np.float64]


class _Mark(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PointMark(_Mark):
    kind: Literal["point"]
    at: Position


class BoxMark(_Mark):
    kind: Literal["box"]
    start: Position
    end: Position


class ArrowMark(_Mark):
    """From its tail to its tip."""

    kind: Literal["arrow"]
    start: Position
    end: Position


class FreehandMark(_Mark):
    kind: Literal["freehand"]
    points: Annotated[list[Position], Field(min_length=2, max_length=MOST_POINTS)]


Mark = Annotated[PointMark | BoxMark | ArrowMark | FreehandMark, Field(discriminator="kind")]

mark_adapter: TypeAdapter[Mark] = TypeAdapter(Mark)


def tidy(mark: Mark) -> Mark:
    """Return the mark without points that nobody would miss."""
    if isinstance(mark, FreehandMark):
        return FreehandMark(kind="freehand", points=simplify(mark.points, within=SIMPLER_BY))
    return mark


def simplify(points: list[Position], *, within: float) -> list[Position]:
    """Leave out points that lie nearer than ``within`` to the line without them.

    Source: Ramer 1972; Douglas and Peucker 1973. Works on a stack, so that a long line cannot
    exhaust Python's own. A zigzag takes as many passes as it has points, each over what is left of
    it: milliseconds of numpy, and still nothing for an event loop.
    """
    line = np.array(points, np.float64)
    kept = {0, len(points) - 1}
    open_ends = [(0, len(points) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        if last - first < 2:
            continue
        away = distances(line[first + 1 : last], line[first], line[last])
        farthest = int(away.argmax())
        if away[farthest] > within:
            middle = first + 1 + farthest
            kept.add(middle)
            open_ends += [(first, middle), (middle, last)]
    return [points[index] for index in sorted(kept)]


def distances(points: Floats, start: Floats, end: Floats) -> Floats:
    """Return how far points, shape (n, 2), are from the stretch between two others, shape (n,)."""
    along, to = end - start, points - start
    length = float(along @ along)
    share = np.zeros(len(points)) if length == 0 else np.clip(to @ along / length, 0, 1)
    return np.asarray(np.hypot(*(to - share[:, None] * along).T), np.float64)
