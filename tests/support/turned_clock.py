"""A database whose clock a test can turn.

All leases are told by the database's clock. Its ``clock_timestamp()`` is replaced by one that
adds an offset, for connections made afterwards.
"""

from sqlalchemy import make_url

from tests.support.services import TestServices

_REPLACE = """
    CREATE SCHEMA ours;
    CREATE TABLE ours.clock (ahead interval NOT NULL);
    INSERT INTO ours.clock VALUES ('0');
    CREATE FUNCTION ours.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
        RETURN pg_catalog.clock_timestamp() + (SELECT c.ahead FROM ours.clock c);
    ALTER DATABASE {database} SET search_path = ours, public, pg_catalog;
"""


class TurnedClock:
    """The clock of one test's database."""

    def __init__(self, services: TestServices, database_url: str) -> None:
        self._services = services
        self._database = make_url(database_url).database or ""
        services.sql(_REPLACE.format(database=self._database), database=self._database)

    def turn(self, interval: str) -> None:
        """Let the clock jump, so that it is this much ahead of the true one; may be negative."""
        self._services.sql(f"UPDATE ours.clock SET ahead = '{interval}'", database=self._database)
