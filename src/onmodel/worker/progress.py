"""Telling of progress: at once when it is quiet, else a few times a second, the newest wins."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

from onmodel.worker.held import HeldCall

INTERVAL_SECONDS = 0.25

Publish = Callable[[HeldCall], Awaitable[None]]


class Throttle:
    """Passes on what functions tell, at most once per interval and call.

    Args:
        loop: where ``publish`` runs.
        publish: tells the newest progress of a call.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        publish: Publish,
        *,
        interval_seconds: float = INTERVAL_SECONDS,
    ) -> None:
        self._loop = loop
        self._publish = publish
        self._interval = interval_seconds
        self._changed: dict[UUID, bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def tell(self, held: HeldCall) -> None:
        """Take note that a call has news; from any thread."""
        self._loop.call_soon_threadsafe(self._take, held)

    def _take(self, held: HeldCall) -> None:
        if held.call_id in self._changed:
            self._changed[held.call_id] = True
            return
        self._changed[held.call_id] = False
        task = self._loop.create_task(self._tell_until_quiet(held))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_until_quiet(self, held: HeldCall) -> None:
        try:
            while not held.stop.is_set():
                await self._publish(held)
                await asyncio.sleep(self._interval)
                if not self._changed[held.call_id]:
                    return
                self._changed[held.call_id] = False
        finally:
            del self._changed[held.call_id]
