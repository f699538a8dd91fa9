"""The model sheet: one page, everything labelled, nothing on top of anything else."""

import re
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from onmodel.variations.sheet import (
    PAGE,
    SheetCell,
    SheetCharacter,
    SheetScore,
    compose,
    to_pdf,
    to_png,
)
from onmodel.variations.sheet_layout import HEADING_HEIGHT, LABEL_HEIGHT, Area, lay_out
from onmodel.variations.sheet_type import MM_PER_POINT, Pen

RED = (200, 30, 40)
SCREEN_DPI = 60  # enough to see where things are; printing needs 300
CHARACTER = SheetCharacter(
    name="Ada Lovelace",
    trigger_word="ada_l",
    project="The Engine",
    made_on=date(2026, 11, 22),
    description="A mathematician who sees further than the machine in front of her.",
    facts=(("Tier", "Standard"), ("References", "12")),
)
STANDARD_SET = (
    [f"expression/{n}" for n in ("neutral", "angry", "happy", "surprised", "sleepy", "suspicious",
                                 "excited", "scarred", "sad", "fearful", "disgusted")]
    + [f"angle/{n}" for n in ("front", "side_left", "side_right", "half_left", "half_right")]
    + [f"lighting/{n}" for n in ("studio", "sunny", "evening", "night", "office", "dim_warm",
                                 "rembrandt", "noir", "backlit")]
    + [f"body/{n}" for n in ("bust", "upper_body", "full_standing", "full_walking", "full_sitting")]
)  # fmt: skip


def _picture(colour: tuple[int, int, int] = RED, size: tuple[int, int] = (96, 96)) -> bytes:
    output = BytesIO()
    Image.new("RGB", size, colour).save(output, "PNG")
    return output.getvalue()


def _share(page: Image.Image, colour: tuple[int, int, int]) -> float:
    """Return how much of the page has this colour."""
    counted = page.getcolors(page.width * page.height)
    assert counted is not None
    return sum(count for count, found in counted if found == colour) / (page.width * page.height)


class TestScore:
    @pytest.mark.parametrize(
        ("score", "text"),
        [
            (SheetScore(0.97, 74), "97 % same · 74th percentile"),
            (SheetScore(0.31, 1), "31 % same · 1st percentile"),
            (SheetScore(0.9999, 92.4), ">99 % same · 92nd percentile"),
            (SheetScore(0.5, 11), "50 % same · 11th percentile"),
            (SheetScore(0.5, 100), "50 % same · 99th percentile"),
            (SheetScore(0.88), "88 % same"),
            (SheetScore(reason="no_face"), "not measurable: no face"),
            (SheetScore(reason="face_too_small"), "not measurable: face too small"),
            (SheetScore(reason="something_new"), "not measurable: something new"),
            (SheetScore(), "not measurable"),
        ],
    )
    def test_a_score_is_told_in_words(self, score: SheetScore, text: str) -> None:
        assert score.text == text

    def test_a_key_is_told_in_words(self) -> None:
        cell = SheetCell("angle/half_left")

        assert (cell.section, cell.label) == ("angle", "Half left")


class TestLayout:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(1, 20), min_size=1, max_size=6), st.booleans())
    def test_nothing_overlaps_and_nothing_leaves_the_page(
        self, sections: Sequence[int], hero: bool
    ) -> None:
        area = Area(16, 50, 388, 227)

        layout = lay_out(sections, area, hero=hero)

        assert len(layout.cells) == sum(sections)
        assert [h.section for h in layout.headings if h.first] == list(range(len(sections)))
        taken = [(c.x, c.y, c.x + c.width, c.y + c.height + LABEL_HEIGHT) for c in layout.cells]
        taken += [(h.x, h.y, h.x + h.width, h.y + HEADING_HEIGHT) for h in layout.headings]
        if layout.hero:
            face = layout.hero
            taken.append((face.x, face.y, face.x + face.width, face.y + face.height + LABEL_HEIGHT))
        for x0, y0, x1, y1 in taken:
            assert area.x - 1e-6 <= x0 < x1 <= area.x + area.width + 1e-6
            assert area.y - 1e-6 <= y0 < y1 <= area.y + area.height + 1e-6
        for at, one in enumerate(taken):
            for other in taken[at + 1 :]:
                apart = (
                    one[2] <= other[0] + 1e-6 or other[2] <= one[0] + 1e-6
                    or one[3] <= other[1] + 1e-6 or other[3] <= one[1] + 1e-6
                )  # fmt: skip
                assert apart

    def test_the_standard_set_is_large_enough_for_a_wall(self) -> None:
        layout = lay_out([11, 5, 9, 5], Area(16, 50, 388, 227), hero=True)

        assert layout.cell > 33
        assert layout.hero is not None
        assert layout.hero.width > 2 * layout.cell

    def test_few_pictures_are_not_blown_up(self) -> None:
        assert lay_out([1], Area(16, 50, 388, 227), hero=False).cell <= 64


class TestPage:
    def test_the_standard_set_fills_one_a3_page(self) -> None:
        cells = [
            SheetCell(key, _picture(), SheetScore(0.97, 74), preview=True) for key in STANDARD_SET
        ]

        page = compose(CHARACTER, cells)
        pdf = to_pdf(page, CHARACTER)

        assert page.size == (4961, 3508)
        assert _share(page, RED) > 0.2
        assert len(pdf) < 15_000_000
        assert pdf.startswith(b"%PDF-")
        assert re.search(rb"/Count 1\b", pdf)
        box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", pdf)
        assert box is not None
        assert [round(float(side) * MM_PER_POINT) for side in box.groups()] == [420, 297]

    def test_the_png_knows_its_size_on_paper(self) -> None:
        png = to_png(compose(CHARACTER, [], dpi=SCREEN_DPI), dpi=SCREEN_DPI)

        with Image.open(BytesIO(png)) as image:
            assert image.format == "PNG"
            across, down = image.info["dpi"]
            on_paper = (image.width / across * 25.4, image.height / down * 25.4)
            assert on_paper == pytest.approx(PAGE, abs=0.5)

    def test_the_same_sheet_is_the_same_bytes(self) -> None:
        cells = [SheetCell("expression/happy", _picture(), SheetScore(0.97, 74))]
        first, second = (compose(CHARACTER, cells, dpi=SCREEN_DPI) for _ in range(2))

        assert to_png(first) == to_png(second)
        assert to_pdf(first, CHARACTER) == to_pdf(second, CHARACTER)

    def test_a_picture_is_shown_whole_and_undistorted(self) -> None:
        tall = compose(
            CHARACTER, [SheetCell("body/bust", _picture(size=(50, 200)))], dpi=SCREEN_DPI
        )
        wide = compose(
            CHARACTER, [SheetCell("body/bust", _picture(size=(200, 200)))], dpi=SCREEN_DPI
        )

        assert _share(tall, RED) == pytest.approx(_share(wide, RED) / 4, rel=0.05)

    @pytest.mark.parametrize("picture", [None, b"no picture", Path("/nowhere/at/all.png")])
    def test_an_empty_place_does_not_stop_the_sheet(self, picture: bytes | Path | None) -> None:
        cells = [SheetCell("expression/happy", picture), SheetCell("expression/sad", _picture())]

        page = compose(CHARACTER, cells, dpi=SCREEN_DPI)

        assert _share(page, RED) > 0.02
        assert _share(page, (241, 241, 241)) > 0.02

    def test_preview_is_marked_on_the_picture(self) -> None:
        plain, marked = (
            compose(
                CHARACTER, [SheetCell("body/bust", _picture(), preview=preview)], dpi=SCREEN_DPI
            )
            for preview in (False, True)
        )

        assert _share(marked, RED) < _share(plain, RED)

    def test_known_sections_come_in_their_order_and_others_after_them(self) -> None:
        order = ("costume/rain_coat", "body/bust", "expression/happy")
        colours = ((10, 20, 200), (20, 200, 30), RED)
        cells = [
            SheetCell(key, _picture(colour)) for key, colour in zip(order, colours, strict=True)
        ]

        page = compose(CHARACTER, cells, dpi=SCREEN_DPI)

        row = [page.crop((x, 180, x + 1, 181)).tobytes() for x in range(page.width)]
        first_seen = [row.index(bytes(colour)) for colour in (RED, (20, 200, 30), (10, 20, 200))]
        assert first_seen == sorted(first_seen)

    @pytest.mark.parametrize("name", ["", "x" * 400, "Ольга Ωμέγα 🦊 שלום देवी", "千と千尋", "a\nb"])
    def test_any_name_can_stand_on_it(self, name: str) -> None:
        character = SheetCharacter(
            name=name,
            trigger_word=name[:60],
            project=name,
            made_on=date(2026, 1, 1),
            description=name,
        )

        compose(character, [SheetCell(f"expression/{name}")], dpi=SCREEN_DPI)


class TestType:
    @pytest.mark.parametrize(
        "text", ["Hamburgefonstiv", "Žluťoučký kůň", "Съешь ещё этих", "Ξεσκεπάζω", "Tiếng Việt",
                 "שלום", "مرحبا", "नमस्ते", "สวัสดี", "✓★·…>%", "🦊"]
    )  # fmt: skip
    def test_every_letter_has_a_shape(self, text: str) -> None:
        boxes = {_ink("\uffff"), _ink("\uffff\uffff")}

        assert all(_ink(letter) not in boxes for letter in text if letter.isalpha())
        assert _ink(text) not in boxes

    def test_a_line_that_is_too_long_is_cut(self) -> None:
        pen = Pen(Image.new("RGB", (1000, 100)), 10)

        width = pen.write("word " * 40, 1, 8, 10, colour="#ffffff", within=50)

        assert 40 < width <= 50

    def test_a_paragraph_is_broken_between_words(self) -> None:
        pen = Pen(Image.new("RGB", (10, 10)), 10)

        lines = pen.lines("one two three four five six seven", 10, 400, 25, 2)

        assert len(lines) == 2
        assert lines[0] in "one two three four five six seven"
        assert lines[1].endswith("…")


def _ink(text: str) -> bytes:
    image = Image.new("RGB", (400, 60))
    Pen(image, 4).write(text, 1, 11, 24, colour="#ffffff")
    return image.tobytes()
