"""PostgreSQL and Valkey of our own in a temporary folder, with an empty migrated database."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from onmodel.cli.migrations import upgrade
from onmodel.embedded.postgres import Postgres
from onmodel.embedded.valkey import Valkey


@dataclass(frozen=True)
class Servers:
    """Both, running."""

    home: Path
    database_url: str
    broker_url: str


@contextmanager
def running() -> Generator[Servers]:
    """Run both for the length of the block; durable, as in the product."""
    home = Path(tempfile.mkdtemp(prefix="onmodel-", dir="/tmp"))
    home.chmod(0o711)
    run, logs = home / "run", home / "logs"
    postgres = Postgres(home / "postgres", run=run, log=logs / "postgres.log")
    valkey = Valkey(home / "valkey", run=run, log=logs / "valkey.log")
    try:
        postgres.start()
        valkey.start()
        upgrade(postgres.url())
        yield Servers(home, postgres.url(), valkey.url())
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)
