"""From distances to two numbers."""

import numpy as np
import pytest

from onmodel.identity.calibration import DLIB
from onmodel.identity.scoring import score
from tests.support.faces import embedding


def _set(person: int, count: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray([embedding(person, n) for n in range(count)], np.float32)


@pytest.mark.parametrize(
    ("distance", "p_same"), [(0.662, 0.5), (0.609, 0.901), (0.35, 1.0), (0.9, 0.0)]
)
def test_the_logistic_has_its_published_points(distance: float, p_same: float) -> None:
    assert DLIB.p_same(distance) == pytest.approx(p_same, abs=0.002)


def test_fidelity_is_the_share_of_real_pairs_that_are_farther_apart() -> None:
    assert DLIB.fidelity(0.392) == pytest.approx(50)
    assert DLIB.fidelity(0.6) == pytest.approx(0.7, abs=0.05)
    assert DLIB.fidelity(0.2) > 98


def test_both_numbers_fall_with_distance() -> None:
    steps = np.linspace(0.05, 1.2, 60)
    p_same = [DLIB.p_same(float(step)) for step in steps]
    fidelity = [DLIB.fidelity(float(step)) for step in steps]
    assert p_same == sorted(p_same, reverse=True)
    assert fidelity == sorted(fidelity, reverse=True)


def test_the_same_person_scores_high_and_a_stranger_low() -> None:
    references = _set(1, 5)
    own = score(np.asarray(embedding(1, 40), np.float32), references, DLIB)
    other = score(np.asarray(embedding(2, 40), np.float32), references, DLIB)
    assert own.p_same > 0.95
    assert other.p_same < 0.05
    assert not own.copy_paste


def test_more_references_narrow_the_interval() -> None:
    face = np.asarray(embedding(1, 40), np.float32)
    few, many = score(face, _set(1, 2), DLIB), score(face, _set(1, 20), DLIB)
    assert few.p_high - few.p_low >= many.p_high - many.p_low
    assert many.p_low <= many.p_same <= many.p_high


def test_a_copy_of_a_reference_is_called_one() -> None:
    references = _set(1, 5)
    result = score(references[3] + np.float32(0.001), references, DLIB)
    assert result.copy_paste
    assert result.nearest == 3
