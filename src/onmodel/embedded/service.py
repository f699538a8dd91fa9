"""What both embedded services share: one child process, ready when it answers."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from onmodel.embedded.account import Account
from onmodel.embedded.errors import DiskFullError, ServiceStartError

_LOG_LIMIT_BYTES = 10 * 1024 * 1024
_PROBE_SECONDS = 0.01


def open_log(path: Path) -> IO[bytes]:
    """Open a log file for appending; a long one is put aside first (one old file is kept)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rotate(path)
    return path.open("ab")


def launch(
    command: list[str],
    *,
    log: Path,
    folder: Path,
    environment: dict[str, str],
    account: Account | None = None,
    files: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start a service in a session of its own, so that a Ctrl-C reaches only the supervisor.

    Args:
        command: the program and its arguments.
        log: gets everything it prints.
        folder: its working folder.
        environment: all of its environment.
        account: who runs it; by default we.
        files: open file descriptors that it inherits under the same numbers.
    """
    account = account or Account()
    with open_log(log) as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=environment,
            start_new_session=True,
            pass_fds=files,
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.uid is None else [],
        )


def wait_ready(
    process: subprocess.Popen[bytes],
    probe: Callable[[], bool],
    *,
    name: str,
    log: Path,
    seconds: float,
) -> None:
    """Wait until ``probe`` succeeds.

    Raises:
        ServiceStartError: the process ended or did not answer in time; its log's last line is
            in the sentence.
        DiskFullError: the log says so.
    """
    deadline = time.monotonic() + seconds
    while not probe():
        try:
            process.wait(_PROBE_SECONDS)
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline:
                continue
            process.kill()
            process.wait()
            reason = f"it did not answer within {seconds:.0f} seconds"
        else:
            reason = f"it ended with status {process.returncode}"
        raise _start_error(name, reason, log)


def rotate(path: Path) -> None:
    """Put a long log aside while its owner goes on writing to it.

    Logs are opened for appending, so that after the cut the next line lands at the start.
    """
    if path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES:
        shutil.copyfile(path, path.with_suffix(".log.1"))
        os.truncate(path, 0)


def _start_error(name: str, reason: str, log: Path) -> Exception:
    tail = log.read_text(errors="replace")[-4000:].strip().splitlines()
    if any("No space left on device" in line for line in tail[-20:]):
        return DiskFullError(f"{name} cannot start: the disk is full.")
    telling = [line for line in tail if "FATAL" in line or "PANIC" in line] or tail or ["(empty)"]
    return ServiceStartError(f"{name} did not start: {reason}. Its log {log} says: {telling[-1]}")
