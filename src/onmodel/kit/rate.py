"""How often something may be done: at most so often within any stretch of so many seconds.

Each time is remembered, since a counter that begins anew lets twice as many through where its
second ends. Nothing waits here, neither for a lock nor for a thread: a socket asks for every
message, three thousand times a second in one process, and libraries that share their counters
between processes need thirty times as long for it.
"""

import time
from collections import deque
from collections.abc import Hashable

# names that are remembered before those that were quiet are looked for
MANY = 1_000


class Rate:
    """One subject's own; gone with it."""

    __slots__ = ("_amount", "_seconds", "_taken")

    def __init__(self, amount: int, seconds: float = 1.0) -> None:
        self._amount = amount
        self._seconds = seconds
        self._taken: deque[float] = deque()

    def allows(self) -> bool:
        """Say whether it may be done once more now; if so, it counts as done."""
        if self.is_quiet() or len(self._taken) < self._amount:
            self._taken.append(time.monotonic())
            return True
        return False

    def is_quiet(self) -> bool:
        """Forget what was long ago; say whether nothing is left."""
        long_ago = time.monotonic() - self._seconds
        while self._taken and self._taken[0] <= long_ago:
            self._taken.popleft()
        return not self._taken


class Rates:
    """The same for each of many names, those forgotten that were not heard of for long."""

    def __init__(self, amount: int, seconds: float) -> None:
        self._amount = amount
        self._seconds = seconds
        self._known: dict[Hashable, Rate] = {}
        self._sweep_at = MANY

    def __len__(self) -> int:
        return len(self._known)

    def allows(self, name: Hashable) -> bool:
        """Say whether ``name`` may do it once more now; if so, it counts as done."""
        if len(self._known) >= self._sweep_at:
            self._known = {key: rate for key, rate in self._known.items() if not rate.is_quiet()}
            self._sweep_at = max(MANY, 2 * len(self._known))
        rate = self._known.setdefault(name, Rate(self._amount, self._seconds))
        return rate.allows()
