"""What the bus feeds: a task that listens, through whatever happens to the bus."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from redis.exceptions import RedisError

from onmodel.events.bus import Bus
from onmodel.kit.background import end

log = structlog.get_logger(__name__)

RETRY_SECONDS = 0.5


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
