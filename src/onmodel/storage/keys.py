"""Names of objects in the store: a file is called by what is in it."""

import re
from typing import Literal

Variant = Literal["preview", "thumb"]

_SHA256 = re.compile(r"[0-9a-f]{64}")


def blob_key(sha256: str) -> str:
    """Return the key of the bytes with this SHA-256 (64 lower-case hex digits).

    Two levels of folders keep a local store with millions of files quick to list.
    """
    _check(sha256)
    return f"blobs/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def preview_key(sha256: str, variant: Variant) -> str:
    """Return the key of a preview of the picture whose bytes have this SHA-256."""
    _check(sha256)
    return f"previews/{sha256}/{variant}.webp"


def _check(sha256: str) -> None:
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256 in lower-case hex: {sha256!r}")
