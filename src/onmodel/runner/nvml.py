"""What the machine's GPUs are and who uses them, asked of NVIDIA's management library.

Without a package: a handful of its functions is all that is needed. Functions and structures: NVML
API reference, "Device Queries" (nvmlInit_v2, nvmlDeviceGetCount_v2,
nvmlDeviceGetHandleByIndex_v2, nvmlDeviceGetUUID, nvmlDeviceGetName, nvmlDeviceGetMemoryInfo,
nvmlDeviceGetUtilizationRates, nvmlDeviceGetComputeRunningProcesses_v3).

The driver tells the processes of the whole machine by the numbers that they have outside of every
container, so this is asked by the worker and never inside a function.
"""

import ctypes
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

_LIBRARY = "libnvidia-ml.so.1"
_UUID_BYTES = 96  # NVML_DEVICE_UUID_V2_BUFFER_SIZE
_NAME_BYTES = 96  # NVML_DEVICE_NAME_V2_BUFFER_SIZE
_NOT_TOLD = 2**64 - 1  # NVML_VALUE_NOT_AVAILABLE
_PROCESSES = 1024
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Gpu:
    """One GPU: its UUID, its name, all of its memory in MiB, and how much is in use now.

    ``busy_percent`` is the time in which it computed; None where the driver does not tell.
    """

    uuid: str
    name: str
    vram_mb: int
    used_mb: int = 0
    busy_percent: int | None = None


class Meter(Protocol):
    """Measures GPUs from outside the functions that use them."""

    def gpus(self) -> list[Gpu]:
        """Return every usable GPU as it is now; none where there is no driver."""
        ...

    def used_by(self, uuid: str) -> dict[int, int]:
        """Return the MiB that each process uses of a GPU, by its number; empty if not told."""
        ...


class _Memory(ctypes.Structure):
    _fields_ = (
        ("total", ctypes.c_ulonglong),
        ("free", ctypes.c_ulonglong),
        ("used", ctypes.c_ulonglong),
    )


class _Rates(ctypes.Structure):
    _fields_ = (("gpu", ctypes.c_uint), ("memory", ctypes.c_uint))


class _Process(ctypes.Structure):
    """nvmlProcessInfo_t, as version 3 of the query fills it in."""

    _fields_ = (
        ("pid", ctypes.c_uint),
        ("used", ctypes.c_ulonglong),
        ("gpu_instance", ctypes.c_uint),
        ("compute_instance", ctypes.c_uint),
    )


class Nvml:
    """NVIDIA's library; may be used from every thread.

    Args:
        load: opens the library; raises OSError where there is no driver.
    """

    def __init__(self, *, load: Callable[[str], Any] = ctypes.CDLL) -> None:
        self._load = load
        self._library: Any = None
        self._opened = False
        self._opening = threading.Lock()

    def gpus(self) -> list[Gpu]:
        nvml = self._open()
        count = ctypes.c_uint()
        if nvml is None or nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
            return []
        return [gpu for index in range(count.value) if (gpu := _gpu(nvml, index))]

    def used_by(self, uuid: str) -> dict[int, int]:
        nvml = self._open()
        handle = ctypes.c_void_p()
        found = (_Process * _PROCESSES)()
        count = ctypes.c_uint(_PROCESSES)
        if nvml is None or not hasattr(nvml, "nvmlDeviceGetComputeRunningProcesses_v3"):
            return {}
        if nvml.nvmlDeviceGetHandleByUUID(uuid.encode(), ctypes.byref(handle)) != 0:
            return {}
        ask = nvml.nvmlDeviceGetComputeRunningProcesses_v3
        if ask(handle, ctypes.byref(count), found) != 0:
            return {}
        told = [one for one in found[: count.value] if one.used != _NOT_TOLD]
        return {one.pid: one.used // _MIB for one in told}

    def _open(self) -> Any:
        """Open the library at the first question and keep it: opening can take a second."""
        with self._opening:
            if not self._opened:
                self._opened = True
                try:
                    library = self._load(_LIBRARY)
                except OSError:
                    return None
                self._library = library if library.nvmlInit_v2() == 0 else None
            return self._library


def _gpu(nvml: Any, index: int) -> Gpu | None:
    handle = ctypes.c_void_p()
    uuid = ctypes.create_string_buffer(_UUID_BYTES)
    name = ctypes.create_string_buffer(_NAME_BYTES)
    memory, rates = _Memory(), _Rates()
    if nvml.nvmlDeviceGetHandleByIndex_v2(index, ctypes.byref(handle)) != 0:
        return None
    if nvml.nvmlDeviceGetUUID(handle, uuid, _UUID_BYTES) != 0:
        return None
    if nvml.nvmlDeviceGetName(handle, name, _NAME_BYTES) != 0:
        return None
    if nvml.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory)) != 0:
        return None
    told = nvml.nvmlDeviceGetUtilizationRates(handle, ctypes.byref(rates)) == 0
    return Gpu(
        uuid.value.decode(),
        name.value.decode(),
        memory.total // _MIB,
        memory.used // _MIB,
        rates.gpu if told else None,
    )
