"""How much this machine is used now, for the graphs of the queue's page."""

from datetime import UTC, datetime
from typing import Any

import psutil

from onmodel.runner.nvml import Gpu


def sample(gpu: Gpu | None) -> dict[str, Any]:
    """Return the use in percent: processor since the last sample, memory, GPU and its memory.

    Always from the same thread: psutil remembers the last sample of each thread, and a thread's
    first one is 0.

    Args:
        gpu: as it is now, or None where there is none.
    """
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": psutil.cpu_percent(interval=None),
        "memory": psutil.virtual_memory().percent,
        "gpu": gpu.busy_percent if gpu else None,
        "vram": round(100 * gpu.used_mb / gpu.vram_mb, 1) if gpu and gpu.vram_mb else None,
    }
