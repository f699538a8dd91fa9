"""One asyncio loop in a thread of its own: threads hand coroutines to it and wait."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs coroutines of many threads on one loop, so that they share one database engine."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._tasks: set[asyncio.Task[object]] = set()
        self._thread = threading.Thread(target=self._serve, name="loop", daemon=True)
        self._thread.start()
        self._ready.wait()

    def _serve(self) -> None:
        with asyncio.Runner() as runner:
            self.loop = runner.get_loop()
            self._stopped = asyncio.Event()
            self.loop.call_soon(self._ready.set)
            runner.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        await self._stopped.wait()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return its result; not from the loop's own thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result()

    def start(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Start a coroutine on the loop and go on; safe in a signal handler."""
        self.loop.call_soon_threadsafe(self._spawn, coroutine)

    def _spawn(self, coroutine: Coroutine[Any, Any, object]) -> None:
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel_started(self) -> None:
        """Cancel what ``start`` has started and wait until it has ended."""
        self.run(self._cancel_started())

    async def _cancel_started(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        """Cancel what still runs and end the thread."""
        self.loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
