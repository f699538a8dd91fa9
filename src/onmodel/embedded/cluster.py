"""A PostgreSQL data folder: made once, recognised later."""

import os
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from onmodel.embedded import account as accounts
from onmodel.embedded import folders, programs
from onmodel.embedded.account import Account
from onmodel.embedded.errors import DataVersionError, DiskFullError, ServiceStartError

ROLE = "onmodel"
DATABASE = "onmodel"
_INITDB_MEGABYTES = 200  # 40 for the data, the rest for the first write-ahead log and some air
_NO_SPACE = "No space left on device"


@dataclass(frozen=True)
class Cluster:
    """A data folder with the account that owns it and the programs that serve it."""

    folder: Path
    account: Account
    programs: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder (PGDATA)."""
        return self.folder / "data"


def open_cluster(folder: Path, *, fast: bool = False) -> Cluster:
    """Return the cluster in ``folder``, making it when the folder is new.

    Args:
        folder: gets ``data/`` (PGDATA), ``password`` and, where needed, ``programs/``.
        fast: skip every sync to disk; for tests, whose data may be lost.

    Raises:
        DataVersionError: another major version of PostgreSQL wrote the data.
        FolderError, DiskFullError, ServiceStartError: with a sentence and a way out.
    """
    folders.make(folder)
    account = accounts.choose(folder / "data")
    if account.uid is not None:
        folder.chmod(0o711)  # passable, not readable
        accounts.open_way(folder, account)
    cluster = Cluster(folder, account, programs.postgres(account, copies=folder / "programs"))
    version = cluster.data / "PG_VERSION"
    if version.exists():
        _check_version(cluster, version.read_text().strip())
        if not (folder / "password").exists():
            raise ServiceStartError(
                f"The database in {cluster.data} is there, but the file with its password, "
                f"{folder / 'password'}, is gone.",
                try_="Bring the file back from a backup: it belongs to the data.",
            )
    else:
        _create(cluster, fast=fast)
    return cluster


def _check_version(cluster: Cluster, found: str) -> None:
    ours = str(programs.postgres_major())
    if found == ours:
        return
    raise DataVersionError(
        f"The database in {cluster.data} was written by PostgreSQL {found}; "
        f"this OnModel brings PostgreSQL {ours}, which cannot read it. Nothing was changed.",
        try_=f"Start the OnModel that wrote it (with PostgreSQL {found}), save the database with "
        f"`pg_dump -Fc`, move {cluster.folder} aside, start this OnModel once, and bring the "
        "data back with `pg_restore`. Or run a PostgreSQL server of your own and set "
        "ONMODEL_DATABASE_URL.",
    )


def _create(cluster: Cluster, *, fast: bool) -> None:
    """Run initdb, then make the role and the database, all before the first start.

    The data appear under their final name only when they are complete: an interrupted
    first start leaves nothing that looks like a database.
    """
    folders.require_room(cluster.folder, megabytes=_INITDB_MEGABYTES)
    for unfinished in cluster.folder.glob(".new-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    password = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=cluster.folder) as temporary:
        Path(temporary).chmod(0o700)
        cluster.account.own(Path(temporary))
        data = Path(temporary) / "data"
        _initdb(cluster, data, fast=fast)
        _bootstrap(cluster, data, password)
        _write_password(cluster.folder / "password", password)
        data.replace(cluster.data)


def _initdb(cluster: Cluster, data: Path, *, fast: bool) -> None:
    command = [
        cluster.programs / "initdb",
        *("--pgdata", data, "--username=postgres", "--auth=reject"),
        # the same order of words on every machine and after every update of the system
        *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
        *("--builtin-locale=C.UTF-8", "--no-instructions"),
        *(["--no-sync"] if fast else []),
    ]
    _run(cluster, [str(part) for part in command], data.parent)
    # one role, with its password; the superuser cannot sign in at all
    (data / "pg_hba.conf").write_text(f"local all {ROLE} scram-sha-256\n")


def _bootstrap(cluster: Cluster, data: Path, password: str) -> None:
    """Make what only a superuser may make, in single-user mode, one statement a line.

    ``vector`` is no trusted extension, so it goes into the template of every later database.
    """
    single = [str(cluster.programs / "postgres"), "--single", "-D", str(data), "-F", "-j"]
    extensions = "CREATE EXTENSION vector;\n\nCREATE EXTENSION pg_trgm;\n\n"
    _run(cluster, [*single, "template1"], data.parent, text=extensions)
    role = f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}';\n\n"
    database = f"CREATE DATABASE {DATABASE} OWNER {ROLE};\n\n"
    _run(cluster, [*single, "postgres"], data.parent, text=role + database)


def _run(cluster: Cluster, command: list[str], folder: Path, *, text: str = "") -> None:
    """Run one of PostgreSQL's programs as the cluster's account."""
    result = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment(),
        user=cluster.account.uid,
        group=cluster.account.gid,
        extra_groups=None if cluster.account.uid is None else [],
    )
    output = result.stdout + result.stderr
    if _NO_SPACE in output:
        raise DiskFullError(f"The disk of {cluster.folder} became full while making the database.")
    if result.returncode != 0 or "ERROR:" in output or "FATAL:" in output:
        last = output.strip().splitlines()[-1:] or ["it said nothing"]
        name = Path(command[0]).name
        raise ServiceStartError(f"The database could not be made: {name} said: {last[0]}")


def environment() -> dict[str, str]:
    """Return the environment of PostgreSQL's programs: English, UTC, none of the user's PG*."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _write_password(path: Path, password: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(password)
