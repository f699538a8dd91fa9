"""Pictures together: how alike, how copied, and where they moved."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onmodel.identity.calibration import DLIB
from onmodel.identity.coherence import coherence, copy_measure, copy_paste, matrix
from onmodel.identity.drift import change_points, compare
from onmodel.identity.scoring import Vectors
from tests.support.faces import embedding


def _set(person: int, numbers: range) -> Vectors:
    return np.asarray([embedding(person, n) for n in numbers], np.float32)


def test_the_matrix_is_symmetric_with_ones_on_its_diagonal() -> None:
    found = matrix(np.concatenate([_set(1, range(3)), _set(2, range(2))]), DLIB)
    assert np.array_equal(found, found.T)
    assert np.array_equal(np.diag(found), np.ones(5))
    assert found[0, 1] > 0.9
    assert found[0, 4] < 0.1


def test_the_stranger_is_in_the_lowest_pair() -> None:
    found = coherence(np.concatenate([_set(1, range(5)), _set(2, range(1))]), DLIB)
    assert found.pairs == 15
    assert found.lowest_pair is not None
    assert found.lowest_pair[1] == 5
    assert found.mean is not None
    assert found.lowest is not None
    assert found.lowest < 0.1 < found.mean


def test_one_picture_is_like_nothing() -> None:
    assert coherence(_set(1, range(1)), DLIB).mean is None
    assert coherence(np.zeros((0, 128), np.float32), DLIB).pairs == 0


def test_a_copy_has_one_the_other_photograph_minus_one_a_new_picture_about_none() -> None:
    reference, unseen = _set(1, range(2))
    assert copy_measure(reference, reference, unseen) == pytest.approx(1, abs=1e-3)
    assert copy_measure(unseen, reference, unseen) == pytest.approx(-1, abs=1e-3)
    new = [copy_measure(one, reference, unseen) for one in _set(1, range(50, 80))]
    assert abs(np.mean([one for one in new if one is not None])) < 0.1
    assert copy_measure(unseen, reference, reference) is None


@pytest.mark.parametrize("given_", [True, False], ids=["source known", "source guessed"])
def test_copies_are_told_from_new_pictures(given_: bool) -> None:
    references = _set(1, range(5))
    copies = (0.8 * references[0] + 0.2 * _set(1, range(60, 68))).astype(np.float32)
    source = [0] * 8 if given_ else None
    copied, new = (
        copy_paste(copies, references, source),
        copy_paste(_set(1, range(60, 68)), references, source),
    )
    assert copied is not None
    assert copied.certain
    assert copied.mean > 0.4
    assert new is not None
    assert not new.certain
    assert abs(new.mean) < 0.15


def test_two_references_tell_only_with_the_source_known() -> None:
    assert copy_paste(_set(1, range(5)), _set(1, range(2))) is None
    assert copy_paste(_set(1, range(5)), _set(1, range(2)), [0] * 5) is not None
    assert copy_paste(_set(1, range(5)), _set(1, range(1)), [0] * 5) is None


def test_a_step_is_found_where_it_is() -> None:
    random = np.random.default_rng(4)
    values = np.concatenate([random.normal(0.4, 0.05, 20), random.normal(0.6, 0.05, 15)])
    (change,) = change_points(values)
    assert abs(change.start - 20) <= 1
    assert change.mean_before == pytest.approx(0.4, abs=0.04)
    assert change.mean_after == pytest.approx(0.6, abs=0.04)
    assert change.p_value == pytest.approx(0.001)


def test_two_steps_are_found_with_the_means_between_them() -> None:
    random = np.random.default_rng(5)
    parts = [random.normal(mean, 0.03, 15) for mean in (0.4, 0.6, 0.4)]
    found = change_points(np.concatenate(parts))
    assert [one.start for one in found] == pytest.approx([15, 30], abs=1)
    assert found[0].mean_after == found[1].mean_before


def test_chance_alone_is_seldom_a_change() -> None:
    random = np.random.default_rng(6)
    found = sum(bool(change_points(random.normal(size=24), permutations=299)) for _ in range(200))
    assert found <= 8  # 1 % of 200 is 2; more than 8 would have a chance below 1 in 2,000


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=30))
def test_the_same_series_has_the_same_changes(values: list[float]) -> None:
    found = change_points(values, permutations=99)
    assert found == change_points(values, permutations=99)
    assert all(3 <= one.start <= len(values) - 3 for one in found)


def test_nothing_changes_in_a_constant_or_short_series() -> None:
    assert change_points([0.4] * 30) == []
    assert change_points([0.1, 0.9]) == []
    assert change_points([]) == []


def test_two_runs_are_compared_pair_by_pair() -> None:
    before = [0.9, 0.8, 0.95, 0.7, 0.85, 0.9, 0.8, 0.75]
    worse = compare(before, [one - 0.1 for one in before])
    assert worse.mean_change == pytest.approx(-0.1)
    assert worse.p_value == pytest.approx(2 / 2**8)
    assert compare(before, before).p_value == 1.0
    assert compare([], []).mean_change is None
    assert compare([0.5], [0.4]).p_value is None


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=20))
def test_the_other_way_round_is_as_likely(values: list[float]) -> None:
    none = [0.0] * len(values)
    one, other = compare(none, values), compare(values, none)
    assert one.p_value == pytest.approx(other.p_value)
    assert one.mean_change == pytest.approx(-(other.mean_change or 0.0))
