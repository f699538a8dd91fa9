"""Runs a program that ends, with all that it started, when whoever asked for it is gone.

Whoever asks holds the other end of our standard input, a pipe, and that closes however they end.
Linux's death signal would reach the program alone, and what it had started would work on for
nobody.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence


def tied(program: Sequence[str]) -> list[str]:
    """Return the command that runs a program so, as the leader of its own session."""
    return [sys.executable, "-P", "-m", "onmodel.kit.lifeline", *program]


def main(program: Sequence[str]) -> int:
    """Run a program to its end; returns its status, as a shell tells it."""
    if os.getpgrp() != os.getpid():
        os.setsid()  # or we would end those who started us
    started = subprocess.Popen(program, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_input, daemon=True).start()
    status = started.wait()
    return status if status >= 0 else 128 - status


def _end_with_input() -> None:
    while os.read(0, 4096):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
