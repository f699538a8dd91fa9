"""When a failed call is tried again: exponential backoff with jitter."""

from random import SystemRandom

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 60.0

_random = SystemRandom()


def delay_seconds(attempt: int) -> float:
    """Return how long to wait after the failure of ``attempt`` (1 is the first).

    The wait doubles up to ``LONGEST_SECONDS``; its upper half is random, so that calls that
    failed together do not come back together.
    """
    full = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (attempt - 1))
    return _random.uniform(full / 2, full)
