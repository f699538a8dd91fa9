"""Work beside the requests of a process: what is done every second, and what the bus feeds."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import structlog
from redis.exceptions import RedisError

from onmodel.events.bus import Bus

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
RETRY_SECONDS = 0.5


async def end(*tasks: asyncio.Task[None] | None) -> None:
    """Cancel tasks, those that were ever begun, and return when they are over."""
    for task in tasks:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class Chore:
    """Takes its steps every second; one that fails keeps none of the others from its turn.

    What is due stands in the database, so any process may find it, and nothing is lost by stopping.
    """

    def __init__(self, name: str, steps: Mapping[str, Callable[[], Awaitable[object]]]) -> None:
        self._name = name
        self._steps = steps
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """Stop looking; another process, or the next start, goes on."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for step, take in self._steps.items():
                try:
                    await take()
                except Exception as error:  # noqa: BLE001 - a database that starts raises much
                    log.warning("chore_failed", chore=self._name, step=step, error=str(error))


class Ear:
    """Listens to channels of the bus, through whatever happens to the bus or to one frame.

    Attributes:
        listening: set while nothing that is published will be missed.

    Args:
        bus: what to listen to.
        pattern: of the channels, with ``*`` for any text.
        take: is given every channel and frame.
        name: of whose ear it is.
        subscribed: told that from now on nothing is missed, and whether something may have been.
    """

    def __init__(
        self,
        bus: Bus,
        pattern: str,
        take: Callable[[str, bytes], Awaitable[None]],
        *,
        name: str,
        subscribed: Callable[[bool], None] | None = None,
    ) -> None:
        self.listening = asyncio.Event()
        self._bus = bus
        self._pattern = pattern
        self._take = take
        self._name = name
        self._tell = subscribed
        self._missed = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._run(), name=f"{self._name}-listen")

    async def stop(self) -> None:
        """Stop listening."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                async for channel, frame in self._bus.listen(
                    self._pattern, subscribed=self._subscribed
                ):
                    await self._take(channel, frame)
            except (RedisError, OSError) as error:
                log.warning("bus_lost", ear=self._name, error=str(error))
            except Exception:  # a mistake over one frame must not silence all that follow
                log.exception("frame_not_taken", ear=self._name)
            self.listening.clear()
            self._missed = True
            await asyncio.sleep(RETRY_SECONDS)

    def _subscribed(self) -> None:
        self.listening.set()
        if self._tell is not None:
            self._tell(self._missed)
        self._missed = False
