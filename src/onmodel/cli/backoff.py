"""How long to wait before something that ended is started again."""

import time

_WAITS_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_STEADY_SECONDS = 60.0  # whoever ran this long starts again as if it had never failed


class Backoff:
    """Counts the failures of one process."""

    def __init__(self) -> None:
        self._failures = 0
        self._started_at = time.monotonic()

    def started(self) -> None:
        """Note that it runs."""
        self._started_at = time.monotonic()

    def failed(self) -> float:
        """Note that it ended; return how many seconds to wait."""
        steady = time.monotonic() - self._started_at > _STEADY_SECONDS
        self._failures = 1 if steady else self._failures + 1
        return _WAITS_SECONDS[min(self._failures, len(_WAITS_SECONDS)) - 1]
