"""Figures of a measure, against slower ways to the same numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onmodel.identity import reliability

PAIRS = st.lists(
    st.tuples(st.integers(0, 20).map(lambda n: n / 10), st.booleans()), min_size=2, max_size=40
).filter(lambda rows: len({same for _, same in rows}) == 2)


def _columns(rows: list[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [one for one, _ in rows], [same for _, same in rows]


@given(PAIRS)
def test_auc_counts_pairs_in_the_right_order(rows: list[tuple[float, bool]]) -> None:
    genuine = [d for d, same in rows if same]
    impostor = [d for d, same in rows if not same]
    right = sum((g < i) + 0.5 * (g == i) for g in genuine for i in impostor)
    assert reliability.auc(*_columns(rows)) == pytest.approx(right / len(genuine) / len(impostor))


@given(PAIRS, st.randoms(use_true_random=False))
def test_no_figure_depends_on_the_order(rows: list[tuple[float, bool]], random: object) -> None:
    turned = list(rows)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert reliability.errors(*_columns(rows)) == reliability.errors(*_columns(turned))


@given(PAIRS)
def test_equal_error_lies_where_both_kinds_of_error_meet(rows: list[tuple[float, bool]]) -> None:
    distances, same = _columns(rows)
    rate = reliability.eer(distances, same)
    assert 0 <= rate <= 1
    for factor in (1, 3):  # any unit of distance gives the same rate
        assert reliability.eer([factor * d for d in distances], same) == pytest.approx(rate)
    flipped = reliability.eer([-d for d in distances], [not one for one in same])
    assert flipped == pytest.approx(rate, abs=0.5 / min(sum(same), len(same) - sum(same)) + 1e-9)


@given(PAIRS, st.floats(0, 1))
def test_true_accepts_are_the_most_that_the_false_ones_allow(
    rows: list[tuple[float, bool]], far: float
) -> None:
    best = 0.0
    for step in [-1.0, *(d for d, _ in rows)]:
        wrongly = np.mean([d <= step for d, same in rows if not same])
        if wrongly <= far:
            best = max(best, float(np.mean([d <= step for d, same in rows if same])))
    assert reliability.tar_at_far(*_columns(rows), far) == pytest.approx(best)


def test_perfect_ranking_has_no_error() -> None:
    found = reliability.errors([0.1, 0.2, 0.8, 0.9], [True, True, False, False])
    assert (found.auc, found.eer, found.tar_at_far_01pct) == (1.0, 0.0, 1.0)


def test_one_kind_alone_has_no_ranking() -> None:
    assert math.isnan(reliability.auc([0.1, 0.2], [True, True]))


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_holds_the_share(successes: int, more: int) -> None:
    count = successes + more - 1 or 1
    low, high = reliability.wilson(min(successes, count), count)
    assert 0 <= low <= min(successes, count) / count + 1e-12
    assert min(successes, count) / count - 1e-12 <= high <= 1


def test_wilson_has_its_published_value() -> None:
    # Newcombe 1998, table I: 81 of 263
    assert reliability.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert reliability.wilson(0, 0) == (0.0, 1.0)


def test_a_measure_that_says_what_is_so_has_no_calibration_error() -> None:
    random = np.random.default_rng(1)
    said = random.uniform(size=200_000)
    was = random.uniform(size=len(said)) < said
    assert reliability.ece(said, was) < 0.01
    assert reliability.ece(np.clip(said * 0.5, 0, 1), was) > 0.2


def test_classes_count_equally() -> None:
    # nine strangers to one friend, all told 0.5: right at even odds
    assert reliability.ece([0.5] * 10, [True] + [False] * 9) == pytest.approx(0)
    (only,) = reliability.reliability([0.5] * 10, [True] + [False] * 9)
    assert only.observed == pytest.approx(0.5)
    assert only.observed_low < 0.5 < only.observed_high
    assert only.pairs == 10


@given(PAIRS)
def test_the_gaps_of_the_bins_make_the_error(rows: list[tuple[float, bool]]) -> None:
    said = [d / 2 for d, _ in rows]
    same = [s for _, s in rows]
    weights = reliability.balance(same)
    bins = reliability.reliability(said, same)
    places = np.minimum((np.array(said) * 10).astype(int), 9)
    shares = [weights[places == round(b.low * 10)].sum() / weights.sum() for b in bins]
    gap = sum(w * abs(b.predicted - b.observed) for w, b in zip(shares, bins, strict=True))
    assert gap == pytest.approx(reliability.ece(said, same), abs=1e-9)


def test_the_bootstrap_is_repeatable_and_holds_the_figure() -> None:
    values = np.random.default_rng(0).normal(1, 0.2, 60)
    people = [at // 6 for at in range(60)]
    one = reliability.bootstrap(lambda at: float(values[at].mean()), people)
    assert one == reliability.bootstrap(lambda at: float(values[at].mean()), people)
    assert one[0] < values.mean() < one[1]
