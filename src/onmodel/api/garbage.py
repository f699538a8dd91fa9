"""Keeps Python's full garbage collections short while thousands of sockets are open.

A full collection looks at every object there is: half a second with 5,000 sockets, in which no
frame moves. So whenever some sockets have come, what is alive is set aside (`gc.freeze`), and the
next collections look at newer objects only. Set aside is not for ever: what belonged to sockets
that are gone may hold itself in a circle, as uvicorn's protocol and its transport do, so all is
looked at again when more are gone than are here. It waits a moment with that: when everybody
leaves at once there is nobody left to keep waiting.
"""

import asyncio
import gc

SOME = 100
ENOUGH = 1_000
WAIT_SECONDS = 5.0


class Garbage:
    """Counts the sockets of one process, and collects when it is worth it."""

    def __init__(self, wait_seconds: float = WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._came = self._here = self._gone = 0
        self._waiting: asyncio.TimerHandle | None = None

    def came(self) -> None:
        """Note a new socket."""
        self._came += 1
        self._here += 1
        if self._came % SOME == 0:
            _set_aside()

    def left(self) -> None:
        """Note that a socket is gone."""
        self._here -= 1
        self._gone += 1
        if self._waiting is None and self._gone >= max(ENOUGH, self._here):
            loop = asyncio.get_running_loop()
            self._waiting = loop.call_later(self._wait_seconds, self._look_at_all)

    def _look_at_all(self) -> None:
        self._waiting, self._gone = None, 0
        gc.unfreeze()
        _set_aside()


def _set_aside() -> None:
    """Collect, so that nothing that is dead already is kept, and freeze what is alive."""
    gc.collect()
    gc.freeze()
