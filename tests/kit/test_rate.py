"""So often within any stretch of time, and no memory of those who are quiet."""

import time

import pytest

from onmodel.kit.rate import MANY, Rate, Rates


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def test_so_many_within_any_second_and_not_twice_as_many_around_its_end(clock: Clock) -> None:
    rate = Rate(3)
    clock.now += 0.9
    assert [rate.allows() for _ in range(4)] == [True, True, True, False]
    clock.now += 0.2
    assert not rate.allows()
    clock.now += 0.8
    assert [rate.allows() for _ in range(4)] == [True, True, True, False]


def test_what_was_refused_does_not_count(clock: Clock) -> None:
    rate = Rate(1, seconds=10)
    assert rate.allows()
    for _ in range(9):
        clock.now += 1
        assert not rate.allows()
    clock.now += 1
    assert rate.allows()


def test_names_are_counted_apart_and_forgotten_when_they_were_quiet(clock: Clock) -> None:
    rates = Rates(1, 60)
    for number in range(MANY - 1):
        assert rates.allows(number)
    assert not rates.allows(0)
    clock.now += 61
    assert rates.allows("somebody")
    assert rates.allows("somebody else")
    assert len(rates) == 2
