"""Wait for something to become true, with a deadline."""

import time
from collections.abc import Callable

# It ends a test that hangs; what is waited for comes much sooner, on any machine.
PATIENCE_SECONDS = 120.0
_POLL_SECONDS = 0.01


def eventually(
    condition: Callable[[], object], *, seconds: float = PATIENCE_SECONDS, what: str = ""
) -> None:
    """Return as soon as ``condition`` holds; fail the test when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what or condition}")
        time.sleep(_POLL_SECONDS)
