"""A supervisor over two small processes, run as a program that tests may kill.

Usage: ``python -m tests.cli.house FOLDER``. It prints ``up`` when everything is started. The
parts write their number to FOLDER/NAME.started each time they start; the second one ignores
SIGTERM and has a child of its own.
"""

import sys
from pathlib import Path

from onmodel.cli.part import Part
from onmodel.cli.supervisor import StopRequestedError, Supervisor
from onmodel.embedded.watchdog import Watchdog

_POLITE = """
import os, signal, sys
open(sys.argv[1] + "/polite.started", "a").write(f"{os.getpid()}\\n")
signal.pause()
"""
_STUBBORN = """
import os, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "600"])
open(sys.argv[1] + "/stubborn.started", "a").write(f"{os.getpid()}\\n")
open(sys.argv[1] + "/child.started", "a").write(f"{child.pid}\\n")
while True: signal.pause()
"""


def part(name: str, code: str, folder: Path) -> Part:
    """Return a part that runs a few lines of Python."""
    return Part(
        name,
        [sys.executable, "-c", code, str(folder)],
        log=folder / f"{name}.log",
        environment={},
        stop_seconds=1.0,
    )


def main(folder: Path) -> None:
    """Run until a signal comes."""
    supervisor = Supervisor(Watchdog(folder / "parts.json"))
    supervisor.catch_signals()
    supervisor.begin()
    try:
        supervisor.start(part("polite", _POLITE, folder), part("stubborn", _STUBBORN, folder))
        sys.stdout.write("up\n")
        sys.stdout.flush()
        supervisor.keep_running()
    except StopRequestedError:
        pass
    finally:
        supervisor.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
