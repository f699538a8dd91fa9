"""The services a command works with: given from outside, running already, or started for it."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from onmodel.embedded.lock import HomeLock
from onmodel.embedded.postgres import Postgres
from onmodel.embedded.valkey import Valkey
from onmodel.kit.errors import UnavailableError

if TYPE_CHECKING:
    from onmodel.settings import Settings


class NoServicesError(UnavailableError):
    code = "services_not_running"
    title = "The database does not run"
    default_try = (
        "Start everything with `onmodel up`, or set ONMODEL_DATABASE_URL and ONMODEL_BROKER_URL."
    )


def embedded_postgres(settings: "Settings") -> Postgres:
    """Return the data folder's own PostgreSQL, started or not."""
    return Postgres(
        settings.home / "postgres", run=settings.run, log=settings.logs / "postgres.log"
    )


def embedded_valkey(settings: "Settings") -> Valkey:
    """Return the data folder's own Valkey, started or not."""
    return Valkey(settings.home / "valkey", run=settings.run, log=settings.logs / "valkey.log")


def running(settings: "Settings") -> "Settings":
    """Return settings in which database and broker are named; nothing is started."""
    postgres = None if settings.database_url else embedded_postgres(settings)
    valkey = None if settings.broker_url else embedded_valkey(settings)
    if postgres and not postgres.answers():
        raise NoServicesError(f"The database of {settings.home} does not run.")
    return _named(settings, postgres, valkey)


@contextmanager
def connected(settings: "Settings") -> Generator["Settings"]:
    """Give settings in which database and broker are named and answer.

    When ``onmodel up`` runs, its services are used. Otherwise the embedded ones are started
    for the time of the command, so that for example ``onmodel token create`` works at any time.
    """
    postgres = None if settings.database_url else embedded_postgres(settings)
    valkey = None if settings.broker_url else embedded_valkey(settings)
    if all(service is None or service.answers() for service in (postgres, valkey)):
        yield _named(settings, postgres, valkey)
        return
    with HomeLock(settings.home):
        try:
            for service in (postgres, valkey):
                if service is not None:
                    service.start()
            yield _named(settings, postgres, valkey)
        finally:
            for service in (valkey, postgres):
                if service is not None:
                    service.stop()


def _named(settings: "Settings", postgres: Postgres | None, valkey: Valkey | None) -> "Settings":
    urls = {
        **({"database_url": postgres.url()} if postgres else {}),
        **({"broker_url": valkey.url()} if valkey else {}),
    }
    return settings.model_copy(update=urls)
