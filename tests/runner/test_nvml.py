"""Asking NVIDIA's management library, played by a stand-in that keeps to its calling rules."""

import os
from typing import Any

from onmodel.runner.nvml import Gpu, Nvml
from tests.support.nvml import StandIn


def test_tells_every_gpu_with_its_use(nvml: StandIn) -> None:
    nvml.add("GPU-a", 24_564, used_mb=512, busy=87)
    nvml.add("GPU-b", 12_288)
    assert nvml.meter().gpus() == [
        Gpu("GPU-a", "Stand-in 23 GB", 24_564, 512, 87),
        Gpu("GPU-b", "Stand-in 12 GB", 12_288, 0, None),
    ]


def test_tells_which_process_uses_how_much_of_which(nvml: StandIn) -> None:
    nvml.add("GPU-a", 24_564)
    nvml.add("GPU-b", 12_288)
    nvml.use("GPU-b", os.getpid(), 700)
    meter = nvml.meter()
    assert meter.used_by("GPU-b") == {os.getpid(): 700}
    assert meter.used_by("GPU-a") == {}
    assert meter.used_by("GPU-unknown") == {}
    assert meter.gpus()[1].used_mb == 700


def test_no_driver_no_gpu() -> None:
    def missing(name: str) -> Any:
        raise OSError(f"{name}: cannot open shared object file")

    meter = Nvml(load=missing)
    assert (meter.gpus(), meter.used_by("GPU-a")) == ([], {})


def test_a_driver_that_does_not_start_has_no_gpu(nvml: StandIn) -> None:
    nvml.facts.unlink()
    assert nvml.meter().gpus() == []
