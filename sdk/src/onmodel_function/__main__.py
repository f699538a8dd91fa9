"""`python -m onmodel_function --entry module:Class --socket PATH --weights DIR`."""

import argparse
import faulthandler
import os
import signal
import sys
import threading
from pathlib import Path

from onmodel_function.console import Console
from onmodel_function.lifeline import end_with_input, hold
from onmodel_function.server import listen
from onmodel_function.service import Service

# How long the last answer may take to be read before the process ends all the same.
ANSWER_S = 2.0


def main(arguments: list[str] | None = None) -> int:
    """Serve one function until it is told to stop. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="onmodel_function", description=__doc__)
    parser.add_argument("--entry", required=True, help="module:Class of the function")
    parser.add_argument("--socket", required=True, type=Path, help="where to listen")
    parser.add_argument("--weights", required=True, type=Path, help="folder of declared weights")
    parser.add_argument(
        "--parent-pid", type=int, help="end with this process, and when standard input closes"
    )
    parser.add_argument(
        "--end-with-input", action="store_true", help="end when standard input closes"
    )
    options = parser.parse_args(arguments)

    # Ctrl-C in a terminal reaches the whole group: the supervisor decides what ends, in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable(file=sys.__stderr__ or sys.stderr)
    if options.parent_pid is not None:
        hold(options.parent_pid)
    elif options.end_with_input:
        end_with_input()

    service = Service(options.entry, options.weights)
    _report_output(service)
    server = listen(options.socket, service)
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    status = service.serve()
    server.drain(ANSWER_S)
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def _report_output(service: Service) -> None:
    def on_line(source: str, line: str) -> None:
        current = service.current
        if current is not None:
            current.log(source, line)

    sys.stdout = Console(sys.stdout, "stdout", on_line)
    sys.stderr = Console(sys.stderr, "stderr", on_line)


if __name__ == "__main__":
    # A thread that a model library left behind must not keep the process.
    os._exit(main())
