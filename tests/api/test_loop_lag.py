"""The number that tells how long the event loop kept everybody waiting."""

import asyncio
import time

from onmodel.api.loop_lag import TICK_SECONDS, LoopLag


async def test_whatever_holds_the_loop_shows() -> None:
    lag = LoopLag()
    lag.start()
    await asyncio.sleep(0)  # the timer is set
    end = time.perf_counter() + 0.2
    while time.perf_counter() < end:  # nobody else gets a turn
        pass
    for _ in range(10):  # turns enough for the timer to ring, late
        await asyncio.sleep(0)
    assert lag.worst_seconds > 0.2 - 2 * TICK_SECONDS
    await lag.stop()
