"""A backup in a folder: the database, the stored files, the projects' repositories, the key.

Copied while everything works, in an order in which each part needs only what is copied after it:
rows name files, and files are never changed or removed; a branch names commits, and those are
only added. ``backup.json`` is written last: without it there is no backup.
"""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from onmodel.cli import migrations
from onmodel.composition import compose
from onmodel.embedded import programs
from onmodel.embedded.account import Account
from onmodel.kit.clock import now
from onmodel.kit.errors import ConflictError, InvalidError, UnavailableError
from onmodel.settings import Settings

FORMAT = 1
_PARALLEL = 8
_DESCRIPTION, _DUMP, _OBJECTS, _KEY = "backup.json", "database.dump", "objects", "secret.key"
_REPOSITORIES = "workspace"
_LATER = (".git/objects", ".git/lfs")  # what the rest of a repository names


class BackupFailedError(UnavailableError):
    code = "backup_failed"
    title = "The database could not be copied"
    default_try = "The sentence is PostgreSQL's own. Nothing was changed; try again."


class NoBackupError(InvalidError):
    code = "not_a_backup"
    title = "There is no backup in this folder"
    default_try = "Name a folder that `onmodel backup` has finished."


class BackupDamagedError(InvalidError):
    code = "backup_damaged"
    title = "The backup is damaged"
    default_try = "Take another one. The database is still empty; files alone do no harm."


class NotEmptyError(ConflictError):
    code = "database_not_empty"
    title = "There is something in the database"
    default_try = "Name an empty database in ONMODEL_DATABASE_URL; nothing is overwritten."


def back_up(settings: Settings, folder: Path) -> dict[str, Any]:
    """Copy everything; what an earlier backup in this folder has already is not copied again.

    Raises:
        BackupFailedError: the database refuses, or the folder is full.
        StorageUnavailableError: the store does not answer.
    """
    _begin(folder)
    _dump(settings, folder / _DUMP)
    revision = _sql(settings, "SELECT version_num FROM alembic_version")
    objects, size, new = asyncio.run(_take_out(settings, folder / _OBJECTS))
    repositories = _copy_repositories(settings.workspace, folder / _REPOSITORIES)
    if (settings.home / _KEY).exists():
        _copy(settings.home / _KEY, folder / _KEY)
    description = {
        "format": FORMAT,
        "onmodel": version("onmodel"),
        "revision": revision,
        "at": now().isoformat(timespec="seconds"),
        "database_sha256": _digest(folder / _DUMP),
        "objects": objects,
        "bytes": size,
        "repositories": repositories,
    }
    unfinished = folder / f"{_DESCRIPTION}.new"
    unfinished.write_text(json.dumps(description, indent=2) + "\n")
    unfinished.replace(folder / _DESCRIPTION)
    return description | {"new_objects": new}


def restore(settings: Settings, folder: Path) -> dict[str, Any]:
    """Bring a backup back; the database comes last and at once, so a broken one begins anew.

    Raises:
        NoBackupError, BackupDamagedError: the folder holds none, or other bytes than it says.
        NotEmptyError: the database has tables already.
    """
    description = _read(folder)
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    if _sql(settings, tables) != "0":
        raise NotEmptyError("The database has tables already.")
    asyncio.run(_put_in(settings, folder / _OBJECTS))
    _copy_repositories(folder / _REPOSITORIES, settings.workspace)
    if (folder / _KEY).exists() and not (settings.home / _KEY).exists():
        _copy(folder / _KEY, settings.home / _KEY)
    _run(
        settings,
        "pg_restore",
        # extensions belong to whoever made the database, and their comments with them
        *("--no-owner", "--no-privileges", "--no-comments"),
        *("--single-transaction", "--exit-on-error", f"--dbname={_database(settings)}"),
        str(folder / _DUMP),
    )
    migrations.upgrade(str(settings.database_url))
    return description


def _begin(folder: Path) -> None:
    """Make the folder, and take the mark of the last backup away while this one is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / _DESCRIPTION).unlink(missing_ok=True)
    except OSError as error:
        raise BackupFailedError(
            f"I cannot write into {folder}: {error.strerror}.", try_="Name another folder."
        ) from error


def _read(folder: Path) -> dict[str, Any]:
    try:
        description = json.loads((folder / _DESCRIPTION).read_text())
    except (OSError, ValueError) as error:
        raise NoBackupError(f"{folder} has no readable {_DESCRIPTION}.") from error
    if description["format"] != FORMAT or not migrations.knows(description["revision"]):
        raise NoBackupError(
            f"This backup is of OnModel {description['onmodel']}, newer than this one.",
            try_="Install that version or a later one, and restore with it.",
        )
    if _digest(folder / _DUMP) != description["database_sha256"]:
        raise BackupDamagedError("The copy of the database is not what was written.")
    return description


def _dump(settings: Settings, target: Path) -> None:
    unfinished = target.with_name(f"{target.name}.new")
    _run(
        settings,
        "pg_dump",
        *("--format=custom", "--no-owner", "--no-privileges"),
        *(f"--file={unfinished}", f"--dbname={_database(settings)}"),
    )
    unfinished.replace(target)


async def _take_out(settings: Settings, folder: Path) -> tuple[int, int, int]:
    """Return how many objects there are, their bytes, and how many were not here yet."""
    resources, count, size, new = compose(settings), 0, 0, 0
    gate = asyncio.Semaphore(_PARALLEL)

    async def fetch(key: str, path: Path) -> None:
        async with gate:
            await resources.store.take_out(key, path)

    try:
        async with asyncio.TaskGroup() as group:
            async for key, length in resources.store.list():
                path = folder / key
                count, size = count + 1, size + length
                if path.is_file() and path.stat().st_size == length:
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                new += 1
                group.create_task(fetch(key, path))
    finally:
        await resources.close()
    return count, size, new


async def _put_in(settings: Settings, folder: Path) -> None:
    resources = compose(settings)
    try:
        for path in _files(folder):
            key = path.relative_to(folder).as_posix()
            if key.startswith("blobs/") and await asyncio.to_thread(_digest, path) != path.name:
                raise BackupDamagedError(f"The file {key} is not what was written.")
            await resources.store.put_in(key, path)
    finally:
        await resources.close()


def _copy_repositories(source: Path, target: Path) -> int:
    """Copy what differs; return how many repositories there are."""
    later = [path for path in _files(source) if _is_later(path.relative_to(source))]
    first = [path for path in _files(source) if not _is_later(path.relative_to(source))]
    for path in (*first, *later):
        _copy(path, target / path.relative_to(source))
    # what people removed meanwhile; commits that nobody names do no harm
    for path in list(_files(target)):
        place = path.relative_to(target)
        if not _is_later(place) and not (source / place).exists():
            path.unlink()
    for folder in source.rglob("*"):  # Git keeps folders without a file in them
        if folder.is_dir():
            (target / folder.relative_to(source)).mkdir(parents=True, exist_ok=True)
    return len(list(source.glob("Projects/*/.git")))


def _is_later(path: Path) -> bool:
    return any(f"/{part}/" in f"/{path.as_posix()}" for part in _LATER)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix not in (".lock", ".new"):
            yield path


def _copy(source: Path, target: Path) -> None:
    """Copy a file with its time and mode, unless it is there; one that has gone is left out."""
    try:
        there, here = source.stat(), target.stat() if target.exists() else None
        if here and (here.st_size, here.st_mtime_ns) == (there.st_size, there.st_mtime_ns):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{target.name}.new")
        shutil.copy2(source, unfinished)
        unfinished.replace(target)
    except FileNotFoundError:
        return


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sql(settings: Settings, statement: str) -> str:
    options = ("--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
    name = f"--dbname={_database(settings)}"
    return _run(settings, "psql", *options, name, f"--command={statement}").strip()


def _database(settings: Settings) -> str:
    return make_url(str(settings.database_url)).database or "onmodel"


def _run(settings: Settings, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs; the password goes by its environment."""
    url = make_url(str(settings.database_url))
    query = {key: value for key, value in url.query.items() if isinstance(value, str)}
    told = {
        "PGHOST": query.get("host") or url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGSSLMODE": query.get("sslmode") or query.get("ssl"),
    }
    folder = programs.postgres(Account(), copies=settings.home / "postgres" / "programs")
    done = subprocess.run(
        [str(folder / program), *arguments],
        env={"PATH": os.defpath} | {key: str(value) for key, value in told.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BackupFailedError(f"{program}: {last}")
    return done.stdout
