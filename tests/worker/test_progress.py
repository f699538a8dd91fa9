"""Telling of progress: quick, but not more often than people can see."""

import asyncio
from uuid import uuid4

from onmodel.worker.held import HeldCall, StopReason
from onmodel.worker.progress import Throttle


class Audience:
    """Hears what is told, one item at a time."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, str]] = []
        self.told = asyncio.Event()

    async def publish(self, held: HeldCall) -> None:
        self.heard.append((held.progress.percent, held.progress.step))
        self.told.set()

    async def next(self) -> None:
        """Wait for the next item."""
        async with asyncio.timeout(60):
            await self.told.wait()
        self.told.clear()


async def test_tells_the_first_at_once_and_then_only_the_newest() -> None:
    audience, held = Audience(), HeldCall(uuid4(), 1)
    throttle = Throttle(asyncio.get_running_loop(), audience.publish, interval_seconds=0.05)
    held.note(0.01, "first")
    throttle.tell(held)
    await audience.next()
    for n in range(2, 100):
        held.note(n / 100, f"step {n}")
        throttle.tell(held)
    await audience.next()
    assert audience.heard == [(1.0, "first"), (99.0, "step 99")]


async def test_tells_nothing_of_a_call_that_was_stopped() -> None:
    audience, held = Audience(), HeldCall(uuid4(), 1)
    throttle = Throttle(asyncio.get_running_loop(), audience.publish, interval_seconds=0.0)
    held.ask_to_stop(StopReason.NOT_OURS)
    throttle.tell(held)
    other = HeldCall(uuid4(), 1)
    throttle.tell(other)
    await audience.next()
    assert len(audience.heard) == 1


def test_progress_stays_between_its_ends_and_never_falls() -> None:
    held = HeldCall(uuid4(), 1)
    assert held.note(None, "starting").percent == 0
    assert held.note(0.6, "drawing").percent == 60
    assert held.note(0.2, "").step == "drawing"
    assert held.progress.percent == 60
    assert held.note(7.0, "done").percent == 100


def test_time_left_is_guessed_from_the_time_so_far() -> None:
    held = HeldCall(uuid4(), 1)
    held.began -= 30
    assert held.note(0.04, "").eta_seconds is None
    eta = held.note(0.75, "").eta_seconds
    assert eta is not None
    assert 10 <= eta < 11
