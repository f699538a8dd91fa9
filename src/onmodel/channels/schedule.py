"""When a message may leave: digests and quiet hours, by the clock on the person's wall."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Digest = Literal["off", "hourly", "daily"]


@dataclass(frozen=True)
class Schedule:
    """A person's wishes. Quiet hours may cross midnight; None means none."""

    time_zone: str = "UTC"
    digest: Digest = "off"
    digest_at: time = time(9)
    quiet_from: time | None = None
    quiet_until: time | None = None


def earliest(schedule: Schedule, at: datetime, *, collected: bool) -> datetime:
    """Return when something that happened at ``at`` may leave (both aware; the answer in UTC).

    Args:
        schedule: the person's wishes.
        at: when it happened, or when it would leave.
        collected: it waits for the digest, if the person wants one.
    """
    leaves = _digest(schedule, at) if collected else at
    return after_quiet(schedule, leaves)


def after_quiet(schedule: Schedule, at: datetime) -> datetime:
    """Return ``at``, or the end of the quiet hours in which it lies."""
    start, end = schedule.quiet_from, schedule.quiet_until
    if start is None or end is None or start == end:
        return at.astimezone(UTC)
    local = at.astimezone(ZoneInfo(schedule.time_zone))
    clock = local.time()
    crosses = start > end
    is_quiet = clock >= start or clock < end if crosses else start <= clock < end
    if not is_quiet:
        return at.astimezone(UTC)
    ends_tomorrow = crosses and clock >= start
    return _at(local, end, days=1 if ends_tomorrow else 0)


def _digest(schedule: Schedule, at: datetime) -> datetime:
    if schedule.digest == "off":
        return at
    local = at.astimezone(ZoneInfo(schedule.time_zone))
    if schedule.digest == "hourly":
        # minutes are counted from the full hour of the wall; that hour is 60 minutes long even
        # on the day on which the clocks change
        into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return at + timedelta(hours=1) - into
    today = _at(local, schedule.digest_at, days=0)
    return today if today > at else _at(local, schedule.digest_at, days=1)


def _at(local: datetime, clock: time, *, days: int) -> datetime:
    """Return when the wall shows ``clock``, so many days after the day of ``local``.

    An hour that comes twice is taken the second time, so that nobody is woken early; one that
    is left out is taken as if the clocks had not moved yet.
    """
    day = local.date() + timedelta(days=days)
    wall = datetime.combine(day, clock, tzinfo=local.tzinfo)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(first, second)
