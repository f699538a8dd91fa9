"""Bradley-Terry: known data, known orders, honest intervals."""

from itertools import combinations

import numpy as np
import pytest

from onmodel.decisions.ranking import PRIOR_DEVIATION, Comparison, Ranking, rank


def _simulate(strengths: np.ndarray, rounds: int, seed: int) -> Ranking:
    dice = np.random.default_rng(seed)
    said: list[Comparison] = []
    for one, other in combinations(range(len(strengths)), 2):
        p = 1 / (1 + np.exp(strengths[other] - strengths[one]))
        said += [Comparison(one, other, float(dice.random() < p)) for _ in range(rounds)]
    return rank(len(strengths), said)


def test_two_pictures_have_the_strength_that_the_odds_say() -> None:
    # 3,000 wins to 1,000: odds of 3, log 3 apart; the prior weighs nothing against so many
    said = [Comparison(0, 1, 1.0)] * 3000 + [Comparison(0, 1, 0.0)] * 1000
    found = rank(2, said)
    assert found.strengths[0] - found.strengths[1] == pytest.approx(np.log(3), abs=0.01)
    # Fisher information of one comparison is p (1 - p)
    error = np.sqrt(found.covariance[0, 0] * 4)
    assert error == pytest.approx(1 / np.sqrt(4000 * 0.75 * 0.25), rel=0.02)


def test_baseball_of_1987_comes_out_as_in_the_book() -> None:
    # the American League of 1987 in Agresti, Categorical Data Analysis (chapter on matched pairs):
    # wins of row over column; fitted there without a prior: 1.58 from first to last
    teams = ["Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"]
    wins = [
        [0, 7, 9, 7, 7, 9, 11],
        [6, 0, 7, 5, 11, 9, 9],
        [4, 6, 0, 7, 7, 8, 12],
        [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12],
        [4, 4, 5, 6, 6, 0, 6],
        [2, 4, 1, 3, 1, 7, 0],
    ]
    said = [
        Comparison(row, column, 1.0)
        for row, line in enumerate(wins)
        for column, count in enumerate(line)
        for _ in range(count)
    ]
    found = rank(len(teams), said).strengths
    assert [teams[index] for index in np.argsort(-found)] == teams
    assert found[0] - found[6] == pytest.approx(1.58, abs=0.12)


def test_a_known_order_is_recovered() -> None:
    strengths = np.array([2.0, 1.0, 0.0, -1.0, -2.0])
    for seed in range(20):
        assert list(np.argsort(-_simulate(strengths, 60, seed).strengths)) == [0, 1, 2, 3, 4]


def test_intervals_cover_what_they_say() -> None:
    dice = np.random.default_rng(7)
    inside, total = 0, 0
    for seed in range(300):
        truth = dice.normal(0, PRIOR_DEVIATION, size=6)
        found = _simulate(truth, 3, seed)
        low, high = found.interval()
        centred = truth - truth.mean()
        inside += int(((low <= centred) & (centred <= high)).sum())
        total += len(truth)
    assert 0.92 <= inside / total <= 0.98


def test_who_won_everything_is_finite_and_who_was_never_seen_is_in_the_middle() -> None:
    found = rank(3, [Comparison(0, 1, 1.0)] * 10)
    assert np.isfinite(found.strengths).all()
    assert found.strengths[0] > found.strengths[2] > found.strengths[1]
    low, high = found.interval()
    assert high[2] - low[2] > high[0] - low[0]


def test_a_tie_counts_half_for_each_and_nothing_said_is_nothing_known() -> None:
    assert rank(2, [Comparison(0, 1, 0.5)] * 4).strengths == pytest.approx([0, 0], abs=1e-9)
    assert rank(0, []).p_best().tolist() == []
    assert rank(4, []).p_best() == pytest.approx([0.25] * 4, abs=0.03)
    assert rank(4, []).p_best().sum() == pytest.approx(1)


def test_a_comparison_tells_most_between_equals_of_which_little_is_known() -> None:
    found = rank(4, [Comparison(0, 1, 1.0)] * 30)
    assert found.information(2, 3) > found.information(0, 1)
    assert found.information(0, 2) > found.information(0, 1)
