"""Which route a character is judged by."""

from dataclasses import replace
from uuid import uuid4

import pytest

from onmodel.identity.calibration import DLIB
from onmodel.identity.calibrations import InForce
from onmodel.identity.judging import choose

FACES, FIGURES, DRAWINGS = DLIB.encoder, "figures", "drawings"
IN_FORCE = {
    FACES: InForce(DLIB, 1),
    FIGURES: InForce(replace(DLIB, encoder=FIGURES, route="appearance"), 3),
    DRAWINGS: InForce(replace(DLIB, encoder=DRAWINGS, route="illustrated"), 2),
}


def _seen(*encoders: set[str]) -> dict:  # type: ignore[type-arg]
    return {uuid4(): names for names in encoders}


@pytest.mark.parametrize(
    ("wished", "seen", "route", "encoder"),
    [
        ("auto", _seen(), "photographic", FACES),
        ("auto", _seen({FACES, FIGURES}, {FACES, FIGURES}, {FIGURES}), "photographic", FACES),
        ("auto", _seen({FACES, FIGURES}, {FIGURES}), "photographic", FACES),
        ("auto", _seen({FACES, FIGURES}, {FIGURES}, {FIGURES}), "appearance", FIGURES),
        ("auto", _seen({FIGURES, DRAWINGS}, {FIGURES, DRAWINGS}), "illustrated", DRAWINGS),
        ("auto", _seen({FIGURES, DRAWINGS}, {FIGURES}), "appearance", FIGURES),
        ("auto", _seen(set(), set()), "photographic", FACES),
        ("appearance", _seen({FACES, FIGURES}), "appearance", FIGURES),
        ("photographic", _seen({FIGURES}, {FIGURES}), "photographic", FACES),
        ("illustrated", _seen({FACES}), "illustrated", DRAWINGS),
    ],
)
def test_the_route_follows_the_references_unless_somebody_chose(
    wished: str,
    seen: dict,  # type: ignore[type-arg]
    route: str,
    encoder: str,
) -> None:
    judge = choose(wished, seen, IN_FORCE)
    assert (judge.route, judge.encoder, judge.in_force) == (route, encoder, IN_FORCE[encoder])


def test_a_route_that_the_house_has_no_encoder_for_is_not_taken() -> None:
    judge = choose("appearance", _seen({FACES}), {FACES: IN_FORCE[FACES]})
    assert (judge.route, judge.encoder) == ("photographic", FACES)
