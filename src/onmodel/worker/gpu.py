"""What the machine's GPUs are, asked of NVIDIA's management library without a package.

Functions and structures: NVML API reference, "Device Queries" (nvmlInit_v2,
nvmlDeviceGetCount_v2, nvmlDeviceGetHandleByIndex_v2, nvmlDeviceGetName,
nvmlDeviceGetMemoryInfo, nvmlDeviceGetUtilizationRates).
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_LIBRARY = "libnvidia-ml.so.1"
_NAME_BYTES = 96  # NVML_DEVICE_NAME_V2_BUFFER_SIZE
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Gpu:
    """One GPU: its name, all of its memory in MiB, and how much is in use now.

    ``busy_percent`` is the time in which it computed; None where the driver does not tell.
    """

    name: str
    vram_mb: int
    used_mb: int = 0
    busy_percent: int | None = None


class _Memory(ctypes.Structure):
    _fields_ = (
        ("total", ctypes.c_ulonglong),
        ("free", ctypes.c_ulonglong),
        ("used", ctypes.c_ulonglong),
    )


class _Rates(ctypes.Structure):
    _fields_ = (("gpu", ctypes.c_uint), ("memory", ctypes.c_uint))


def largest_gpu(*, load: Callable[[str], Any] = ctypes.CDLL) -> Gpu | None:
    """Return the GPU with the most memory, or None on a machine without a usable one.

    Args:
        load: opens the library; raises OSError where there is no driver.
    """
    try:
        nvml = load(_LIBRARY)
    except OSError:
        return None
    if nvml.nvmlInit_v2() != 0:
        return None
    try:
        count = ctypes.c_uint()
        if nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
            return None
        gpus = [gpu for index in range(count.value) if (gpu := _gpu(nvml, index))]
    finally:
        nvml.nvmlShutdown()
    return max(gpus, key=lambda gpu: gpu.vram_mb, default=None)


def _gpu(nvml: Any, index: int) -> Gpu | None:
    handle = ctypes.c_void_p()
    if nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle)) != 0:
        return None
    name = ctypes.create_string_buffer(_NAME_BYTES)
    memory = _Memory()
    if nvml.nvmlDeviceGetName(handle, name, _NAME_BYTES) != 0:
        return None
    if nvml.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory)) != 0:
        return None
    rates = _Rates()
    told = nvml.nvmlDeviceGetUtilizationRates(handle, ctypes.byref(rates)) == 0
    return Gpu(
        name.value.decode(),
        memory.total // _MIB,
        memory.used // _MIB,
        rates.gpu if told else None,
    )
