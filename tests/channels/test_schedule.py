"""Digests and quiet hours, by the wall clock, on days on which the clocks change, too."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from onmodel.channels.schedule import Schedule, after_quiet, earliest

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Schedule("Europe/Berlin", quiet_from=time(22), quiet_until=time(7, 30))


def berlin(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


@pytest.mark.parametrize(
    ("happens", "leaves"),
    [
        ("2026-11-25 21:59", "2026-11-25 21:59"),
        ("2026-11-25 22:00", "2026-11-26 07:30"),
        ("2026-11-26 03:00", "2026-11-26 07:30"),
        ("2026-11-26 07:29", "2026-11-26 07:30"),
        ("2026-11-26 07:30", "2026-11-26 07:30"),
    ],
)
def test_quiet_hours_over_midnight_wait_for_the_morning(happens: str, leaves: str) -> None:
    assert after_quiet(NIGHT, berlin(happens)) == berlin(leaves)


def test_quiet_hours_within_one_day() -> None:
    lunch = Schedule("Europe/Berlin", quiet_from=time(12), quiet_until=time(13))
    assert after_quiet(lunch, berlin("2026-11-25 12:30")) == berlin("2026-11-25 13:00")
    assert after_quiet(lunch, berlin("2026-11-25 11:59")) == berlin("2026-11-25 11:59")


def test_quiet_hours_that_begin_when_they_end_are_none() -> None:
    none = Schedule("Europe/Berlin", quiet_from=time(8), quiet_until=time(8))
    assert after_quiet(none, berlin("2026-11-25 08:00")) == berlin("2026-11-25 08:00")


def test_the_night_in_which_the_clocks_go_forward_is_an_hour_shorter() -> None:
    """29 March 2026: 02:00 becomes 03:00 in Berlin."""
    evening = berlin("2026-03-28 22:00")
    morning = after_quiet(NIGHT, evening)
    assert morning == datetime(2026, 3, 29, 5, 30, tzinfo=UTC)
    assert (morning - evening).total_seconds() == 8.5 * 3600


def test_the_night_in_which_the_clocks_go_back_is_an_hour_longer() -> None:
    """25 October 2026: 03:00 becomes 02:00 in Berlin."""
    evening = berlin("2026-10-24 22:00")
    morning = after_quiet(NIGHT, evening)
    assert morning == datetime(2026, 10, 25, 6, 30, tzinfo=UTC)
    assert (morning - evening).total_seconds() == 10.5 * 3600


def test_quiet_until_an_hour_that_comes_twice_wakes_nobody_early() -> None:
    until_half_past_two = Schedule("Europe/Berlin", quiet_from=time(22), quiet_until=time(2, 30))
    ends = after_quiet(until_half_past_two, berlin("2026-10-24 23:00"))
    assert ends == berlin("2026-10-25 02:30", fold=1).astimezone(UTC)
    assert ends == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_quiet_until_an_hour_that_is_left_out_ends_after_the_jump() -> None:
    until_half_past_two = Schedule("Europe/Berlin", quiet_from=time(22), quiet_until=time(2, 30))
    ends = after_quiet(until_half_past_two, berlin("2026-03-28 23:00"))
    assert ends.astimezone(BERLIN).time() == time(3, 30)


def test_a_digest_leaves_at_the_full_hour_of_a_zone_with_half_hours() -> None:
    hourly = Schedule("Asia/Kolkata", digest="hourly")
    at = datetime(2026, 11, 25, 10, 5, tzinfo=UTC)  # 15:35 on the wall
    assert earliest(hourly, at, collected=True) == datetime(2026, 11, 25, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("happens", "leaves"),
    [
        ("2026-11-25 08:59", "2026-11-25 09:00"),
        ("2026-11-25 09:00", "2026-11-26 09:00"),
        ("2026-03-28 10:00", "2026-03-29 09:00"),
        ("2026-10-24 10:00", "2026-10-25 09:00"),
    ],
)
def test_a_daily_digest_leaves_at_its_hour_of_the_wall(happens: str, leaves: str) -> None:
    daily = Schedule("Europe/Berlin", digest="daily", digest_at=time(9))
    assert earliest(daily, berlin(happens), collected=True) == berlin(leaves)


def test_a_digest_inside_the_quiet_hours_waits_for_their_end() -> None:
    both = Schedule(
        "Europe/Berlin", "daily", digest_at=time(6), quiet_from=time(22), quiet_until=time(7)
    )
    assert earliest(both, berlin("2026-11-25 12:00"), collected=True) == berlin("2026-11-26 07:00")


def test_what_is_not_collected_leaves_at_once() -> None:
    hourly = Schedule("Europe/Berlin", digest="hourly")
    at = berlin("2026-11-25 12:10")
    assert earliest(hourly, at, collected=False) == at
