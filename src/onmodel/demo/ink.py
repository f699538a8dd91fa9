"""A small drawing board: smooth shapes with light on them.

Shapes are closed curves through a few points (Catmull-Rom), filled flat, then lit: a highlight
towards the lamp and a soft shadow away from it, both clipped to the shape. Everything is drawn
large and scaled down once at the end, which is the whole anti-aliasing.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, cos, floor, radians, sin

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

Point = tuple[float, float]
Colour = tuple[int, int, int]

# Drawing units: the board is 1000 x 1000, whatever the size of the picture.
BOARD = 1000.0
OVERSAMPLING = 2
LAMP: Point = (-0.55, -0.85)
SHADE: Colour = (38, 22, 54)
SHINE: Colour = (255, 250, 232)


@dataclass(frozen=True)
class Placement:
    """Where the pen's own coordinates lie on the board: turned and scaled about a pivot."""

    pivot: Point = (0.0, 0.0)
    shift: Point = (0.0, 0.0)
    degrees: float = 0.0
    scale: tuple[float, float] = (1.0, 1.0)

    def apply(self, point: Point) -> Point:
        x = (point[0] - self.pivot[0]) * self.scale[0]
        y = (point[1] - self.pivot[1]) * self.scale[1]
        c, s = cos(radians(self.degrees)), sin(radians(self.degrees))
        return (
            self.pivot[0] + c * x - s * y + self.shift[0],
            self.pivot[1] + s * x + c * y + self.shift[1],
        )


def curve(points: Sequence[Point], *, steps: int = 14, closed: bool = True) -> list[Point]:
    """Return a Catmull-Rom curve through `points` (uniform, tension 0.5)."""
    count = len(points)
    spans = count if closed else count - 1

    def at(index: int) -> Point:
        return points[index % count] if closed else points[max(0, min(count - 1, index))]

    result: list[Point] = []
    for index in range(spans):
        p0, p1, p2, p3 = (at(index + offset) for offset in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            result.append(
                (_span(p0[0], p1[0], p2[0], p3[0], t), _span(p0[1], p1[1], p2[1], p3[1], t))
            )
    if not closed:
        result.append(points[-1])
    return result


def _span(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3
    )


def ellipse(centre: Point, rx: float, ry: float, *, degrees: float = 0.0) -> list[Point]:
    """Return an ellipse as a closed polygon."""
    turn = Placement(pivot=centre, degrees=degrees)
    return [
        turn.apply((centre[0] + rx * cos(radians(a)), centre[1] + ry * sin(radians(a))))
        for a in range(0, 360, 5)
    ]


def rounded_box(left: float, top: float, right: float, bottom: float, radius: float) -> list[Point]:
    """Return a rectangle with round corners as a closed polygon."""
    corners = (
        (right - radius, top + radius, -90),
        (right - radius, bottom - radius, 0),
        (left + radius, bottom - radius, 90),
        (left + radius, top + radius, 180),
    )
    return [
        (x + radius * cos(radians(start + a)), y + radius * sin(radians(start + a)))
        for x, y, start in corners
        for a in range(0, 91, 9)
    ]


class Board:
    """A square picture being drawn, in units of 1000 x 1000."""

    def __init__(self, size: int, paper: Colour) -> None:
        self._size = size
        self._pixels = size * OVERSAMPLING
        self._image = Image.new("RGB", (self._pixels, self._pixels), paper)
        self._placements: list[Placement] = []

    @contextmanager
    def placed(self, placement: Placement) -> Generator[None]:
        """Draw what follows turned, scaled or shifted; placements nest."""
        self._placements.append(placement)
        try:
            yield
        finally:
            self._placements.pop()

    def shape(self, outline: Sequence[Point], colour: Colour, *, light: float = 1.0) -> None:
        """Fill a closed outline; `light` scales highlight and shadow, 0 leaves it flat."""
        mask, corner = self._mask(outline, margin=0.0)
        self._image.paste(colour, corner, mask)
        if light > 0:
            self._lit(mask, corner, light)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """Draw an open curve with round ends; width in board units."""
        path = [self._pixel(p) for p in curve(points, closed=False)]
        pen = ImageDraw.Draw(self._image)
        thick = self._scaled(width)
        pen.line(path, fill=colour, width=round(thick), joint="curve")
        for x, y in (path[0], path[-1]):
            pen.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=colour)

    def glow(
        self, outline: Sequence[Point], colour: Colour, *, blur: float, opacity: float
    ) -> None:
        """Lay a blurred shape over the picture: a cast shadow, a blush, a halo."""
        mask, corner = self._mask(outline, margin=3 * blur)
        mask = mask.filter(ImageFilter.GaussianBlur(self._scaled(blur)))
        self._image.paste(colour, corner, mask.point(lambda value: value * opacity))

    def finished(self) -> Image.Image:
        """Return the picture at its final size."""
        return self._image.resize((self._size, self._size), Image.Resampling.LANCZOS)

    def _lit(self, mask: Image.Image, corner: tuple[int, int], light: float) -> None:
        reach = self._scaled(26)
        # Room around the shape, so that the blur sees that nothing lies beyond its edge.
        room = round(2 * reach)
        wide = ImageOps.expand(mask, border=room)
        soft = wide.filter(ImageFilter.GaussianBlur(reach))
        dx, dy = round(LAMP[0] * reach), round(LAMP[1] * reach)
        inside = (room, room, room + mask.width, room + mask.height)
        for towards, ink, strength in ((1, SHADE, 0.34), (-1, SHINE, 0.26)):
            edge = ImageChops.invert(_moved(soft, towards * dx, towards * dy)).crop(inside)
            lit = ImageChops.multiply(edge, mask)
            self._image.paste(ink, corner, lit.point(lambda v, s=strength: v * s * light))

    def _mask(
        self, outline: Sequence[Point], *, margin: float
    ) -> tuple[Image.Image, tuple[int, int]]:
        """Return the outline's mask, just large enough, and where its corner lies (pixels)."""
        path = [self._pixel(p) for p in outline]
        room = self._scaled(margin) + 1
        left = max(0, floor(min(x for x, _ in path) - room))
        top = max(0, floor(min(y for _, y in path) - room))
        right = min(self._pixels, ceil(max(x for x, _ in path) + room))
        bottom = min(self._pixels, ceil(max(y for _, y in path) + room))
        mask = Image.new("L", (max(1, right - left), max(1, bottom - top)), 0)
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in path], fill=255)
        return mask, (left, top)

    def _pixel(self, point: Point) -> Point:
        for placement in reversed(self._placements):
            point = placement.apply(point)
        return (self._scaled(point[0]), self._scaled(point[1]))

    def _scaled(self, length: float) -> float:
        return length * self._pixels / BOARD


def _moved(mask: Image.Image, dx: int, dy: int) -> Image.Image:
    """Shift a mask without wrapping around."""
    return mask.transform(mask.size, Image.Transform.AFFINE, (1, 0, -dx, 0, 1, -dy))


def mirrored(points: Sequence[Point], axis: float = 500.0) -> list[Point]:
    """Return the points mirrored left to right about a vertical axis."""
    return [(2 * axis - x, y) for x, y in points]
