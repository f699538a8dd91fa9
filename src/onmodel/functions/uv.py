"""The installer: the `uv` program from our own environment, and what its failures mean."""

import os
import queue
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import IO

from uv import find_uv_bin

from onmodel.functions.errors import (
    EnvironmentBrokenError,
    NoRoomError,
    PackageMissingError,
    PackagesUnreachableError,
    WrongHashError,
)
from onmodel.functions.patience import ENDLESS, POLL_S, Patience
from onmodel.kit.errors import ProblemError
from onmodel.kit.lifeline import tied

OnLine = Callable[[str], None]

_KEPT_LINES = 30
# Variables that would point uv at our own environment, or at another project's.
_MISLEADING = {"VIRTUAL_ENV", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "PYTHONPATH", "PYTHONHOME"}
# Checked from the top: what a full disk or an unplugged cable leads to comes after its cause.
_MEANINGS: tuple[tuple[type[ProblemError], str, tuple[str, ...]], ...] = (
    (WrongHashError, "A downloaded package does not match its hash", ("hash mismatch",)),
    (NoRoomError, "There is no room for the download", ("no space left",)),
    (
        PackagesUnreachableError,
        "The package index did not answer",
        ("not found in the cache", "failed to fetch", "error sending request", "dns error"),
    ),
    (
        PackageMissingError,
        "A package is not to be had",
        ("not found in the package registry", "there is no version of", "has no wheels"),
    ),
)


def run_uv(
    arguments: Sequence[str],
    *,
    on_line: OnLine,
    variables: dict[str, str] | None = None,
    patience: Patience = ENDLESS,
) -> None:
    """Run uv and hand on each line that it prints.

    Raises:
        ProblemError: the class tells why, the sentence ends with uv's own words. Also when there
            is no more patience: uv and all that it started have ended then.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    environment |= {"NO_COLOR": "1", **(variables or {})}
    last: deque[str] = deque(maxlen=_KEPT_LINES)
    with _running([find_uv_bin(), "--no-progress", *arguments], environment) as process:
        assert process.stdout is not None
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
        while True:
            patience.check()
            try:
                line = lines.get(timeout=POLL_S)
            except queue.Empty:
                continue
            if line is None:
                break
            if text := line.strip():
                last.append(text)
                on_line(text)
        status = process.wait()
    if status != 0:
        raise explain("\n".join(last))


@contextmanager
def _running(
    command: Sequence[str], environment: dict[str, str]
) -> Generator["subprocess.Popen[str]"]:
    """Run a program in a group of its own, which ends with the block, or with us if we die."""
    process = subprocess.Popen(
        tied(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        # No project of ours or of the person who started us may shape the installation.
        cwd="/",
        start_new_session=True,
    )
    try:
        yield process
    finally:
        # a build that it had begun goes with it; of one that has ended there is none
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert process.stdin is not None
        process.stdin.close()


def _read(output: IO[str], lines: "queue.SimpleQueue[str | None]") -> None:
    with output:
        for line in output:
            lines.put(line)
    lines.put(None)


def explain(output: str) -> ProblemError:
    """Turn what uv printed before it gave up into the problem that it means."""
    lowered = output.lower()
    for problem, sentence, signs in _MEANINGS:
        if any(sign in lowered for sign in signs):
            return problem(f"{sentence}: {_essence(output)}")
    return EnvironmentBrokenError(f"The installer gave up: {_essence(output)}")


def _essence(output: str) -> str:
    lines = [line.strip(" ×│├╰─▶") for line in output.splitlines()]
    return " ".join(line for line in lines[-6:] if line)[:600]
