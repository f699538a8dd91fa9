"""What the pool needs of whatever a function runs in: a process or a container."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest
from onmodel.runner.calls import CallRequest


@dataclass(frozen=True)
class Exchange:
    """Where the files of one call change hands.

    Attributes:
        input_dir: absolute, as the function sees it.
        output_dir: absolute, as the function sees it.
        written: what the function wrote, as we see it. It may be a hostile function's to change
            until the call's files are collected.
    """

    input_dir: str
    output_dir: str
    written: Path


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

    def covers(self, pid: int) -> bool:
        """Whether a process belongs to the instance or was started by it."""
        ...

    def memory_mb(self) -> float | None:
        """MiB of memory that it holds now, with everything it started; None if nobody can tell."""
        ...

    def exchange(self, request: CallRequest) -> AbstractContextManager[Exchange]:
        """Lend the function the folders of a call, for the length of the call.

        Raises:
            CallFailed: the inputs cannot be brought to it.
        """
        ...

    def wait(self, timeout_s: float) -> int | None:
        """Wait for the end. Returns the exit status, negative for a signal, None if it lives."""
        ...

    def out_of_memory(self) -> bool:
        """Whether it ended because it needed more memory than it may use."""
        ...

    def log_tail(self) -> str:
        """Return the last lines that the function printed."""
        ...

    def kill(self) -> None:
        """End it and everything it started, now, and remove what it leaves. May be repeated."""
        ...


class Runtime(Protocol):
    """Starts functions."""

    def start(self, manifest: Manifest, prepared: Prepared, *, gpu: str | None = None) -> Instance:
        """Start a function; it is not ready yet.

        Args:
            manifest: the function.
            prepared: its environment or image, and weights.
            gpu: UUID of the one GPU that it gets to see; None for none at all.

        Raises:
            OSError: the system or the container engine refused.
        """
        ...

    def close(self) -> None:
        """Give back what the runtime itself holds."""
        ...
