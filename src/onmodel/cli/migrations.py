"""Bring a database to the version of the schema that this code needs."""

import asyncio
import re
from pathlib import Path

from onmodel import __file__ as _package_file
from onmodel.kit.errors import ConflictError, UnavailableError

MIGRATIONS = Path(_package_file).resolve().parents[2] / "migrations"
_REVISION = re.compile(r"""^(down_)?revision\b[^=]*=\s*["']([^"']+)["']""", re.MULTILINE)


class DatabaseUnreachableError(UnavailableError):
    code = "database_unreachable"
    title = "The database cannot be reached"


class OutdatedDatabaseError(ConflictError):
    code = "database_outdated"
    title = "The database is not up to date"
    default_try = "Bring it up to date with `onmodel migrate`, or start `onmodel up`."


def upgrade(url: str, *, revision: str = "head") -> None:
    """Apply every missing migration.

    Alembic's environment opens an event loop of its own, so the caller must not be in one.
    """
    # half a second to import, and only a start that finds something to do needs it
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, revision)


def head() -> str | None:
    """Return the newest revision in the folder, read without importing Alembic."""
    revisions: set[str] = set()
    parents: set[str] = set()
    for path in (MIGRATIONS / "versions").glob("*.py"):
        for is_parent, name in _REVISION.findall(path.read_text()):
            (parents if is_parent else revisions).add(name)
    newest = revisions - parents
    return newest.pop() if len(newest) == 1 else None


def knows(revision: str) -> bool:
    """Say whether this code has the migration that made a revision."""
    return any(
        (False, revision) in {(bool(parent), name) for parent, name in _REVISION.findall(text)}
        for text in (path.read_text() for path in (MIGRATIONS / "versions").glob("*.py"))
    )


def is_current(url: str) -> bool:
    """Say whether the database has every migration.

    Raises:
        DatabaseUnreachableError: nobody answers, or the name or password is refused.
    """
    newest = head()
    return newest is not None and asyncio.run(_version(url)) == newest


async def _version(url: str) -> str | None:
    import asyncpg  # a tenth of a second, unless somebody asks for the database

    try:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise DatabaseUnreachableError(
            f"The database does not answer: {error}.",
            try_="Check ONMODEL_DATABASE_URL and that the server runs.",
        ) from error
    try:
        return await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
