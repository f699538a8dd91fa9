"""Identifiers: UUID version 7 (RFC 9562, section 5.7), sortable by the time they were made."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> UUID:
    """Return a new UUIDv7; ids made by one process are strictly increasing.

    The 12 bits after the version count within one millisecond (RFC 9562, section 6.2,
    method 1), so that rows made together keep their order.
    """
    global _last_ms, _counter  # noqa: PLW0603 - the counter is per process by definition
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _counter = now_ms, 0
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        ms, counter = _last_ms, _counter
    random = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=(ms << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | random)
