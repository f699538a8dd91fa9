"""From distances to two numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from onmodel.identity.calibration import DLIB, Metric
from onmodel.identity.scoring import between, distances, score
from tests.support.faces import embedding


def _set(person: int, count: int) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray([embedding(person, n) for n in range(count)], np.float32)


@pytest.mark.parametrize(
    ("distance", "p_same"), [(0.644, 0.5), (0.607, 0.9), (0.35, 1.0), (0.9, 0.0)]
)
def test_the_logistic_has_its_published_points(distance: float, p_same: float) -> None:
    assert DLIB.p_same(distance) == pytest.approx(p_same, abs=0.002)


def test_fidelity_is_the_share_of_real_pairs_that_are_farther_apart() -> None:
    assert DLIB.fidelity(0.386) == pytest.approx(50)
    assert DLIB.fidelity(0.6) == pytest.approx(0.27, abs=0.05)
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


VECTORS = hnp.arrays(
    np.float32, (4, 8), elements=st.floats(-1, 1, width=32).filter(lambda x: abs(x) > 1e-3)
)


@given(VECTORS, st.sampled_from(["euclidean", "cosine"]))
def test_comparing_is_symmetric(vectors: np.ndarray, metric: Metric) -> None:  # type: ignore[type-arg]
    apart = between(vectors, vectors, metric)
    assert np.allclose(apart, apart.T, atol=1e-6)
    assert np.allclose(np.diag(apart), 0, atol=1e-6)


@given(VECTORS, st.permutations(range(3)))
def test_the_order_of_references_does_not_matter(
    vectors: np.ndarray,  # type: ignore[type-arg]
    order: list[int],
) -> None:
    references = vectors[1:]
    one, other = score(vectors[0], references, DLIB), score(vectors[0], references[order], DLIB)
    assert one.p_same == pytest.approx(other.p_same, abs=1e-4)
    assert one.p_low == pytest.approx(other.p_low, abs=1e-4)
    assert one.copy_paste == other.copy_paste
    assert distances(vectors[0], references)[one.nearest] == pytest.approx(
        float(distances(vectors[0], references[order])[other.nearest])
    )


@given(VECTORS, st.floats(0, 1e-4))
def test_a_hair_of_difference_changes_the_score_by_a_hair(
    vectors: np.ndarray,  # type: ignore[type-arg]
    shift: float,
) -> None:
    # re-encoding a picture moves its vector a little: slope / 4 is the steepest the logistic gets
    moved = vectors[0] + np.float32(shift / np.sqrt(8))
    one, other = score(vectors[0], vectors[1:], DLIB), score(moved, vectors[1:], DLIB)
    assert abs(one.p_same - other.p_same) <= DLIB.slope / 4 * shift + 1e-4


@given(st.floats(0.001, 0.999))
def test_distance_and_probability_are_each_others_inverse(p: float) -> None:
    assert DLIB.p_same(DLIB.distance_at(p)) == pytest.approx(p, abs=1e-9)


@given(st.floats(1e-6, 0.5))
def test_the_distance_for_a_rate_lets_that_share_of_strangers_in(rate: float) -> None:
    assert DLIB.false_accepts(DLIB.distance_for(rate)) == pytest.approx(rate, rel=1e-6)


def test_the_rate_goes_through_the_measured_point() -> None:
    assert DLIB.false_accepts(DLIB.distance_at(0.9)) == pytest.approx(DLIB.impostor_rate)
    assert DLIB.false_accepts(5.0) == 1.0
