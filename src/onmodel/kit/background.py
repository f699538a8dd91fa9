"""Work beside what a process is there for: what is done every second, and how a task ends."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import structlog

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
# work that takes long rests so many times as long: what waits meanwhile is done in one go
REST = 3


async def end(*tasks: asyncio.Task[None] | None) -> None:
    """Cancel tasks, those that were ever begun, and return when they are over."""
    for task in tasks:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class Chore:
    """Takes its steps every second, or less often when they take long.

    One that fails keeps none of the others from its turn.

    What is due stands in the database, so any process may find it, and nothing is lost by stopping.
    """

    def __init__(self, name: str, steps: Mapping[str, Callable[[], Awaitable[object]]]) -> None:
        self._name = name
        self.steps = steps
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Stop looking; another process, or the next start, goes on."""
        await end(self._task)

    async def _run(self) -> None:
        seconds = 0.0
        while True:
            await asyncio.sleep(max(LOOK_SECONDS, REST * seconds))
            begun = time.monotonic()
            for step, take in self.steps.items():
                try:
                    await take()
                except Exception as error:  # noqa: BLE001 - a database that starts raises much
                    log.warning("chore_failed", chore=self._name, step=step, error=str(error))
            seconds = time.monotonic() - begun
