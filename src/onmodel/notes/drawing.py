"""A picture with its notes drawn on it, and what they say beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

from onmodel.notes.marks import ArrowMark, BoxMark, FreehandMark, Mark, PointMark, Position
from onmodel.variations.sheet_type import Pen

PICTURE_PX = 1400
LEGEND_PX = 760
MARGIN_PX = 48
DOTS_PER_MM = 7.0
LONGEST_NOTE_LINES = 60
_INK, _GREY, _PAPER = "#161616", "#6a6a6a", "#ffffff"
_BODY, _SMALL, _TITLE = 9.0, 7.5, 13.0


@dataclass(frozen=True, slots=True)
class Said:
    """One contribution to a thread; ``colour`` is the person's, ``#rrggbb``."""

    by: str
    colour: str
    text: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A note and the answers to it."""

    number: int
    note: Said
    answers: Sequence[Said]
    mark: Mark | None
    resolved: bool


def draw(picture: bytes, title: str, threads: Sequence[Thread]) -> Image.Image:
    """Return one page: the picture with numbered marks, and the threads beside it."""
    with Image.open(BytesIO(picture)) as opened:
        shown = opened.convert("RGB")
    shown.thumbnail((PICTURE_PX, PICTURE_PX), Image.Resampling.LANCZOS)
    for thread in threads:
        if thread.mark is not None:
            _mark(shown, thread.mark, thread.note.colour)
    for thread in threads:  # the numbers last, so that no line crosses them
        if thread.mark is not None:
            _number(shown, thread)
    width = shown.width + LEGEND_PX + 3 * MARGIN_PX
    height = _legend(None, 0, title, threads) + MARGIN_PX
    page = Image.new("RGB", (width, max(height, shown.height + 2 * MARGIN_PX)), _PAPER)
    page.paste(shown, (MARGIN_PX, MARGIN_PX))
    _legend(page, shown.width + 2 * MARGIN_PX, title, threads)
    return page


def to_pdf(pages: Sequence[Image.Image], title: str) -> bytes:
    """Return the pages as one PDF."""
    output = BytesIO()
    first, *others = pages
    first.save(
        output, "PDF", save_all=True, append_images=others, resolution=150, title=title,
        creator="OnModel", producer="OnModel",
    )  # fmt: skip
    return output.getvalue()


def to_png(page: Image.Image) -> bytes:
    """Return one page as PNG."""
    output = BytesIO()
    page.save(output, "PNG", compress_level=6)
    return output.getvalue()


def stack(pages: Sequence[Image.Image]) -> Image.Image:
    """Return the pages below each other as one picture."""
    whole = Image.new(
        "RGB", (max(one.width for one in pages), sum(one.height for one in pages)), _PAPER
    )
    top = 0
    for page in pages:
        whole.paste(page, (0, top))
        top += page.height
    return whole


def _mark(picture: Image.Image, mark: Mark, colour: str) -> None:
    pencil = ImageDraw.Draw(picture)
    thick = max(3, round(max(picture.size) / 300))

    def line(points: list[Position], *, closed: bool = False) -> None:
        at = [(x * picture.width, y * picture.height) for x, y in points]
        if closed:
            at.append(at[0])
        # a light rim, so that the line shows on any picture
        pencil.line(at, fill=_PAPER, width=thick + 4, joint="curve")
        pencil.line(at, fill=colour, width=thick, joint="curve")

    match mark:
        case PointMark():
            return
        case BoxMark():
            (x0, y0), (x1, y1) = mark.start, mark.end
            line([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], closed=True)
        case ArrowMark():
            line([mark.start, mark.end])
            for side in _head(mark, picture.width, picture.height, 6 * thick):
                line([side, mark.end])
        case FreehandMark():
            line(mark.points)


def _head(mark: ArrowMark, width: int, height: int, length: float) -> list[Position]:
    """Return the two ends of an arrow's head, in shares of the picture."""
    across = (mark.start[0] - mark.end[0]) * width
    down = (mark.start[1] - mark.end[1]) * height
    back = math.atan2(down, across)
    return [
        (
            mark.end[0] + math.cos(back + turn) * length / width,
            mark.end[1] + math.sin(back + turn) * length / height,
        )
        for turn in (-0.45, 0.45)
    ]


def _number(picture: Image.Image, thread: Thread) -> None:
    assert thread.mark is not None
    x, y = anchor(thread.mark)
    radius = max(14, round(max(picture.size) / 60))
    at = (x * picture.width, y * picture.height)
    box = (at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)
    ImageDraw.Draw(picture).ellipse(box, fill=thread.note.colour, outline=_PAPER, width=3)
    points = radius * 1.1 / DOTS_PER_MM * 72 / 25.4
    Pen(picture, DOTS_PER_MM).write(
        str(thread.number),
        at[0] / DOTS_PER_MM,
        (at[1] + radius * 0.4) / DOTS_PER_MM,
        points,
        weight=700,
        colour=_on(thread.note.colour),
        anchor="middle",
    )


def anchor(mark: Mark) -> Position:
    """Return where a mark's number stands: on the point, a corner, the arrow's tail, the start."""
    match mark:
        case PointMark():
            return mark.at
        case FreehandMark():
            return mark.points[0]
        case BoxMark():
            return (min(mark.start[0], mark.end[0]), min(mark.start[1], mark.end[1]))
        case ArrowMark():
            return mark.start


def _on(colour: str) -> str:
    """Return black or white, whichever is read better on the colour (WCAG's luminance, roughly)."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return _INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else _PAPER


def _legend(page: Image.Image | None, left: int, title: str, threads: Sequence[Thread]) -> int:
    """Write the threads and return where they end, in pixels; without a page only that."""
    pen = Pen(page or Image.new("RGB", (1, 1)), DOTS_PER_MM)
    within = LEGEND_PX / DOTS_PER_MM
    x, y = left / DOTS_PER_MM, MARGIN_PX / DOTS_PER_MM + 5

    def write(text: str, points: float, *, bold: bool, colour: str, indent: float) -> None:
        nonlocal y
        weight = 600 if bold else 400
        for paragraph in text.split("\n"):
            lines = pen.lines(paragraph, points, weight, within - indent, LONGEST_NOTE_LINES)
            for line in lines or [""]:
                if page is not None:
                    pen.write(line, x + indent, y, points, weight=weight, colour=colour)
                y += points * 25.4 / 72 * 1.4

    write(title, _TITLE, bold=True, colour=_INK, indent=0)
    for thread in threads:
        y += 3
        head = f"{thread.number}  {thread.note.by}{'  (settled)' if thread.resolved else ''}"
        write(head, _SMALL, bold=True, colour=_GREY, indent=0)
        write(thread.note.text, _BODY, bold=False, colour=_INK, indent=0)
        for answer in thread.answers:
            y += 1
            write(answer.by, _SMALL, bold=True, colour=_GREY, indent=6)
            write(answer.text, _BODY, bold=False, colour=_INK, indent=6)
    return round(y * DOTS_PER_MM)
