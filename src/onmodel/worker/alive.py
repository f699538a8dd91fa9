"""A sign of life for whoever restarts what hangs: a file that a working part keeps touching.

The database would be the wrong place for it: while that is away, a restart of everything that
waits for it would help nobody.
"""

import time
from pathlib import Path
from typing import Literal

Part = Literal["producer", "worker"]

# A worker beats every five seconds, the Producer looks at least every two.
SILENCE_SECONDS = 60.0


def show(run: Path, part: Part) -> None:
    """Say that the part's loop has just turned."""
    run.mkdir(parents=True, exist_ok=True)
    _file(run, part).touch()


def silent_seconds(run: Path, part: Part) -> float | None:
    """Return for how long the part has been silent; None when it never said anything."""
    try:
        return max(0.0, time.time() - _file(run, part).stat().st_mtime)
    except FileNotFoundError:
        return None


def _file(run: Path, part: Part) -> Path:
    return run / f"{part}.alive"
