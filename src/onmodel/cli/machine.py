"""What ``onmodel doctor`` looks at: every check says what it found and what to do."""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from onmodel.cli import health
from onmodel.cli.clean import amount
from onmodel.cli.port import PortInUseError, listen
from onmodel.embedded import programs
from onmodel.functions.installation import listing
from onmodel.functions.leftovers import Leftovers
from onmodel.kit.errors import ProblemError
from onmodel.settings import Settings

_SECONDS = 10.0
_GIGABYTE = 1024**3
_FREE_GB_NEEDED, _FREE_GB_WANTED = 2, 10
_MEMORY_GB_WANTED = 8
_NODE_MAJOR = 20
_LEFT_OVER_BYTES = 5 * 10**9


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        name: what was looked at.
        state: ``ok``; ``note`` for something optional that is missing; ``fault`` for something
            that OnModel cannot do without.
        detail: a sentence.
        try_: what to do, empty when there is nothing to do.
    """

    name: str
    state: Literal["ok", "note", "fault"]
    detail: str
    try_: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Make every check; none of them changes anything."""
    checks: list[Callable[[], Finding]] = [
        _python,
        _node,
        _git,
        _git_lfs,
        _ffmpeg,
        _gpu,
        lambda: _docker(settings),
        _memory,
        lambda: _home(settings.home),
        lambda: _database(settings),
        lambda: _port(settings),
        lambda: _functions(settings),
        lambda: _leftovers(settings),
    ]
    return [check() for check in checks]


def _python() -> Finding:
    return Finding("Python", "ok", f"{platform.python_version()}.")


def _node() -> Finding:
    text = _output("node", "--version")
    major = int((text or "v0").lstrip("v").partition(".")[0] or 0)
    if text is None or major < _NODE_MAJOR:
        return Finding(
            "Node",
            "note",
            f"{f'{text} is too old' if text else 'Not found'}; needed to build the web page.",
            "Install Node 20 or newer (https://nodejs.org). A page that is built already works "
            "without it.",
        )
    return Finding("Node", "ok", f"{text}.")


def _git() -> Finding:
    text = _output("git", "--version")
    if text is None:
        return Finding(
            "git",
            "fault",
            "Not found; every project is a Git repository.",
            "Install it: apt-get install git, or brew install git.",
        )
    return Finding("git", "ok", f"{text}.")


def _git_lfs() -> Finding:
    text = _output("git", "lfs", "version")
    if text is None:
        return Finding(
            "git-lfs",
            "note",
            "Not found; people who clone a project need it to get the pictures.",
            "Install it: apt-get install git-lfs, or brew install git-lfs.",
        )
    return Finding("git-lfs", "ok", f"{text}.")


def _ffmpeg() -> Finding:
    text = _output("ffmpeg", "-version")
    if text is None:
        return Finding(
            "ffmpeg",
            "note",
            "Not found; only some video formats need it.",
            "Install it: apt-get install ffmpeg, or brew install ffmpeg.",
        )
    return Finding("ffmpeg", "ok", f"{text.splitlines()[0].partition(' Copyright')[0]}.")


def _gpu() -> Finding:
    text = _output(
        "nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"
    )
    if not text:
        return Finding(
            "GPU",
            "note",
            "No NVIDIA GPU found; OnModel uses its CPU engine, whose pictures are previews.",
            "" if shutil.which("nvidia-smi") is None else "Look at what `nvidia-smi` says.",
        )
    return Finding("GPU", "ok", "; ".join(text.splitlines()) + ".")


def _docker(settings: Settings) -> Finding:
    # docker-py takes a quarter of a second to import
    from onmodel.runner.engine import Engine, EngineError

    wanted = settings.runtime == "docker"
    engine = Engine(settings.docker_host)
    try:
        version = engine.version()
    except EngineError as error:
        if wanted:
            return Finding(
                "Docker",
                "fault",
                f"The engine at {settings.docker_host} does not answer: {error}.",
                "Start it (systemctl start docker), say where it is with DOCKER_HOST, or let "
                "functions run as processes: ONMODEL_RUNTIME=process.",
            )
        return Finding(
            "Docker",
            "note",
            "No engine answers; model functions run as ordinary processes, which is fine for our "
            "own.",
            "Start one (systemctl start docker), or join the group docker, to run functions in "
            "containers: ONMODEL_RUNTIME=docker.",
        )
    finally:
        engine.close()
    use = "functions run in it" if wanted else "functions run as processes beside it"
    return Finding("Docker", "ok", f"Engine {version}; {use}.")


def _memory() -> Finding:
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIGABYTE
    detail = f"{gigabytes:.0f} GB, {os.cpu_count() or 1} processors."
    if gigabytes < _MEMORY_GB_WANTED * 0.9:  # the system keeps some for itself
        return Finding("Memory", "note", detail, f"{_MEMORY_GB_WANTED} GB are comfortable.")
    return Finding("Memory", "ok", detail)


def _home(home: Path) -> Finding:
    nearest = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    if not os.access(nearest, os.W_OK):
        return Finding(
            "Data folder",
            "fault",
            f"{home} cannot be written.",
            "Give yourself the right to write there, or set ONMODEL_HOME to another folder.",
        )
    free = shutil.disk_usage(nearest).free / _GIGABYTE
    detail = f"{home}, {free:.1f} GB free."
    if free < _FREE_GB_NEEDED:
        return Finding("Data folder", "fault", detail, "Free some space, or set ONMODEL_HOME.")
    if free < _FREE_GB_WANTED:
        return Finding("Data folder", "note", detail, f"{_FREE_GB_WANTED} GB are comfortable.")
    return Finding("Data folder", "ok", detail)


def _database(settings: Settings) -> Finding:
    if settings.database_url:
        return Finding("Database", "ok", "Your own, by ONMODEL_DATABASE_URL.")
    version = settings.home / "postgres" / "data" / "PG_VERSION"
    ours = programs.postgres_major()
    try:
        found = version.read_text().strip()
    except FileNotFoundError:
        return Finding("Database", "ok", f"None yet; PostgreSQL {ours} will make it.")
    except PermissionError:
        return Finding("Database", "ok", f"Embedded PostgreSQL {ours}; its files are closed to us.")
    if found != str(ours):
        return Finding(
            "Database",
            "fault",
            f"The data were written by PostgreSQL {found}; this OnModel brings {ours}.",
            "`onmodel up` says how to bring them over.",
        )
    return Finding("Database", "ok", f"Embedded PostgreSQL {ours}.")


def _port(settings: Settings) -> Finding:
    try:
        listen(settings.host, settings.port).close()
    except PortInUseError as error:
        if health.read(settings, seconds=2):
            return Finding("Port", "ok", f"OnModel is running on port {settings.port}.")
        return Finding("Port", "fault", error.detail, error.try_)
    except ProblemError as error:
        return Finding("Port", "fault", error.detail, error.try_)
    return Finding("Port", "ok", f"{settings.port} is free.")


def _functions(settings: Settings) -> Finding:
    found = listing(settings.functions_dir, settings.home)
    broken = [one.name for one in found if one.problem]
    missing = [one.name for one in found if not one.installed and not one.problem]
    if broken:
        return Finding(
            "Functions", "fault", f"Broken: {', '.join(broken)}.", "See `onmodel function list`."
        )
    if missing:
        return Finding(
            "Functions",
            "note",
            f"Not installed yet: {', '.join(missing)}.",
            "`onmodel up` installs them, or `onmodel function install`.",
        )
    return Finding("Functions", "ok", f"{len(found)} installed.")


def _leftovers(settings: Settings) -> Finding:
    try:
        found = Leftovers(settings.functions_dir, settings.home).find()
    except PermissionError:
        return Finding("Leftovers", "ok", "The data folder is closed to us.")
    total = sum(one.bytes for one in found)
    detail = f"{amount(total)} of environments and model files that no function needs any more."
    if total > _LEFT_OVER_BYTES:
        return Finding(
            "Leftovers", "note", detail, "`onmodel function clean` shows and removes them."
        )
    return Finding("Leftovers", "ok", detail)


def _output(*command: str) -> str | None:
    """Return what a program prints; None when it is missing, fails or takes too long."""
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.strip() if result.returncode == 0 else None
