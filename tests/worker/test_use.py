"""One sample of how much a machine is used."""

from datetime import UTC, datetime

from onmodel.worker.use import sample
from tests.support.nvml import StandIn


def test_a_machine_without_a_gpu_tells_of_the_rest() -> None:
    told = sample([])
    assert told["gpus"] == {}
    assert 0 <= told["cpu"] <= 100
    assert 0 < told["memory"] < 100
    assert datetime.fromisoformat(told["at"]) <= datetime.now(UTC)


def test_every_card_is_told_by_its_uuid(nvml: StandIn) -> None:
    nvml.add("GPU-a", 24_000, used_mb=6_000, busy=87)
    nvml.add("GPU-b", 80_000, used_mb=80_000)
    assert sample(nvml.meter().gpus())["gpus"] == {
        "GPU-a": {"busy": 87, "vram": 25.0},
        "GPU-b": {"busy": None, "vram": 100.0},
    }
