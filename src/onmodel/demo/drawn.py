"""Three drawn characters for the demo: Pip the fox, Otto the robot, Wisp the owl.

They are drawn by this code when the demo is fetched, so that no picture has to be shipped, and
they show how OnModel treats characters without a human face. Each comes in several moods, the way
an artist would draw a first turn-around.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from onmodel.demo import fox, owl, robot
from onmodel.demo.mood import MOODS, Mood

SIZE: Final = 768


@dataclass(frozen=True)
class Drawing:
    """One drawn character: the function that draws it in a mood, and the moods it is shown in."""

    name: str
    draw: Callable[[Mood, int], Image.Image]
    moods: tuple[str, ...]


DRAWINGS: Final = (
    Drawing("pip", fox.draw, ("neutral", "happy", "surprised", "sad", "angry", "sleepy")),
    Drawing("otto", robot.draw, ("neutral", "happy", "surprised", "sad", "suspicious")),
    Drawing("wisp", owl.draw, ("neutral", "happy", "surprised", "sleepy", "suspicious")),
)


async def fetch(
    home: Path, *, on_progress: Callable[[str], None] | None = None, size: int = SIZE
) -> dict[str, list[Path]]:
    """Draw every character that is not drawn yet into `home`/demo; return pictures by name."""
    pictures: dict[str, list[Path]] = {}
    for drawing in DRAWINGS:
        if on_progress:
            on_progress(f"Drawing {drawing.name.capitalize()}")
        pictures[drawing.name] = await asyncio.to_thread(
            _drawn, drawing, home / "demo" / drawing.name, size
        )
    return pictures


def _drawn(drawing: Drawing, folder: Path, size: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for number, mood in enumerate(drawing.moods, start=1):
        path = folder / f"{number:02}-{mood}.png"
        if not path.exists():
            partial = path.with_suffix(".partial")
            drawing.draw(MOODS[mood], size).save(partial, format="PNG")
            partial.replace(path)
        paths.append(path)
    return paths
