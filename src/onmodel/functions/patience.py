"""How long somebody waits for an installation, and whether they still want it.

Fetching and building take from a second to an hour and are done in the middle of a call, so each
step of them asks, several times a second, whether it should go on.
"""

import math
import time
from collections.abc import Callable
from threading import Event

from onmodel.functions.errors import DownloadStoppedError, InstallTimedOutError

IsStopped = Callable[[], bool]

# How often it is asked by whoever has nothing else to do.
POLL_S = 0.1


class Patience:
    """What an installation asks whether it should go on. It may be asked from every thread.

    Args:
        seconds: for all of it together, from now on.
        stopped: whether nobody wants it any more.
    """

    def __init__(self, seconds: float = math.inf, *, stopped: IsStopped = lambda: False) -> None:
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._stopped = stopped

    def check(self) -> None:
        """Require that it should go on.

        Raises:
            DownloadStoppedError: nobody wants it any more.
            InstallTimedOutError: its time is over.
        """
        if self._stopped():
            raise DownloadStoppedError("The installation was stopped.")
        if time.monotonic() > self._deadline:
            raise InstallTimedOutError(f"It was not ready within {self._seconds:g} seconds.")

    def pause(self, seconds: float) -> None:
        """Wait, and go on asking meanwhile; raises as `check` does."""
        end = time.monotonic() + seconds
        self.check()
        while (left := end - time.monotonic()) > 0:
            Event().wait(min(left, POLL_S))
            self.check()


ENDLESS = Patience()
