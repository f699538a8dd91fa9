"""Keeps Python's full garbage collections short while thousands of sockets are open.

A full collection looks at every object there is: half a second with 5,000 sockets, in which no
frame moves. So whenever some sockets have come, what is alive is set aside (`gc.freeze`), and the
next collections look at newer objects only. Set aside is not for ever: what belonged to sockets
that are gone may hold itself in a circle, so after enough of them have left all is looked at again.
"""

import gc

SOME = 100
# about 50 KB each, so so many that are gone may hold 50 MB before somebody looks
ENOUGH = 1_000


class Garbage:
    """Counts the sockets of one process, and collects when it is worth it."""

    def __init__(self) -> None:
        self._came = self._gone = 0

    def came(self) -> None:
        """Note a new socket."""
        self._came += 1
        if self._came % SOME == 0:
            _set_aside()

    def left(self) -> None:
        """Note that a socket is gone."""
        self._gone += 1
        if self._gone % ENOUGH == 0:
            gc.unfreeze()
            _set_aside()


def _set_aside() -> None:
    """Collect, so that nothing that is dead already is kept, and freeze what is alive."""
    gc.collect()
    gc.freeze()
