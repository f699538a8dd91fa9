"""How long the event loop kept everybody waiting: one number that tells a process too busy.

A timer that should ring every few milliseconds rings late by as long as something held the loop.
"""

import asyncio
from collections import deque

from onmodel.kit.background import end

TICK_SECONDS = 0.01
WINDOW_SECONDS = 30


class LoopLag:
    """The longest delay of the last half minute."""

    def __init__(self) -> None:
        self._worst: deque[float] = deque([0.0], maxlen=WINDOW_SECONDS)
        self._task: asyncio.Task[None] | None = None

    @property
    def worst_seconds(self) -> float:
        """The longest delay of the last ``WINDOW_SECONDS``."""
        return max(self._worst)

    def start(self) -> None:
        """Begin to look at the clock."""
        self._task = asyncio.create_task(self._run(), name="loop-lag")

    async def stop(self) -> None:
        """Stop looking."""
        await end(self._task)

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        while True:
            asked = clock()
            await asyncio.sleep(TICK_SECONDS)
            now = clock()
            self._worst[-1] = max(self._worst[-1], now - asked - TICK_SECONDS)
            if now - begun >= 1:
                begun = now
                self._worst.append(0.0)
