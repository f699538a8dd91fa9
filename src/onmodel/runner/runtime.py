"""What the pool needs of whatever a function runs in: a process now, a container as well."""

from pathlib import Path
from typing import Protocol

from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest


class Instance(Protocol):
    """One started function."""

    @property
    def id(self) -> str:
        """Names the instance in logs and on the health page."""
        ...

    @property
    def socket(self) -> Path:
        """Where the function listens, or will."""
        ...

    def owns(self, pid: int) -> bool:
        """Whether a process belongs to the instance: who answers on the socket must."""
        ...

    def visible(self, folder: Path) -> str:
        """Tell under which path the function sees a folder of ours."""
        ...

    def wait(self, timeout_s: float) -> int | None:
        """Wait for the end. Returns the exit status, negative for a signal, None if it lives."""
        ...

    def log_tail(self) -> str:
        """Return the last lines that the function printed."""
        ...

    def kill(self) -> None:
        """End it and everything it started, now, and remove what it leaves. May be repeated."""
        ...


class Runtime(Protocol):
    """Starts functions."""

    def start(self, manifest: Manifest, prepared: Prepared) -> Instance:
        """Start a function; it is not ready yet.

        Raises:
            OSError: the system refused.
        """
        ...

    def close(self) -> None:
        """Give back what the runtime itself holds."""
        ...
