"""What the function prints goes on to the real stream, and as log events to the call."""

from collections.abc import Callable
from typing import TextIO


class Console(TextIO):
    """A text stream that passes everything through and reports whole lines.

    Only Python's own streams are caught: what a native library prints reaches the process's
    output, and so the supervisor's log, but no event.
    """

    def __init__(self, stream: TextIO, source: str, on_line: Callable[[str, str], None]) -> None:
        self._stream = stream
        self._source = source
        self._on_line = on_line
        self._pending = ""

    def write(self, text: str, /) -> int:
        """Write at once, so that a crash does not take the last lines with it."""
        self._stream.write(text)
        *lines, self._pending = (self._pending + text).split("\n")
        if lines:
            self._stream.flush()
        for line in lines:
            self._on_line(self._source, line)
        return len(text)

    def flush(self) -> None:
        """Flush the real stream."""
        self._stream.flush()
