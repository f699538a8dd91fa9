import numpy as np
import pytest

from onmodel_vision import expression, pose
from onmodel_vision import landmarks as at
from onmodel_vision.arrays import Image, Points
from onmodel_vision.faces import FaceFinder


@pytest.fixture(scope="module")
def smiling(finder: FaceFinder, astronaut: Image) -> Points:
    mesh = finder.find(astronaut)[0].mesh
    return pose.upright(mesh, pose.estimate(mesh))


def test_a_smile_with_teeth_is_read_as_one(smiling: Points) -> None:
    measured = expression.measure(smiling)
    assert measured.smile > 0.6
    assert 0.08 < measured.mouth_open < 0.2
    assert 0.8 < measured.eyes_open < 1.3
    assert measured.asymmetry < 0.02
    assert measured.guess == "happy"


def test_closed_eyes_read_as_sleepy(smiling: Points) -> None:
    closed = smiling.copy()
    closed[[at.EYE_LEFT_TOP, at.EYE_RIGHT_TOP]] = closed[[at.EYE_LEFT_BOTTOM, at.EYE_RIGHT_BOTTOM]]
    measured = expression.measure(closed)
    assert measured.eyes_open == pytest.approx(0, abs=0.01)
    assert measured.guess == "sleepy"


def test_corners_pulled_down_lower_the_smile(smiling: Points) -> None:
    sad = smiling.copy()
    sad[[at.MOUTH_LEFT, at.MOUTH_RIGHT], 1] += 0.15
    assert expression.measure(sad).smile < expression.measure(smiling).smile - 0.8


def test_raised_brows_raise_the_brow(smiling: Points) -> None:
    raised = smiling.copy()
    raised[[105, 334], 1] -= 0.05
    assert expression.measure(raised).brow > expression.measure(smiling).brow + 0.5


def test_a_crooked_face_is_asymmetric(smiling: Points) -> None:
    crooked = smiling.copy()
    crooked[[one for one, _ in at.MIRROR_PAIRS], 1] += np.float32(0.06)
    assert expression.measure(crooked).asymmetry > expression.measure(smiling).asymmetry + 0.02
