"""Pictures of several windows side by side, for docs/walk.md; without a folder it takes none."""

import asyncio
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.async_api import Page

from tests.e2e import steps

WIDTH_PX = 1800
GAP_PX = 24
STRIP_PX = 96
NAME_PX = 40
QUALITY = 84
INTER = files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf"
GROUND, INK, FAINT = "#141414", "#ededed", "#b0b0b0"


@dataclass(frozen=True)
class Seat:
    """Somebody's window, and how the picture calls them."""

    page: Page
    name: str
    colour: str


class Camera:
    """Takes numbered frames of the same windows, left to right.

    Args:
        folder: where frames go as JPEG, 1800 pixels wide; None takes none.
    """

    def __init__(self, folder: Path | None, seats: list[Seat]) -> None:
        self._folder = folder
        self._seats = seats
        self._taken = 0

    async def take(self, name: str, caption: str) -> None:
        """Take one frame of all windows as they are at this moment."""
        self._taken += 1
        if self._folder is None:
            return
        for seat in self._seats:
            await steps.stand_still(seat.page)
        shots = await asyncio.gather(*(seat.page.screenshot() for seat in self._seats))
        names = [(seat.name, seat.colour) for seat in self._seats]
        frame = composed([Image.open(BytesIO(shot)) for shot in shots], names, caption)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._taken:02}-{name}.jpg"
        frame.save(path, quality=QUALITY, optimize=True, progressive=True)


def composed(shots: list[Image.Image], names: list[tuple[str, str]], caption: str) -> Image.Image:
    """Return windows side by side at one height, each under its name, above a caption."""
    room = WIDTH_PX - GAP_PX * (len(shots) + 1)
    height = round(room / sum(shot.width / shot.height for shot in shots))
    frame = Image.new("RGB", (WIDTH_PX, NAME_PX + GAP_PX + height + STRIP_PX), GROUND)
    draw = ImageDraw.Draw(frame)
    left = GAP_PX
    for shot, (name, colour) in zip(shots, names, strict=True):
        width = round(height * shot.width / shot.height)
        frame.paste(
            shot.convert("RGB").resize((width, height), Image.Resampling.LANCZOS),
            (left, NAME_PX + GAP_PX),
        )
        middle = GAP_PX // 2 + NAME_PX // 2
        draw.ellipse((left, middle - 8, left + 16, middle + 8), fill=colour)
        draw.text((left + 26, middle), name, FAINT, _font(22), anchor="lm")
        left += width + GAP_PX
    strip = NAME_PX + GAP_PX + height + STRIP_PX // 2
    draw.text((GAP_PX, strip), caption, INK, _font(30), anchor="lm")
    return frame


def _font(size_px: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(INTER), size_px)
    font.set_variation_by_axes([min(size_px, 32), 400])
    return font
