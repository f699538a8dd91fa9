"""The bus between processes: Valkey publish and subscribe.

The bus may lose a message; the log may not. Whoever listens compares ``seq`` and reads the
log when one is missing.
"""

from collections.abc import AsyncIterator, Callable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from onmodel.kit.db.uow import Near, Notice

log = structlog.get_logger(__name__)


def connect(url: str) -> Redis:
    """Return a client for ``redis://``, ``unix://`` or Celery's ``redis+socket://`` URLs."""
    return Redis.from_url(url.replace("redis+socket://", "unix://").replace("virtual_host=", "db="))


class Bus:
    """Publishes notices and listens to channels."""

    def __init__(self, client: Redis) -> None:
        self.client = client
        self._near: Near | None = None

    def listen_near(self, take: Near) -> None:
        """Let ``take`` hear what this process tells at once; by the bus it comes there, too."""
        self._near = take

    def hand_over(self, notices: list[Notice]) -> None:
        """Give notices to who listens near, without waiting for anything."""
        if self._near is not None:
            self._near(notices)

    async def publish(self, notices: list[Notice]) -> None:
        """Send notices in order; a broker that is down costs speed, not truth."""
        try:
            async with self.client.pipeline(transaction=False) as pipe:
                for channel, message in notices:
                    pipe.publish(channel, message)
                await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("bus_unreachable", error=str(error), notices=len(notices))

    async def listen(
        self, pattern: str, *, subscribed: Callable[[], None] | None = None
    ) -> AsyncIterator[tuple[str, bytes]]:
        """Yield ``(channel, message)`` for every message whose channel matches ``pattern``.

        Args:
            pattern: with ``*`` for any text.
            subscribed: called once nothing published from now on will be missed.

        Raises:
            RedisError: the connection broke; the listener subscribes anew and catches up
                from the log.
        """
        async with self.client.pubsub() as pubsub:
            await pubsub.psubscribe(pattern)
            async for message in pubsub.listen():
                if message["type"] == "psubscribe" and subscribed is not None:
                    subscribed()
                if message["type"] != "pmessage":
                    continue
                yield message["channel"].decode(), message["data"]

    async def ping(self) -> None:
        """Raise RedisError when the broker does not answer."""
        await self.client.ping()

    async def close(self) -> None:
        """Close every connection."""
        await self.client.aclose()
