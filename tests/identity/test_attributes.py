"""Colours, and what to tell an artist about them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onmodel.identity.attributes import Swatch, describe, hair, palette
from onmodel.identity.colour import Lab, delta_e, hex_of, lab_of

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")

BROWN, GINGER, NAVY, CREAM, RED = (
    lab_of(one) for one in ("#4a3220", "#a8541e", "#1c2a5a", "#e8dfc8", "#b02020")
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_ciede2000_has_its_published_values(one: Lab, other: Lab, expected: float) -> None:
    assert delta_e(one, other) == pytest.approx(expected, abs=1e-4)


@given(COLOURS, COLOURS)
def test_a_difference_is_symmetric_and_none_for_equals(one: str, other: str) -> None:
    a, b = lab_of(one), lab_of(other)
    assert delta_e(a, b) == pytest.approx(delta_e(b, a), abs=1e-6)
    assert delta_e(a, a) == 0
    assert delta_e(a, b, lightness=2) <= delta_e(a, b) + 1e-9


@given(COLOURS)
def test_a_colour_survives_the_way_there_and_back(colour: str) -> None:
    assert hex_of(lab_of(colour)) == colour


def test_what_is_no_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="no colour"):
        lab_of("brown")


def test_hair_in_another_light_keeps_its_colour() -> None:
    darker = (BROWN[0] - 8, BROWN[1], BROWN[2])
    found = hair([BROWN], darker)
    assert found is not None
    assert found.holds


def test_ginger_is_not_brown_and_the_artist_hears_which_way() -> None:
    found = hair([BROWN, BROWN], GINGER)
    assert found is not None
    assert not found.holds
    assert "lighter" in found.text or "more colourful" in found.text
    assert "#4a3220" in found.text
    assert "#a8541e" in found.text


def test_references_that_differ_forgive_more() -> None:
    seen = (BROWN[0] + 12, BROWN[1] + 6, BROWN[2] + 6)
    strict, wide = hair([BROWN], seen), hair([BROWN, BROWN, GINGER], seen)
    assert strict is not None
    assert wide is not None
    assert wide.within > strict.within


def test_nothing_to_compare_is_no_verdict() -> None:
    assert hair([], BROWN) is None
    assert hair([BROWN], None) is None
    assert palette([], [Swatch(NAVY, 0.5)]) is None
    assert palette([[Swatch(NAVY, 0.5)]], [Swatch(NAVY, 0.01)]) is None


def test_the_order_of_swatches_does_not_matter() -> None:
    costume = [Swatch(NAVY, 0.6), Swatch(CREAM, 0.4)]
    found = palette([costume], costume[::-1])
    assert found is not None
    assert found.holds
    assert found.delta_e == pytest.approx(0)
    assert found.wanted == found.seen


def test_the_changed_colour_is_named() -> None:
    costume = [Swatch(NAVY, 0.6), Swatch(CREAM, 0.4)]
    found = palette([costume], [Swatch(RED, 0.6), Swatch(CREAM, 0.4)])
    assert found is not None
    assert not found.holds
    assert hex_of(NAVY) in found.text


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        ((70.0, 20.0, 20.0), "lighter"),
        ((20.0, 20.0, 20.0), "darker"),
        ((50.0, 5.0, 5.0), "greyer"),
        ((50.0, 45.0, 45.0), "more colourful"),
        ((50.0, 27.0, -5.0), "bluer"),
    ],
)
def test_a_difference_has_words(seen: Lab, word: str) -> None:
    assert word in describe((50.0, 20.0, 20.0), seen)
