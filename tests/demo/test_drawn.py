"""The drawn characters: the same code draws the same picture, and moods differ."""

from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageChops

from onmodel.demo import drawn
from onmodel.demo.mood import MOODS


async def test_every_character_is_drawn_in_at_least_five_moods(tmp_path: Path) -> None:
    pictures = await drawn.fetch(tmp_path, size=96)
    assert set(pictures) == {"pip", "otto", "wisp"}
    for paths in pictures.values():
        assert len(paths) >= 5
        assert {_size(path) for path in paths} == {(96, 96)}


async def test_a_drawing_that_exists_is_kept(tmp_path: Path) -> None:
    first = (await drawn.fetch(tmp_path, size=96))["pip"][0]
    first.write_bytes(b"retouched by an artist")
    again = (await drawn.fetch(tmp_path, size=96))["pip"][0]
    assert again.read_bytes() == b"retouched by an artist"


def test_drawing_is_deterministic() -> None:
    for drawing in drawn.DRAWINGS:
        one, other = (drawing.draw(MOODS["happy"], 96) for _ in range(2))
        assert ImageChops.difference(one, other).getbbox() is None


def test_moods_change_the_face_not_only_the_paper() -> None:
    neutral = MOODS["neutral"]
    for drawing in drawn.DRAWINGS:
        calm = drawing.draw(neutral, 96)
        for mood in drawing.moods[1:]:
            repainted = replace(MOODS[mood], paper=neutral.paper, halo=neutral.halo)
            changed = ImageChops.difference(calm, drawing.draw(repainted, 96)).getbbox()
            assert changed is not None, f"{drawing.name} looks the same when {mood}"


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size
