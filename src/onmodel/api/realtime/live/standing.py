"""What one socket shows of its person at a place, and which part of it is news."""

from dataclasses import dataclass, field
from uuid import UUID

from onmodel.api.realtime.live.errors import TooManyPointsError
from onmodel.api.realtime.live.schemas import LivePerson, LiveUpdate, Stroke, StrokeKind
from onmodel.notes.marks import MOST_POINTS, Position

# a ten-thousandth of a picture is less than a pixel of it on any screen
DIGITS = 4


@dataclass
class Drawing:
    """A mark that is being drawn, whole; the first ``told`` points are known to everybody."""

    id: str
    kind: StrokeKind
    points: list[Position]
    told: int = 0

    def go_on(self, stroke: Stroke) -> None:
        """Take the next piece; raises TooManyPointsError."""
        keep = min(stroke.keep, len(self.points))
        if keep + len(stroke.points) > MOST_POINTS:
            raise TooManyPointsError(f"A line may have {MOST_POINTS} points.")
        self.points[keep:] = [_rounded(point) for point in stroke.points]
        self.told = min(self.told, keep)

    def news(self) -> Stroke:
        """Return what is not told yet; from now on it is."""
        keep, self.told = self.told, len(self.points)
        return Stroke(id=self.id, kind=self.kind, keep=keep, points=self.points[keep:])


@dataclass
class Standing:
    """Where a person points, what they selected, what they draw."""

    client: str
    user_id: UUID
    at: Position | None = None
    on: UUID | None = None
    selected: UUID | None = None
    drawing: Drawing | None = None
    changed: set[str] = field(default_factory=set)

    def take(self, update: LiveUpdate) -> None:
        """Change what the update names; raises TooManyPointsError, and then changes nothing."""
        named = update.model_fields_set
        if "stroke" in named:
            self._draw(update.stroke)
        if "at" in named:
            self.at = None if update.at is None else _rounded(update.at)
            self.on = None if update.at is None else update.on
        if "selected" in named:
            self.selected = update.selected
        self.changed |= named - {"on"}

    def begin_anew(self) -> None:
        """Tell everything again: somebody came who knows nothing yet."""
        have = {"at": self.at, "selected": self.selected, "stroke": self.drawing}
        self.changed |= {name for name, value in have.items() if value is not None}
        if self.drawing is not None:
            self.drawing.told = 0

    def news(self) -> LivePerson | None:
        """Return what changed since the last time."""
        if not self.changed:
            return None
        stroke = self.drawing.news() if self.drawing and "stroke" in self.changed else None
        have: dict[str, object] = {"at": self.at, "selected": self.selected, "stroke": stroke}
        news = {name: have[name] for name in self.changed}
        if news.get("at") is not None and self.on is not None:
            news["on"] = self.on
        self.changed = set()
        return LivePerson.model_validate({"client": self.client, "user_id": self.user_id, **news})

    def _draw(self, stroke: Stroke | None) -> None:
        if stroke is None:
            self.drawing = None
            return
        known = self.drawing
        if known is None or (known.id, known.kind) != (stroke.id, stroke.kind):
            known = Drawing(stroke.id, stroke.kind, [])
        known.go_on(stroke)
        self.drawing = known


def _rounded(point: Position) -> Position:
    return round(point[0], DIGITS), round(point[1], DIGITS)
