"""What is drawn on a picture: a point, a box, an arrow, a line by hand.

Positions are shares of the picture's width and height, 0 to 1 from its upper left corner, so that
they mean the same on a thumbnail and on the original.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MOST_POINTS = 2000
# of the picture's width: a line of a few pixels, thinner than anybody draws
SIMPLER_BY = 0.0015

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Position = tuple[Share, Share]


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
    exhaust Python's own.
    """
    kept = {0, len(points) - 1}
    open_ends = [(0, len(points) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        farthest, distance = first, within
        for index in range(first + 1, last):
            away = _distance(points[index], points[first], points[last])
            if away > distance:
                farthest, distance = index, away
        if farthest != first:
            kept.add(farthest)
            open_ends += [(first, farthest), (farthest, last)]
    return [points[index] for index in sorted(kept)]


def _distance(point: Position, start: Position, end: Position) -> float:
    """Return how far a point is from the stretch between two others."""
    along = (end[0] - start[0], end[1] - start[1])
    to = (point[0] - start[0], point[1] - start[1])
    length = along[0] ** 2 + along[1] ** 2
    share = (
        0.0 if length == 0 else max(0.0, min(1.0, (to[0] * along[0] + to[1] * along[1]) / length))
    )
    x, y = to[0] - share * along[0], to[1] - share * along[1]
    return float((x * x + y * y) ** 0.5)
