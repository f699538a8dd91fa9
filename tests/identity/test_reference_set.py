"""What a set of references lacks, and what one more would bring."""

from uuid import UUID

import numpy as np
import pytest

from onmodel.identity.advice import Sighting
from onmodel.identity.calibration import DLIB
from onmodel.identity.reference_set import advise_on_set
from tests.support.faces import face, report


def _seen(number: int, **changes: object) -> Sighting:
    measured = face(1, number, **changes)
    picture = report(measured, picture=number)["report"]["pictures"][0]
    vector = np.asarray(measured["embedding"], np.float32)
    return Sighting(UUID(int=number), f"{number}.png", picture, vector)


def _codes(*sightings: Sighting) -> set[str]:
    return {one.code for one in advise_on_set(sightings, DLIB).lacks}


def test_the_missing_sides_are_named() -> None:
    assert _codes(_seen(1), _seen(2)) == {"angle_half_left", "angle_half_right"}
    assert _codes(_seen(1), _seen(2, angle="half_left"), _seen(3, angle="side_right")) == {
        "light",
        "expression",
    }


def test_other_light_and_another_expression_are_enough() -> None:
    varied = [
        _seen(1, brightness=0.3),
        _seen(2, angle="half_left", brightness=0.6, expression="smiling"),
        _seen(3, angle="half_right"),
    ]
    assert _codes(*varied) == set()


def test_a_set_in_the_dark_wants_light() -> None:
    dark = [_seen(n, brightness=0.1) for n in range(1, 4)]
    assert "light_bright" in _codes(*dark)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9])
def test_one_more_narrows_the_interval(count: int) -> None:
    now = advise_on_set([_seen(n) for n in range(count)], DLIB)
    assert now.usable == count
    assert now.width_now is not None
    assert now.width_next is not None
    assert 0 < now.width_next < now.width_now < 1
    assert f"{count} reference" in now.text


def test_the_tenth_picture_helps_less_than_the_fourth() -> None:
    few, many = (advise_on_set([_seen(n) for n in range(count)], DLIB) for count in (3, 9))
    gains = [
        found.width_now - found.width_next
        for found in (few, many)
        if found.width_now is not None and found.width_next is not None
    ]
    assert gains[1] < gains[0] / 2


def test_a_set_without_faces_says_so() -> None:
    empty = report(picture=1)["report"]["pictures"][0]
    found = advise_on_set([Sighting(UUID(int=1), "owl.png", empty, None)], DLIB)
    assert found.usable == 0
    assert found.width_now is None
    assert "No reference shows a face" in found.text
