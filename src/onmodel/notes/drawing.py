"""A picture with its notes drawn on it, and what they say beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

from onmodel.notes.marks import ArrowMark, BoxMark, FreehandMark, Mark, PointMark, Position
from onmodel.variations.sheet_type import Pen, Weight

PICTURE_PX = 1400
LEGEND_PX = 760
MARGIN_PX = 48
DOTS_PER_MM = 7.0
# of one contribution, and of all beside one picture: who writes more is read in notes.txt
LONGEST_NOTE_LINES = 60
LONGEST_LEGEND_PX = 6_000
TALLEST_PX = 16_000
_REST = "see notes.txt in the ZIP"
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
    rows, height = legend(title, threads)
    height += MARGIN_PX
    page = Image.new("RGB", (width, max(height, shown.height + 2 * MARGIN_PX)), _PAPER)
    page.paste(shown, (MARGIN_PX, MARGIN_PX))
    pen, left = Pen(page, DOTS_PER_MM), (shown.width + 2 * MARGIN_PX) / DOTS_PER_MM
    for row in rows:
        at = (left + row.indent, row.y)
        pen.write(row.text, *at, row.points, weight=row.weight, colour=row.colour)
    return page


def add_to_pdf(document: BytesIO, page: Image.Image, title: str) -> None:
    """Put one more page at the end of a PDF, or begin one; so only one page is held at a time."""
    if document.tell() == 0:
        words = {"title": title, "creator": "OnModel", "producer": "OnModel"}
        page.save(document, "PDF", resolution=150, **words)
    else:
        page.save(document, "PDF", resolution=150, append=True)


def to_png(page: Image.Image) -> bytes:
    """Return one page as PNG."""
    output = BytesIO()
    page.save(output, "PNG", compress_level=6)
    return output.getvalue()


class Stack:
    """Pages below each other as one picture, as many as still make a picture."""

    def __init__(self) -> None:
        self._pages: list[Image.Image] = []

    @property
    def _height(self) -> int:
        return sum(one.height for one in self._pages)

    def add(self, page: Image.Image) -> bool:
        """Put a page below the others; False when that was the last for which there is room."""
        self._pages.append(page)
        return self._height < TALLEST_PX

    def whole(self, *, of: int) -> Image.Image:
        """Return them as one picture, which says how many ``of`` all were left out."""
        left_out = of - len(self._pages)
        width = max(one.width for one in self._pages)
        foot = 2 * MARGIN_PX if left_out else 0
        whole = Image.new("RGB", (width, self._height + foot), _PAPER)
        top = 0
        for page in self._pages:
            whole.paste(page, (0, top))
            top += page.height
        if left_out:
            words = f"{left_out} more pictures are in the PDF and in the ZIP."
            at = (MARGIN_PX / DOTS_PER_MM, (top + MARGIN_PX) / DOTS_PER_MM)
            Pen(whole, DOTS_PER_MM).write(words, *at, _BODY, weight=600, colour=_INK)
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


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the legend; lengths in millimetres."""

    text: str
    y: float
    indent: float
    points: float
    weight: Weight
    colour: str


def legend(title: str, threads: Sequence[Thread]) -> tuple[list[_Row], int]:
    """Return the lines beside a picture, and where they end, in pixels."""
    pen = Pen(Image.new("RGB", (1, 1)), DOTS_PER_MM)
    within, full = LEGEND_PX / DOTS_PER_MM, LONGEST_LEGEND_PX / DOTS_PER_MM
    rows: list[_Row] = []
    y = MARGIN_PX / DOTS_PER_MM + 5

    def write(text: str, points: float, *, bold: bool, colour: str, indent: float = 0) -> None:
        nonlocal y
        weight: Weight = 600 if bold else 400
        for line in _lines(pen, text, points, weight, within - indent):
            rows.append(_Row(line, y, indent, points, weight, colour))
            y += points * 25.4 / 72 * 1.4

    def stop(left: int, what: str, indent: float = 0) -> None:
        write(f"… {left} more {what}: {_REST}", _SMALL, bold=True, colour=_GREY, indent=indent)

    write(title, _TITLE, bold=True, colour=_INK)
    for number, thread in enumerate(threads):
        y += 3
        if y > full:
            stop(len(threads) - number, "notes")
            break
        head = f"{thread.number}  {thread.note.by}{'  (settled)' if thread.resolved else ''}"
        write(head, _SMALL, bold=True, colour=_GREY)
        write(thread.note.text, _BODY, bold=False, colour=_INK)
        for place, answer in enumerate(thread.answers):
            y += 1
            if y > full:
                stop(len(thread.answers) - place, "answers", 6)
                break
            write(answer.by, _SMALL, bold=True, colour=_GREY, indent=6)
            write(answer.text, _BODY, bold=False, colour=_INK, indent=6)
    return rows, round(y * DOTS_PER_MM)


def _lines(pen: Pen, text: str, points: float, weight: Weight, within: float) -> list[str]:
    """Break what somebody said into lines, at most ``LONGEST_NOTE_LINES`` and one about more."""
    lines: list[str] = []
    paragraphs = text.split("\n")
    for place, paragraph in enumerate(paragraphs):
        room = LONGEST_NOTE_LINES - len(lines)
        if room == 0:
            return [*lines, f"… {len(paragraphs) - place} more lines: {_REST}"]
        lines += pen.lines(paragraph, points, weight, within, room) or [""]
    return lines
