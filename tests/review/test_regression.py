"""A golden set beside the time before: worse, or chance?"""

import pytest

from onmodel.review.regression import Measured, against


def _runs(
    *pairs: tuple[float | None, float | None],
) -> tuple[list[Measured], list[Measured]]:
    def one(number: int, distance: float | None) -> Measured:
        scored = distance is not None
        return Measured(
            key=f"angle/{number}",
            label=f"Angle {number}",
            distance=distance,
            p_same=0.9 if scored else None,
            fidelity=100 * (1 - distance) if distance is not None else None,
        )

    return (
        [one(number, before) for number, (before, _) in enumerate(pairs)],
        [one(number, after) for number, (_, after) in enumerate(pairs)],
    )


def test_the_very_same_pictures_are_no_regression() -> None:
    verdict = against(*_runs(*[(0.4, 0.4)] * 8))
    assert (verdict.pairs, verdict.mean_change, verdict.p_value) == (8, 0.0, 0.5)
    assert (verdict.regression, verdict.worse) == (False, [])
    assert verdict.text.startswith("No worse than before")


def test_every_picture_farther_away_is_a_regression() -> None:
    verdict = against(*_runs(*[(0.4, 0.5 + number / 100) for number in range(6)]))
    assert verdict.regression
    # all six signs alike: once in 64 ways
    assert verdict.p_value == pytest.approx(1 / 64)
    assert verdict.mean_change == pytest.approx(-12.5)
    assert len(verdict.worse) == 6
    assert "chance alone does as much in 2 % of cases" in verdict.text


def test_every_picture_nearer_is_an_improvement() -> None:
    verdict = against(*_runs(*[(0.5 + number / 100, 0.4) for number in range(6)]))
    assert not verdict.regression
    assert verdict.mean_change == pytest.approx(12.5)
    assert verdict.p_value is not None
    assert verdict.p_value > 0.9


def test_up_and_down_is_chance_though_single_pictures_fell() -> None:
    verdict = against(*_runs((0.4, 0.5), (0.5, 0.4), (0.4, 0.46), (0.46, 0.39), (0.4, 0.42)))
    assert not verdict.regression
    assert verdict.worse == ["angle/0", "angle/2"]


def test_four_pictures_are_too_few_to_tell_and_it_says_so() -> None:
    verdict = against(*_runs(*[(0.4, 0.6)] * 4))
    assert not verdict.regression
    assert "too few to tell" in verdict.text


def test_pictures_that_cannot_be_judged_any_more_are_not_dropped_silently() -> None:
    one = against(*_runs(*[(0.4, 0.4)] * 6, (0.4, None)))
    assert (one.regression, one.worse, one.pairs) == (False, ["angle/6"], 6)
    assert "1 picture cannot be judged any more." in one.text
    five = against(*_runs(*[(0.4, 0.4)] * 3, *[(0.4, None)] * 5))
    assert five.regression
    # five lost and five found is chance
    both = against(*_runs(*[(0.4, None)] * 5, *[(None, 0.4)] * 5))
    assert not both.regression
    assert both.mean_change is None
    assert both.text.startswith("No picture could be judged in both runs.")
