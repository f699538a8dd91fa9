"""What goes into a call of a function, what happens meanwhile, and what comes out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from onmodel.dispatch.tasks import Task


@dataclass(frozen=True)
class CallRequest:
    """One call.

    Attributes:
        id: the call's id in our records; a second attempt has the same.
        inputs: by name of the function's inputs; a file is `{"path": "relative/name.png"}`.
        input_dir: absolute; the function reads from it.
        output_dir: absolute and empty; the function writes into it.
        deadline_s: seconds that `run` may take; the function's own limit holds as well. Time
            spent on installing and starting is not counted.
        vram_mb: video memory to set aside, MiB.
        task: what is asked for; the function is held to what that sends and needs. None for a
            call that nobody but the function's author knows.
    """

    id: str
    inputs: dict[str, JsonValue]
    input_dir: Path
    output_dir: Path
    deadline_s: float | None = None
    vram_mb: int = 0
    task: Task | None = None


EventKind = Literal["preparing", "starting", "running", "progress", "preview", "log"]


@dataclass(frozen=True)
class CallEvent:
    """Something happened.

    Attributes:
        kind: `preparing` (installing; `line` tells what), `starting` (no warm process was there),
            `running`, `progress` (`fraction`, `stage`, and of a training the `loss`), `preview`
            (`picture`, as the function wrote it: nobody looked at it yet), `log` (`line`).
    """

    kind: EventKind
    call_id: str
    fraction: float | None = None
    stage: str = ""
    loss: float | None = None
    line: str = ""
    picture: bytes = b""


@dataclass(frozen=True)
class OutputRecord:
    """A file that the function wrote and that passed the checks.

    Attributes:
        name: of the output; a list's third file is `NAME.2`.
        path: absolute, a regular file.
        media_type: as declared, and as its first bytes say for PNG, JPEG, WebP and JSON.
        bytes: its size.
        sha256: of its content, in hexadecimal.
    """

    name: str
    path: Path
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class CallResult:
    """What came out. `seconds` is the time inside the function, without installing or starting."""

    outputs: dict[str, JsonValue]
    files: list[OutputRecord]
    seconds: float


OnEvent = Callable[[CallEvent], None]
IsCancelled = Callable[[], bool]
