"""A function that does what a test tells it, so that tests need no sleep.

It connects to the test's socket, says who it is, and then obeys one word a line:
``progress 0.5 drawing``, ``finish``, ``refuse``, ``crash``.
"""

import json
import os
import socket
from dataclasses import dataclass

from onmodel_function import Context, Function, InputFile, InvalidInput, OutputFile, field


@dataclass(frozen=True)
class Inputs:
    gate: str = field("The test's socket.")
    name: str = field("Which call this is.")
    greeting: str = field("A value that the tier fills in.")
    letter: InputFile | None = field("A file to copy.", default=None)


@dataclass(frozen=True)
class Outputs:
    text: OutputFile = field("What was in the letter.")
    report: dict[str, object] = field("What it was given.")


class StandIn(Function[Inputs, Outputs]):
    """Waits for orders."""

    def run(self, inputs: Inputs, context: Context) -> Outputs:
        with socket.socket(socket.AF_UNIX) as gate:
            gate.connect(inputs.gate)
            gate.settimeout(0.02)
            gate.sendall(json.dumps({"name": inputs.name, "pid": os.getpid()}).encode() + b"\n")
            self._obey(gate, context)
        path = context.output("text.txt")
        path.write_bytes(inputs.letter.path.read_bytes() if inputs.letter else b"no letter")
        report: dict[str, object] = {"greeting": inputs.greeting, "name": inputs.name}
        return Outputs(text=OutputFile(path, "text/plain"), report=report)

    def _obey(self, gate: socket.socket, context: Context) -> None:
        waiting = b""
        while True:
            order, end, rest = waiting.partition(b"\n")
            if not end:
                waiting += self._hear(gate, context)
                continue
            waiting = rest
            word, *details = order.decode().split(" ", 2)
            if word == "finish":
                return
            if word == "progress":
                context.progress(float(details[0]), details[1])
            elif word == "refuse":
                raise InvalidInput("cannot_do", "There is no face in this letter.")
            else:
                os._exit(3)

    def _hear(self, gate: socket.socket, context: Context) -> bytes:
        """Wait for more orders, looking up now and then to see whether to stop."""
        while True:
            context.check_cancelled()
            try:
                heard = gate.recv(1024)
            except TimeoutError:
                continue
            if not heard:
                raise RuntimeError("the test has gone")
            return heard
