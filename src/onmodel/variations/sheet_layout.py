"""Where things stand on the model sheet: pure arithmetic, all lengths in millimetres."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

GAP = 4.0
WIDEST_GAP = 24.0  # rows reach the right margin, but a few pictures do not drift apart
LABEL_HEIGHT = 10.0  # label and score under a picture
HEADING_HEIGHT = 8.0
LARGEST_CELL = 64.0
MOST_COLUMNS = 16
HERO_SPAN = 2  # the base face is two cells wide and high
_FEWEST_TOGETHER = 3  # a section starts on a row only if so many of its cells fit there


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on the page."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's title above its pictures; ``first`` is false where it goes on in a lower row."""

    section: int
    x: float
    y: float
    width: float
    first: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Places of the base face, the headings and every cell, section by section, in order."""

    hero: Area | None
    headings: tuple[Heading, ...]
    cells: tuple[Area, ...]
    cell: float


@dataclass(frozen=True, slots=True)
class _Slot:
    section: int
    row: int
    column: int


def lay_out(sections: Sequence[int], area: Area, *, hero: bool) -> Layout:
    """Place sections of so many cells each in the area, with cells as large as they can be.

    Every number of columns is tried. Sections that break into rows count against one, and
    rows of a single cell count more.
    """
    tried = [_measure(sections, area, columns, hero=hero) for columns in range(3, MOST_COLUMNS + 1)]
    return max(tried, key=lambda pair: pair[0])[1]


def _measure(
    sections: Sequence[int], area: Area, columns: int, *, hero: bool
) -> tuple[float, Layout]:
    slots = _flow(sections, columns, hero=hero)
    rows = max((slot.row for slot in slots), default=0) + 1
    rows = max(rows, HERO_SPAN) if hero else rows
    starts = _starting_rows(slots)
    fixed = rows * LABEL_HEIGHT + (rows - 1) * GAP + len(starts) * HEADING_HEIGHT
    across = (area.width - (columns - 1) * GAP) / columns
    cell = min(across, (area.height - fixed) / rows, LARGEST_CELL)
    tops = _tops(rows, starts, cell, area.y)
    layout = _place(slots, tops, cell, area, columns, hero=hero)
    return cell * (1 - 0.03 * _breaks(slots)), layout


def _flow(sections: Sequence[int], columns: int, *, hero: bool) -> list[_Slot]:
    def first(row: int) -> int:
        return HERO_SPAN if hero and row < HERO_SPAN else 0

    slots: list[_Slot] = []
    row, column = 0, first(0)
    for section, count in enumerate(sections):
        left = columns - column
        if column > first(row) and left < min(count, _FEWEST_TOGETHER):
            row, column = row + 1, first(row + 1)
        for _ in range(count):
            if column >= columns:
                row, column = row + 1, first(row + 1)
            slots.append(_Slot(section, row, column))
            column += 1
    return slots


def _starting_rows(slots: Sequence[_Slot]) -> set[int]:
    first: dict[int, int] = {}
    for slot in slots:
        first.setdefault(slot.section, slot.row)
    return set(first.values())


def _breaks(slots: Sequence[_Slot]) -> int:
    """Count the rows in which sections go on, those of a single cell twice."""
    breaks = 0
    for section in {slot.section for slot in slots}:
        rows = [slot.row for slot in slots if slot.section == section]
        breaks += len(set(rows)) - 1
        breaks += rows.count(rows[-1]) == 1 and len(rows) > 1
    return breaks


def _tops(rows: int, starts: set[int], cell: float, y: float) -> list[float]:
    tops: list[float] = []
    for row in range(rows):
        y += HEADING_HEIGHT if row in starts else 0
        tops.append(y)
        y += cell + LABEL_HEIGHT + GAP
    return tops


def _place(
    slots: Sequence[_Slot], tops: list[float], cell: float, area: Area, columns: int, *, hero: bool
) -> Layout:
    gap = min((area.width - columns * cell) / max(columns - 1, 1), WIDEST_GAP)
    step = cell + gap
    cells = [Area(area.x + slot.column * step, tops[slot.row], cell, cell) for slot in slots]
    face = None
    if hero:
        height = tops[HERO_SPAN - 1] + cell - tops[0]
        face = Area(area.x, tops[0], HERO_SPAN * cell + gap, height)
    return Layout(face, _headings(slots, cells), tuple(cells), cell)


def _headings(slots: Sequence[_Slot], cells: Sequence[Area]) -> tuple[Heading, ...]:
    """Head every section, and again where it goes on in a row in which another one starts."""
    seen: set[int] = set()
    starting = _starting_rows(slots)
    headings: dict[tuple[int, int], Heading] = {}
    for slot, place in zip(slots, cells, strict=True):
        key = (slot.section, slot.row)
        if key in headings:
            known = headings[key]
            headings[key] = replace(known, width=place.x + place.width - known.x)
        elif slot.row in starting:
            top = place.y - HEADING_HEIGHT
            first = slot.section not in seen
            headings[key] = Heading(slot.section, place.x, top, place.width, first)
        seen.add(slot.section)
    return tuple(headings.values())
