"""When what failed is tried again: exponential backoff with jitter."""

from random import SystemRandom

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0

_random = SystemRandom()


def delay_seconds(
    attempt: int, *, first: float = FIRST_SECONDS, longest: float = LONGEST_SECONDS
) -> float:
    """Return how long to wait after the failure of ``attempt`` (1 is the first).

    The wait doubles from ``first`` up to ``longest``; its upper half is random, so that what
    failed together does not come back together.
    """
    # a float's exponent has an end, and the wait has long reached its own by then
    full = min(longest, first * 2 ** min(attempt - 1, 60))
    return _random.uniform(full / 2, full)
