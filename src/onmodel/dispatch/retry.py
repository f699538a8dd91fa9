"""When a failed call is tried again: exponential backoff with jitter."""

from random import SystemRandom

LONGEST_SECONDS = 60.0

_random = SystemRandom()


def delay_seconds(attempt: int, *, first: float = 1.0) -> float:
    """Return how long to wait after the failure of ``attempt`` (1 is the first).

    The wait doubles from ``first`` up to ``LONGEST_SECONDS``; its upper half is random, so that
    calls that failed together do not come back together.
    """
    # a float's exponent has an end, and the wait has long reached its own by then
    full = min(LONGEST_SECONDS, first * 2 ** min(attempt - 1, 60))
    return _random.uniform(full / 2, full)
