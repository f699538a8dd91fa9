"""One sample of how much a machine is used."""

from datetime import UTC, datetime

from onmodel.runner.nvml import Gpu
from onmodel.worker.use import sample


def test_a_machine_without_a_gpu_tells_of_the_rest() -> None:
    told = sample(None)
    assert (told["gpu"], told["vram"]) == (None, None)
    assert 0 <= told["cpu"] <= 100
    assert 0 < told["memory"] < 100
    assert datetime.fromisoformat(told["at"]) <= datetime.now(UTC)


def test_a_gpu_is_told_in_percent() -> None:
    told = sample(Gpu("GPU-1", "NVIDIA L4", 24_000, used_mb=6_000, busy_percent=87))
    assert (told["gpu"], told["vram"]) == (87, 25.0)
