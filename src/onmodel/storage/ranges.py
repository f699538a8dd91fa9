"""Parts of a file and unchanged files, as HTTP asks for them (RFC 9110, sections 13 and 14)."""

import re
from dataclasses import dataclass

from onmodel.storage.errors import RangeNotSatisfiableError

_SINGLE = re.compile(r"bytes[ \t]*=[ \t]*(\d*)[ \t]*-[ \t]*(\d*)[ \t]*", re.IGNORECASE | re.ASCII)
_MOST_DIGITS = 18  # more digits than any file has bytes; keeps int() cheap


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes ``[start, end)`` of a file of ``size`` bytes; never empty."""

    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes these are: the Content-Length of the 206 answer."""
        return self.end - self.start

    @property
    def content_range(self) -> str:
        """The Content-Range header of the 206 answer."""
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """Return the wished part of a file of ``size`` bytes, or None for the whole of it.

    A header that is malformed, in another unit or for several ranges is ignored, as section
    14.2 allows: the whole file is a right answer to each. Raises `RangeNotSatisfiableError`, which
    carries the Content-Range header that a 416 answer needs.
    """
    match = _SINGLE.fullmatch(header.strip()) if header else None
    if match is None:
        return None
    first, last = match.groups()
    if len(first) > _MOST_DIGITS or len(last) > _MOST_DIGITS:
        return None
    if first:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    elif last:
        start, end = max(size - int(last), 0), size
    else:
        return None
    if start >= size or start >= end:
        raise RangeNotSatisfiableError(
            f"The file has {size} bytes; the wished part begins behind them.",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return ByteRange(start, end, size)


def none_match(header: str | None, etag: str) -> bool:
    """Say whether If-None-Match lets the file be sent; False means 304 (section 13.1.2)."""
    if header is None:
        return True
    if header.strip() == "*":
        return False
    return etag not in {_weak(tag) for tag in header.split(",")}


def range_applies(if_range: str | None, etag: str) -> bool:
    """Say whether If-Range lets a range be answered: only the same strong ETag (13.1.5)."""
    return if_range is None or if_range.strip() == etag


def _weak(tag: str) -> str:
    return tag.strip().removeprefix("W/")
