"""Real PostgreSQL and Valkey for the tests, one of each per test run.

Which fixture to take:

- ``database_url``: a database of its own for each test, migrated to the newest version and
  empty. It is a copy of a template and costs some 30 ms. The default choice.
- ``module_database_url``: the same, shared by all tests of one module. For tests that only
  read, or that need a filled database which is dear to make.
- ``empty_database_url``: for each test, without any table: for the migrations themselves.
- ``broker_url``: Valkey, emptied before each test.
- ``home``: a data folder with a short path, removed afterwards.
"""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from onmodel.cli.migrations import upgrade
from onmodel.embedded import account, programs
from onmodel.embedded.cluster import ROLE
from onmodel.embedded.postgres import Postgres
from onmodel.embedded.valkey import Valkey

TEMPLATE = "migrated"
_numbers = itertools.count(1)


class TestServices:
    """The two servers of one test run, in one folder."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        run, logs = folder / "run", folder / "logs"
        self.postgres = Postgres(folder / "postgres", run=run, log=logs / "postgres.log", fast=True)
        self.valkey = Valkey(folder / "valkey", run=run, log=logs / "valkey.log", fast=True)

    def create_database(self, *, template: str) -> str:
        """Copy a template; return the copy's name."""
        name = f"test_{next(_numbers)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database with whatever is still connected to it."""
        self.sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """Run one statement with psql, outside any event loop; return what it prints."""
        result = subprocess.run(
            [
                str(programs.postgres(account.Account(), copies=Path()) / "psql"),
                *("--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"),
                *(f"--host={self.postgres.socket_folder}", f"--username={ROLE}"),
                *(f"--dbname={database}", f"--command={statement}"),
            ],
            env={"PATH": os.defpath, "PGPASSWORD": self.postgres.password},
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise RuntimeError(f"psql: {result.stderr.strip()}")
        return result.stdout.strip()


@contextmanager
def short_folder() -> Generator[Path]:
    """Make a temporary folder whose path leaves room for a socket's name.

    pytest's own ``tmp_path`` is too deep for that, and closed to the account that PostgreSQL
    runs under when the tests run as root.
    """
    folder = Path(tempfile.mkdtemp(prefix="onmodel-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """Return a new data folder."""
    with short_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def services() -> Iterator[TestServices]:
    """Return the running servers."""
    with short_folder() as folder:
        servers = TestServices(folder)
        try:
            servers.postgres.start()
            servers.valkey.start()
            yield servers
        finally:
            servers.valkey.stop()
            servers.postgres.stop()


@pytest.fixture(scope="session")
def migrated_template(services: TestServices) -> str:
    """Return the name of a database that has every migration and no row."""
    services.sql(f"CREATE DATABASE {TEMPLATE}")
    upgrade(services.postgres.url(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def database_url(services: TestServices, migrated_template: str) -> Iterator[str]:
    """Return the URL of this test's own migrated database."""
    with _database(services, migrated_template) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(services: TestServices, migrated_template: str) -> Iterator[str]:
    """Return the URL of a migrated database that the module's tests share."""
    with _database(services, migrated_template) as url:
        yield url


@pytest.fixture
def empty_database_url(services: TestServices) -> Iterator[str]:
    """Return the URL of a database without tables."""
    with _database(services, "template1") as url:
        yield url


@pytest.fixture
def broker_url(services: TestServices) -> str:
    """Return the URL of an empty Valkey."""
    services.valkey.command("FLUSHALL")
    return services.valkey.url()


@contextmanager
def _database(services: TestServices, template: str) -> Generator[str]:
    name = services.create_database(template=template)
    try:
        yield services.postgres.url(name)
    finally:
        services.drop_database(name)
