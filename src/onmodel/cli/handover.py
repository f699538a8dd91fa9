"""What the supervisor hands to its parts besides the settings: open file descriptors."""

import json
import os
from typing import Any

# a socket that listens already, for the web process
LISTEN = "ONMODEL_LISTEN_FD"
# a pipe that closes when database and broker are ready: parts load their code meanwhile
GATE = "ONMODEL_GATE_FD"
# a pipe for one line of JSON: the link that signs the first administrator in
LINK = "ONMODEL_LINK_FD"


class Pipe:
    """A pipe between the supervisor and its parts; each side closes what the other one uses."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe()

    def close_read_end(self) -> None:
        """Leave reading to the others."""
        self.read_end = _close(self.read_end)

    def close_write_end(self) -> None:
        """Leave writing to the others; when nobody is left to write, readers see the end."""
        self.write_end = _close(self.write_end)

    def read_json(self) -> dict[str, Any]:
        """Wait until the writers are gone; return what they wrote, empty when it was nothing."""
        with os.fdopen(self.read_end, "rb", closefd=False) as reader:
            text = reader.read()
        return json.loads(text) if text else {}


def take(name: str) -> int | None:
    """Return a descriptor that was handed over, once; None when we run alone."""
    value = os.environ.pop(name, None)
    return None if value is None else int(value)


def wait_at_gate() -> None:
    """Return when the services are ready; at once when nobody keeps a gate."""
    descriptor = take(GATE)
    if descriptor is not None:
        with os.fdopen(descriptor, "rb") as gate:
            gate.read()


def _close(descriptor: int) -> int:
    if descriptor >= 0:
        os.close(descriptor)
    return -1
