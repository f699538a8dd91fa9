"""Notes that hold on to a face follow its features into another picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onmodel.notes.carrying import FEATURES, Floats, carry, face_of
from onmodel.notes.marks import ArrowMark, BoxMark, FreehandMark, PointMark
from tests.support.faces import face, report

FRONT = np.array([(0.4, 0.4), (0.6, 0.4), (0.5, 0.5), (0.45, 0.6), (0.55, 0.6), (0.5, 0.7)])
EYE = PointMark(kind="point", at=(0.4, 0.4))


def moved(*, grow: float = 1.0, turn: float = 0.0, right: float = 0.0, down: float = 0.0) -> Floats:
    """Return the face after growing, turning (radians) and moving about its middle."""
    around = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return (FRONT - 0.5) @ around.T * grow + 0.5 + [right, down]


@given(st.floats(0.3, 1.5), st.floats(-0.6, 0.6), st.floats(-0.15, 0.15), st.floats(-0.15, 0.15))
def test_a_note_on_an_eye_stays_on_the_eye(
    grow: float, turn: float, right: float, down: float
) -> None:
    there = moved(grow=grow, turn=turn, right=right, down=down)
    mark = carry(EYE, FRONT, there)
    assert isinstance(mark, PointMark)
    assert mark.at == pytest.approx(tuple(np.clip(there[0], 0, 1)), abs=1e-9)


def test_a_face_that_turns_takes_the_note_along_within_a_tenth_of_the_eyes_distance() -> None:
    """A turn of 20 degrees of a head in depth: nearer features move farther than the map says."""
    depth = np.array([0.05, 0.05, 0.12, 0.06, 0.06, 0.05])
    angle = np.radians(20)
    turned = FRONT.copy()
    turned[:, 0] = 0.5 + (FRONT[:, 0] - 0.5) * np.cos(angle) + depth * np.sin(angle)
    for index in range(len(FEATURES)):
        mark = carry(PointMark(kind="point", at=tuple(FRONT[index])), FRONT, turned)
        assert isinstance(mark, PointMark)
        away = np.linalg.norm(np.array(mark.at) - turned[index])
        assert away < 0.1 * np.linalg.norm(turned[0] - turned[1])


def test_every_kind_of_mark_goes_along() -> None:
    there = moved(grow=0.5, right=0.1)
    box = carry(BoxMark(kind="box", start=(0.6, 0.6), end=(0.4, 0.4)), FRONT, there)
    assert isinstance(box, BoxMark)
    assert (*box.start, *box.end) == pytest.approx((0.55, 0.45, 0.65, 0.55))
    arrow = carry(ArrowMark(kind="arrow", start=(0.0, 0.0), end=(0.5, 0.5)), FRONT, there)
    assert isinstance(arrow, ArrowMark)
    assert arrow.end == pytest.approx((0.6, 0.5))
    line = carry(FreehandMark(kind="freehand", points=[(0.4, 0.4), (0.6, 0.4)]), FRONT, there)
    assert isinstance(line, FreehandMark)
    assert line.points[1] == pytest.approx((0.65, 0.45))


def test_a_place_outside_of_the_new_picture_is_none() -> None:
    assert carry(EYE, FRONT, moved(right=-0.6)) is None


def test_where_a_picture_has_its_face() -> None:
    found = face_of(report(face(1, 0))["report"]["pictures"][0])
    assert found is not None
    assert found[0] == pytest.approx((170 / 640, 170 / 640))
    assert face_of(report()["report"]["pictures"][0]) is None
    assert face_of(None) is None
