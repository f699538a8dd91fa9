"""The model sheet: one A3 page of a character, labelled and ready to pin on a wall."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps
from PIL.PngImagePlugin import PngInfo

from onmodel.identity.words import percent
from onmodel.variations.sheet_layout import Area, Heading, lay_out
from onmodel.variations.sheet_type import Pen

PAGE = (420.0, 297.0)  # A3 landscape, mm (ISO 216)
DPI = 300
SECTIONS = {"expression": "Expressions", "angle": "Angles", "lighting": "Lighting", "body": "Body"}
_FRAME, _MARGIN, _HEADER, _FOOTER = 8.0, 16.0, 34.0, 9.0
_INK, _GREY, _FAINT, _LINE, _PAPER, _EMPTY = (
    *("#161616", "#6a6a6a", "#9a9a9a", "#d2d2d2"),
    *("#ffffff", "#f1f1f1"),
)
_GOOD, _FAIR, _POOR = "#2c7a4b", "#b07d12", "#b03030"
_REASONS = {
    "no_face": "no face",
    "face_too_small": "face too small",
    "turned_away": "turned away",
    "covered": "face covered",
}


@dataclass(frozen=True, slots=True)
class SheetScore:
    """How much a picture is the character.

    ``p_same`` is the calibrated probability (0 to 1) that it is the same person, ``percentile``
    (0 to 100) where its likeness stands among real pictures of the character, ``reason`` why it
    could not be measured.
    """

    p_same: float | None = None
    percentile: float | None = None
    reason: str | None = None

    @property
    def text(self) -> str:
        """What stands under the picture, such as "97 % same · 74th percentile"."""
        if self.p_same is None:
            why = _REASONS.get(self.reason or "", (self.reason or "").replace("_", " "))
            return f"not measurable: {why}" if why else "not measurable"
        same = f"{percent(self.p_same)} same"
        return (
            same if self.percentile is None else f"{same} · {_ordinal(self.percentile)} percentile"
        )


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One variation. Without a ``picture`` (a file that OnModel made) ``note`` says why.

    ``terms`` names the licences that forbid selling the picture.
    """

    key: str
    picture: Path | bytes | None = None
    score: SheetScore | None = None
    preview: bool = False
    terms: tuple[str, ...] = ()
    starred: bool = False
    approved: bool = False
    note: str = "not made yet"

    @property
    def section(self) -> str:
        """The first part of the key: expression, angle, lighting, body."""
        return self.key.partition("/")[0]

    @property
    def label(self) -> str:
        """The last part of the key as words: ``half_left`` is "Half left"."""
        return self.key.rpartition("/")[2].replace("_", " ").strip().capitalize()


@dataclass(frozen=True, slots=True)
class SheetCharacter:
    """What the head of the sheet says. ``portrait`` is the base face."""

    name: str
    trigger_word: str
    project: str
    made_on: date
    description: str = ""
    portrait: Path | bytes | None = None
    facts: tuple[tuple[str, str], ...] = field(default=())


def compose(
    character: SheetCharacter, cells: Sequence[SheetCell], *, dpi: int = DPI
) -> Image.Image:
    """Return the page as an RGB image of 4961 x 3508 pixels (at 300 dpi).

    Cells stand in the order given, by section; known sections come first, in their usual order.
    A picture that cannot be read is shown as an empty place, and never stops the sheet.
    """
    return _Sheet(character, cells, dpi).draw()


def rights_of(cells: Sequence[SheetCell]) -> str:
    """Return a sentence about licences that forbid selling the sheet; empty without any."""
    names = sorted({name for cell in cells for name in cell.terms})
    return f"Not for commercial use: {'; '.join(names)}" if names else ""


def to_png(page: Image.Image, *, dpi: int = DPI, rights: str = "") -> bytes:
    """Return the page as PNG that knows its size on paper, and its rights (``Copyright``)."""
    output = BytesIO()
    words = PngInfo()
    if rights:
        words.add_itxt("Copyright", rights)
    page.save(output, "PNG", dpi=(dpi, dpi), compress_level=6, pnginfo=words)
    return output.getvalue()


def to_pdf(
    page: Image.Image, character: SheetCharacter, *, dpi: int = DPI, rights: str = ""
) -> bytes:
    """Return the page as a PDF of one A3 sheet, with its rights among its keywords."""
    output = BytesIO()
    made = character.made_on.timetuple()
    page.save(
        output,
        "PDF",
        resolution=dpi,
        quality=90,
        subsampling=0,
        title=f"{character.name}: model sheet",
        subject=character.project,
        keywords=rights or None,
        creator="OnModel",
        producer="OnModel",
        creationDate=made,
        modDate=made,
    )
    return output.getvalue()


class _Sheet:
    def __init__(self, character: SheetCharacter, cells: Sequence[SheetCell], dpi: int) -> None:
        self._character = character
        order = [*SECTIONS, *dict.fromkeys(c.section for c in cells if c.section not in SECTIONS)]
        self._cells = sorted(cells, key=lambda cell: order.index(cell.section))
        self._scale = dpi / 25.4
        size = (round(PAGE[0] * self._scale), round(PAGE[1] * self._scale))
        self._image = Image.new("RGB", size, _PAPER)
        self._draw = ImageDraw.Draw(self._image, "RGBA")
        self._pen = Pen(self._image, self._scale)

    def draw(self) -> Image.Image:
        self._frame()
        self._header()
        self._footer()
        top = _MARGIN + _HEADER
        area = Area(_MARGIN, top, PAGE[0] - 2 * _MARGIN, PAGE[1] - top - _FRAME - _FOOTER - 3.0)
        sections = [list(group) for _, group in groupby(self._cells, key=lambda c: c.section)]
        portrait = _load(self._character.portrait)
        layout = lay_out([len(group) for group in sections], area, hero=portrait is not None)
        if layout.hero and portrait is not None:
            self._picture(portrait, layout.hero, cover=True)
            self._pen.write("Base face", layout.hero.x, layout.hero.y + layout.hero.height + 4.2,
                            8.5, weight=600, colour=_INK)  # fmt: skip
        for heading in layout.headings:
            self._heading(heading, sections[heading.section])
        for cell, place in zip(self._cells, layout.cells, strict=True):
            self._cell(cell, place)
        return self._image

    def _frame(self) -> None:
        self._line(_FRAME, _FRAME, PAGE[0] - _FRAME, _FRAME)
        self._line(_FRAME, PAGE[1] - _FRAME, PAGE[0] - _FRAME, PAGE[1] - _FRAME)
        self._line(_FRAME, _FRAME, _FRAME, PAGE[1] - _FRAME)
        self._line(PAGE[0] - _FRAME, _FRAME, PAGE[0] - _FRAME, PAGE[1] - _FRAME)

    def _header(self) -> None:
        facts = (("Trigger word", self._character.trigger_word), *self._character.facts)
        facts_left = self._facts(facts)
        within = facts_left - _MARGIN - 10
        pen, name = self._pen, self._character.name
        size = pen.largest(name, 44, 700, within, 22)
        pen.write(name, _MARGIN - 0.6, _MARGIN + 13.5, size, weight=700, colour=_INK, within=within)
        for number, line in enumerate(
            pen.lines(self._character.description, 10, 400, min(within, 190), 2)
        ):
            pen.write(line, _MARGIN, _MARGIN + 21.5 + 4.8 * number, 10, colour=_GREY)

    def _facts(self, facts: Sequence[tuple[str, str]]) -> float:
        """Write the facts from the right, the first at the left; return where they begin."""
        x = PAGE[0] - _MARGIN
        for label, value in reversed(facts[:5]):
            width = min(
                max(self._pen.width(value, 13, 600), self._pen.width(label.upper(), 7, 600) * 1.1),
                70,
            )
            x -= width
            self._pen.spaced(label, x, _MARGIN + 4.6, 6.5, colour=_FAINT, weight=600)
            self._pen.write(
                value, x, _MARGIN + 11.4, 13, weight=600, colour=_INK, within=width + 0.5
            )
            x -= 11
        return x + 11

    def _footer(self) -> None:
        baseline = PAGE[1] - _FRAME - 4.0
        made = self._character.made_on
        day = f"{made.day} {made:%B} {made.year}"
        pen, right = self._pen, PAGE[0] - _MARGIN
        self._line(_MARGIN, baseline - 5.2, right, baseline - 5.2)
        pen.write(
            self._character.project, _MARGIN, baseline, 8.5, weight=600, colour=_INK, within=110
        )
        pen.write(f"Model sheet · {day}", right, baseline, 8.5, colour=_GREY, anchor="right")
        pen.write(
            "   ·   ".join(self._legend()),
            PAGE[0] / 2, baseline, 7.5, colour=_FAINT, anchor="middle",
        )  # fmt: skip

    def _legend(self) -> list[str]:
        """Explain the marks that this sheet uses, and no others."""
        legend: list[str] = []
        if any(cell.score and cell.score.p_same is not None for cell in self._cells):
            legend.append("% same: calibrated probability that this is the same person")
        if any(cell.score and cell.score.percentile is not None for cell in self._cells):
            legend.append("percentile: likeness among real pictures of the character")
        if any(cell.approved for cell in self._cells):
            legend.append("✓ approved")
        if any(cell.starred for cell in self._cells):
            legend.append("★ starred")
        if rights := rights_of(self._cells):
            legend.append(rights)
        return legend

    def _heading(self, heading: Heading, cells: Sequence[SheetCell]) -> None:
        section = cells[0].section
        title = SECTIONS.get(section, section.replace("_", " "))
        end = heading.x + heading.width
        if not heading.first:
            self._line(heading.x, heading.y + 1.2, end, heading.y + 1.2)
            self._pen.write(f"{title}, continued", heading.x, heading.y + 5.2, 7.5, colour=_FAINT)
            return
        self._line(heading.x, heading.y + 1.2, end, heading.y + 1.2, _INK)
        width = self._pen.spaced(title, heading.x, heading.y + 5.2, 7.5, colour=_INK, weight=700)
        made = sum(cell.picture is not None for cell in cells)
        count = str(made) if made == len(cells) else f"{made} of {len(cells)}"
        self._pen.write(count, heading.x + width + 1.6, heading.y + 5.2, 7.5, colour=_FAINT)

    def _cell(self, cell: SheetCell, place: Area) -> None:
        picture = _load(cell.picture)
        if picture is None:
            self._empty("picture unreadable" if cell.picture else cell.note, place)
        else:
            self._picture(picture, place, cover=False)
            marks = (("PREVIEW", cell.preview), ("NON-COMMERCIAL", cell.terms))
            if words := " · ".join(word for word, shown in marks if shown):
                self._pill(words, place)
        below = place.y + place.height
        marks = "  ".join(
            mark for mark, shown in (("✓", cell.approved), ("★", cell.starred)) if shown
        )
        taken = self._pen.write(
            marks, place.x + place.width, below + 4.2, 8.5, weight=600, colour=_INK, anchor="right"
        )
        self._pen.write(
            cell.label, place.x, below + 4.2, 8.5, weight=600, colour=_INK,
            within=place.width - taken - 1,
        )  # fmt: skip
        if cell.score and picture is not None:
            self._score(cell.score, place.x, below + 8.0, place.width)

    def _score(self, score: SheetScore, x: float, baseline: float, width: float) -> None:
        size = self._pen.largest(score.text, 7, 400, width - 2.8, 4.5)
        radius, middle = 0.75, baseline - 0.85
        box = self._box(x, middle - radius, x + 2 * radius, middle + radius)
        if score.p_same is None:
            self._draw.ellipse(box, outline=_GREY, width=max(1, round(0.2 * self._scale)))
        else:
            colour = _GOOD if score.p_same >= 0.9 else _FAIR if score.p_same >= 0.5 else _POOR
            self._draw.ellipse(box, fill=colour)
        self._pen.write(score.text, x + 2.6, baseline, size, colour=_GREY, within=width - 2.6)

    def _picture(self, picture: Image.Image, place: Area, *, cover: bool) -> None:
        box = self._box(place.x, place.y, place.x + place.width, place.y + place.height)
        size = (box[2] - box[0], box[3] - box[1])
        if cover:
            fitted = ImageOps.fit(picture, size, Image.Resampling.LANCZOS, centering=(0.5, 0.35))
        else:
            fitted = ImageOps.contain(picture, size, Image.Resampling.LANCZOS)
            self._draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=_EMPTY)
        left = box[0] + (size[0] - fitted.width) // 2
        self._image.paste(fitted, (left, box[1] + (size[1] - fitted.height) // 2))
        self._draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), outline=(0, 0, 0, 40))

    def _empty(self, note: str, place: Area) -> None:
        box = self._box(place.x, place.y, place.x + place.width, place.y + place.height)
        self._draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=_EMPTY, outline=_LINE)
        lines = self._pen.lines(note, 7.5, 400, place.width - 6, 3)
        first = place.y + place.height / 2 + 1 - (len(lines) - 1) * 1.8
        for number, line in enumerate(lines):
            self._pen.write(
                line, place.x + place.width / 2, first + 3.6 * number, 7.5,
                colour=_FAINT, anchor="middle",
            )  # fmt: skip

    def _pill(self, text: str, place: Area) -> None:
        width = self._pen.width(text, 5.5, 600) + 2.4
        x, y = place.x + 1.4, place.y + place.height - 4.6
        self._draw.rounded_rectangle(
            self._box(x, y, x + width, y + 3.2), 1.6 * self._scale, fill=(20, 20, 20, 190)
        )
        self._pen.write(text, x + 1.2, y + 2.32, 5.5, weight=600, colour=_PAPER)

    def _line(self, x0: float, y0: float, x1: float, y1: float, colour: str = _LINE) -> None:
        self._draw.line(self._box(x0, y0, x1, y1), colour, max(1, round(0.18 * self._scale)))

    def _box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[int, int, int, int]:
        scale = self._scale
        return round(x0 * scale), round(y0 * scale), round(x1 * scale), round(y1 * scale)


def _load(source: Path | bytes | None) -> Image.Image | None:
    if source is None:
        return None
    try:
        with Image.open(BytesIO(source) if isinstance(source, bytes) else source,
                        formats=("JPEG", "PNG", "WEBP")) as image:  # fmt: skip
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None


def _ordinal(value: float) -> str:
    number = max(1, min(99, round(value)))
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 11 <= number <= 13 else ending}"
