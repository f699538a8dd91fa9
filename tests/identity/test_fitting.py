"""A calibration out of labelled pairs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onmodel.identity.calibration import DLIB
from onmodel.identity.fitting import CannotFitError, Pair, fit


def _pairs(seed: int, count: int, *, slope: float = 40.0, midpoint: float = 0.7) -> list[Pair]:
    """Pairs whose labels follow a known logistic, of twenty people."""
    random = np.random.default_rng(seed)
    found: list[Pair] = []
    while len(found) < count:
        distance = float(random.uniform(midpoint - 0.15, midpoint + 0.15))
        same = bool(random.uniform() < 1 / (1 + math.exp(-slope * (midpoint - distance))))
        one, other = (str(name) for name in random.choice(20, 2, replace=False))
        found.append(Pair(distance, same, one, one if same else other))
    return found


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([25.0, 40.0, 60.0]))
def test_many_pairs_give_back_what_made_them(seed: int, slope: float) -> None:
    found = fit(_pairs(seed, 6000, slope=slope), encoder="any")
    assert found.calibration.slope == pytest.approx(slope, rel=0.15)
    assert found.calibration.midpoint == pytest.approx(0.7, abs=0.01)
    assert found.ece is not None
    assert found.ece < 0.05
    assert found.people == 20


def test_few_pairs_stay_near_the_prior_and_many_leave_it() -> None:
    few = fit(_pairs(3, 30), encoder="any", prior=DLIB, strength=10).calibration
    many = fit(_pairs(3, 6000), encoder="any", prior=DLIB, strength=10).calibration
    assert abs(few.midpoint - DLIB.midpoint) < abs(many.midpoint - DLIB.midpoint)
    assert many.midpoint == pytest.approx(0.7, abs=0.01)


def test_pairs_that_can_be_told_apart_give_a_finite_slope() -> None:
    apart = [Pair(0.3, True, "a", "a")] * 50 + [Pair(0.9, False, "a", "b")] * 50
    found = fit(apart, encoder="any").calibration
    assert math.isfinite(found.slope)
    assert 0.3 < found.midpoint < 0.9


def test_the_order_of_pairs_does_not_matter() -> None:
    pairs = _pairs(5, 400)
    one, other = fit(pairs, encoder="any"), fit(pairs[::-1], encoder="any")
    assert one.calibration.slope == pytest.approx(other.calibration.slope, rel=1e-6)
    assert one.ece == pytest.approx(other.ece, rel=1e-6)


def test_the_unit_of_distance_does_not_matter() -> None:
    pairs = _pairs(6, 400)
    thrice = [Pair(3 * p.distance, p.same, p.one, p.other) for p in pairs]
    one, other = fit(pairs, encoder="any"), fit(thrice, encoder="any")
    assert other.calibration.midpoint == pytest.approx(3 * one.calibration.midpoint, rel=1e-6)
    assert other.ece == pytest.approx(one.ece, rel=1e-6)


def test_nobody_is_on_both_sides_of_a_halving() -> None:
    # two people: each halving has one person on each side, so nothing can be tested
    pairs = [Pair(p.distance, p.same, "a", "a") for p in _pairs(1, 60)]
    pairs += [Pair(p.distance, p.same, "b", "b") for p in _pairs(2, 60)]
    found = fit(pairs, encoder="any")
    assert found.ece is None
    assert found.splits == 0
    assert sum(one.pairs for one in found.reliability) == len(pairs)


def test_the_stranger_who_was_never_seen_is_still_possible() -> None:
    pairs = [Pair(0.3, True, "a", "a")] * 50 + [Pair(0.9, False, "a", "b")] * 49
    assert fit(pairs, encoder="any").calibration.impostor_rate == pytest.approx(0.5 / 50)


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [Pair(0.4, True, "a", "a")] * 20,
        [Pair(0.9, True, "a", "a")] * 20 + [Pair(0.3, False, "a", "b")] * 20,
        [Pair(math.nan, True, "a", "a")] * 20 + [Pair(0.3, False, "a", "b")] * 20,
    ],
    ids=["none", "one kind", "the wrong way round", "no number"],
)
def test_pairs_that_carry_no_calibration_say_why(pairs: list[Pair]) -> None:
    with pytest.raises(CannotFitError, match=r"\.$"):
        fit(pairs, encoder="any")


def test_the_basis_says_how_many() -> None:
    basis = fit(_pairs(7, 400), encoder="any").calibration.basis
    assert "400 pairs of 20 people" in basis
    assert "people held out" in basis
