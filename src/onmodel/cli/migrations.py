"""Bring a database to the version of the schema that this code needs."""

from pathlib import Path

from onmodel import __file__ as _package_file
from onmodel.kit.errors import UnavailableError

MIGRATIONS = Path(_package_file).resolve().parents[2] / "migrations"


class MigrationError(UnavailableError):
    code = "migration_failed"
    title = "The database could not be brought up to date"


def upgrade(url: str, *, revision: str = "head") -> None:
    """Apply every missing migration.

    Runs in the calling process; Alembic's environment opens an event loop of its own, so the
    caller must not be inside one.
    """
    # Alembic and SQLAlchemy take half a second to import, and most starts need neither
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, revision)
