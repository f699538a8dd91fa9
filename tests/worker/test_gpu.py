"""Asking NVIDIA's management library, played by a stand-in that answers by its calling rules."""

from typing import Any

from onmodel.worker.gpu import Gpu, largest_gpu

MIB = 1024 * 1024


class Nvml:
    """Answers like libnvidia-ml: a status as result, values through pointers."""

    def __init__(self, *gpus: Gpu, status: int = 0) -> None:
        self.gpus = gpus
        self.status = status
        self.is_open = False

    def nvmlInit_v2(self) -> int:  # noqa: N802 - the library's name
        self.is_open = self.status == 0
        return self.status

    def nvmlShutdown(self) -> int:  # noqa: N802
        self.is_open = False
        return 0

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:  # noqa: N802
        count._obj.value = len(self.gpus)
        return 0

    def nvmlDeviceGetHandleByIndex_v2(self, index: int, handle: Any) -> int:  # noqa: N802
        handle._obj.value = index + 1
        return 0

    def nvmlDeviceGetName(self, handle: Any, name: Any, length: int) -> int:  # noqa: N802
        name.value = self.gpus[handle.value - 1].name.encode()[: length - 1]
        return 0

    def nvmlDeviceGetMemoryInfo(self, handle: Any, memory: Any) -> int:  # noqa: N802
        memory._obj.total = self.gpus[handle.value - 1].vram_mb * MIB
        memory._obj.used = self.gpus[handle.value - 1].used_mb * MIB
        return 0

    def nvmlDeviceGetUtilizationRates(self, handle: Any, rates: Any) -> int:  # noqa: N802
        busy = self.gpus[handle.value - 1].busy_percent
        if busy is None:
            return 3  # NVML_ERROR_NOT_SUPPORTED
        rates._obj.gpu = busy
        return 0


def test_takes_the_gpu_with_the_most_memory() -> None:
    nvml = Nvml(Gpu("small", 8_192), Gpu("NVIDIA GeForce RTX 4090", 24_564), Gpu("old", 4_096))
    assert largest_gpu(load=lambda _: nvml) == Gpu("NVIDIA GeForce RTX 4090", 24_564)
    assert not nvml.is_open


def test_says_how_much_of_it_is_used() -> None:
    gpu = Gpu("NVIDIA L4", 23_034, used_mb=11_517, busy_percent=87)
    assert largest_gpu(load=lambda _: Nvml(gpu)) == gpu


def test_no_driver_no_gpu() -> None:
    def missing(name: str) -> Nvml:
        raise OSError(f"{name}: cannot open shared object file")

    assert largest_gpu(load=missing) is None


def test_driver_without_gpu() -> None:
    assert largest_gpu(load=lambda _: Nvml()) is None
    assert largest_gpu(load=lambda _: Nvml(Gpu("broken", 1), status=999)) is None
