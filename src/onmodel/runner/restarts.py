"""When a function that keeps dying may be started again: exponential backoff with jitter."""

import time

from onmodel.dispatch.retry import delay_seconds


class Restarts:
    """Counts, by function, how often in a row it did not live.

    The first death costs nothing, since it may have been an accident. From the second on it rests
    one second, then two, four, up to a minute. A call that it lives through forgives everything.
    """

    def __init__(self) -> None:
        self._deaths: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def died(self, key: str) -> None:
        """Note that it did not start, or ended when it should not have."""
        self._deaths[key] = deaths = self._deaths.get(key, 0) + 1
        if deaths > 1:
            self._until[key] = time.monotonic() + delay_seconds(deaths - 1)

    def lived(self, key: str) -> None:
        """Note that it came through a call."""
        self._deaths.pop(key, None)
        self._until.pop(key, None)

    def pause_s(self, key: str) -> float:
        """Return how many seconds it rests yet; 0 when it may be started."""
        return max(0.0, self._until.get(key, 0.0) - time.monotonic())

    def resting(self) -> dict[str, float]:
        """Return every function that rests, with the seconds left."""
        return {key: left for key in self._until if (left := self.pause_s(key)) > 0}
