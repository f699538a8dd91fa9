"""Typesetting of the model sheet: Inter, and Noto for scripts that Inter lacks.

Chinese, Japanese and Korean need the extra ``cjk``; without it their letters show as boxes.

Both come from pinned packages under the SIL Open Font License 1.1, so that a sheet looks the
same on every machine, whatever fonts it has.
"""

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

MM_PER_POINT = 25.4 / 72
Weight = Literal[400, 500, 600, 700]
_PROBE_PX = 24
_UNASSIGNED = "\uffff"  # no font has it: drawn as the font's box for missing characters
_INTER_OPTICAL_SIZES = (14, 32)  # the range of Inter's opsz axis, in points
_NOTO = (
    "NotoSans[wght].ttf",
    "NotoSansHebrew[wght].ttf",
    "NotoSansArabic[wght].ttf",
    "NotoSansDevanagari[wght].ttf",
    "NotoSansThai[wght].ttf",
    "NotoSansGeorgian[wght].ttf",
    "NotoSansArmenian[wght].ttf",
    "NotoSansBengali[wght].ttf",
    "NotoSansTamil[wght].ttf",
    "NotoSansTelugu[wght].ttf",
    "NotoSansEthiopic[wght].ttf",
    "NotoSansKhmer[wght].ttf",
    "NotoSansSymbols[wght].ttf",
    "NotoEmoji[wght].ttf",
)


@cache
def _font_files() -> tuple[Path, ...]:
    inter = Path(str(files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf"))
    noto = Path(str(files("manimgx_fonts")))
    found = (inter, *(noto / name for name in _NOTO))
    if find_spec("manimgx_fonts_cjk") is None:  # 33 MB, so an extra: onmodel[cjk]
        return found
    return (*found, Path(str(files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc")))


@lru_cache(maxsize=256)
def _font(index: int, size_px: int, points: float, weight: Weight) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(_font_files()[index], size_px)
    if index == 0:
        low, high = _INTER_OPTICAL_SIZES
        font.set_variation_by_axes([min(max(points, low), high), weight])
    else:
        font.set_variation_by_axes([weight])
    return font


@lru_cache(maxsize=4096)
def _font_index(character: str) -> int:
    """Return the first font that has this character; without any, the first shows its box."""
    for index in range(len(_font_files())):
        if _drawn(index, character) != _drawn(index, _UNASSIGNED):
            return index
    return 0


@lru_cache(maxsize=4096)
def _drawn(index: int, character: str) -> bytes:
    image = Image.new("L", (2 * _PROBE_PX, 2 * _PROBE_PX))
    font = _font(index, _PROBE_PX, 12, 400)
    ImageDraw.Draw(image).text((4, 4), character, 255, font)
    return image.tobytes()


class Pen:
    """Draws text on an image in millimetres and points."""

    def __init__(self, image: Image.Image, dots_per_mm: float) -> None:
        self._draw = ImageDraw.Draw(image)
        self._scale = dots_per_mm

    def width(self, text: str, points: float, weight: Weight = 400) -> float:
        """Return how wide the text is, in mm."""
        fonts = self._runs(text, points, weight)
        return sum(font.getlength(part) for part, font in fonts) / self._scale

    def write(
        self,
        text: str,
        x: float,
        baseline: float,
        points: float,
        *,
        weight: Weight = 400,
        colour: str,
        anchor: Literal["left", "middle", "right"] = "left",
        within: float | None = None,
    ) -> float:
        """Write one line and return its width in mm; what goes beyond ``within`` is cut with …."""
        if within is not None:
            text = self._shortened(text, points, weight, within)
        width = self.width(text, points, weight)
        start = x - {"left": 0.0, "middle": width / 2, "right": width}[anchor]
        at = start * self._scale
        for part, font in self._runs(text, points, weight):
            self._draw.text((at, baseline * self._scale), part, colour, font, anchor="ls")
            at += font.getlength(part)
        return width

    def spaced(
        self, text: str, x: float, baseline: float, points: float, *, colour: str, weight: Weight
    ) -> float:
        """Write a short heading in capitals set apart, as capitals want to be."""
        at = x
        for character in text.upper():
            at += self.write(character, at, baseline, points, weight=weight, colour=colour)
            at += points * MM_PER_POINT * 0.09
        return at - x

    def largest(
        self, text: str, points: float, weight: Weight, within: float, smallest: float
    ) -> float:
        """Return the size up to ``points`` at which the text fits, not below ``smallest``."""
        while points > smallest and self.width(text, points, weight) > within:
            points -= 0.25
        return max(points, smallest)

    def lines(
        self, text: str, points: float, weight: Weight, within: float, most: int
    ) -> list[str]:
        """Break a text into at most so many lines; the last one is cut with … where it must."""
        lines: list[str] = []
        words = text.split()
        while words and len(lines) < most:
            taken = len(words)
            if len(lines) < most - 1:
                low = 1
                while low < taken:  # halves: a text of two thousand words has as many beginnings
                    middle = (low + taken + 1) // 2
                    if self.width(" ".join(words[:middle]), points, weight) <= within:
                        low = middle
                    else:
                        taken = middle - 1
            lines.append(self._shortened(" ".join(words[:taken]), points, weight, within))
            words = words[taken:]
        return lines

    def _shortened(self, text: str, points: float, weight: Weight, within: float) -> str:
        if self.width(text, points, weight) <= within:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(text[:middle].rstrip() + "…", points, weight) <= within:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + "…"

    def _runs(
        self, text: str, points: float, weight: Weight
    ) -> list[tuple[str, ImageFont.FreeTypeFont]]:
        size_px = max(1, round(points * MM_PER_POINT * self._scale))
        text = "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text)
        indexes: list[int] = []
        for character in text:
            follows = indexes and unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}
            indexes.append(indexes[-1] if follows else _font_index(character))
        return [
            ("".join(character for character, _ in part), _font(index, size_px, points, weight))
            for index, part in groupby(zip(text, indexes, strict=True), key=itemgetter(1))
        ]
