"""Ties the process to its parent: a function that nobody supervises must not live on."""

import ctypes
import os
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1
ORPHANED = 70


def hold(parent_pid: int) -> None:
    """End this process when its parent is gone.

    Two ways, because each has a hole. The pipe on standard input works on every system, and
    needs Python to get its turn, which a native library that keeps the interpreter lock can
    deny. Linux's death signal needs nobody's turn.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:
        os._exit(ORPHANED)
    end_with_input()


def end_with_input() -> None:
    """End this process when standard input closes: in a container its parent is nobody's."""
    threading.Thread(target=_end_with_pipe, name="lifeline", daemon=True).start()


def _end_with_pipe() -> None:
    while os.read(0, 4096):
        pass
    os._exit(ORPHANED)
