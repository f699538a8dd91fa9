"""How much this machine is used now, for the graphs of the queue's page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psutil

from onmodel.runner.nvml import Gpu


def sample(gpus: Sequence[Gpu]) -> dict[str, Any]:
    """Return the use in percent: processor since the last sample, memory, every GPU and its memory.

    Always from the same thread: psutil remembers the last sample of each thread, and a thread's
    first one is 0.

    Args:
        gpus: all that there are, as they are now.
    """
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": psutil.cpu_percent(interval=None),
        "memory": psutil.virtual_memory().percent,
        "gpus": {
            gpu.uuid: {
                "busy": gpu.busy_percent,
                "vram": round(100 * gpu.used_mb / gpu.vram_mb, 1) if gpu.vram_mb else None,
            }
            for gpu in gpus
        },
    }
