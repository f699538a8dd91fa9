"""Builds the parts of a process from the settings: the one place where they are put together."""

from dataclasses import dataclass

from onmodel.events.bus import Bus, connect
from onmodel.kit.db.engine import make_engine
from onmodel.kit.db.uow import Database
from onmodel.kit.errors import UnavailableError
from onmodel.settings import Settings
from onmodel.storage.store import Store, open_store


@dataclass(frozen=True)
class Resources:
    """What a process works with; closed in one go."""

    settings: Settings
    database: Database
    bus: Bus
    store: Store

    async def close(self) -> None:
        """Close the database and the broker."""
        await self.bus.close()
        await self.database.dispose()


def compose(settings: Settings, *, silence_seconds: float = 0.0) -> Resources:
    """Connect the parts named in the settings; nothing is contacted yet.

    Args:
        settings: where the parts are.
        silence_seconds: see `make_engine`.

    Raises:
        UnavailableError: no database or broker is named; ``onmodel up`` starts them.
    """
    if settings.database_url is None or settings.broker_url is None:
        raise UnavailableError(
            "No database or broker is known to this process.",
            try_="Start everything with `onmodel up`, or set ONMODEL_DATABASE_URL and "
            "ONMODEL_BROKER_URL.",
        )
    bus = Bus(connect(settings.broker_url))
    engine = make_engine(
        settings.database_url,
        pool_size=settings.database_pool,
        silence_seconds=silence_seconds,
    )
    return Resources(
        settings=settings,
        database=Database(engine, bus.publish, bus.hand_over),
        bus=bus,
        store=_open_store(settings),
    )


def _open_store(settings: Settings) -> Store:
    key, secret = settings.storage_access_key_id, settings.storage_secret_access_key
    return open_store(
        settings.storage,
        access_key_id=key.get_secret_value() if key else None,
        secret_access_key=secret.get_secret_value() if secret else None,
    )
