"""Video memory: who may use how much of which GPU.

A lease names one GPU by its UUID and an amount that the function's manifest declares. It is a file
that its worker holds locked, so every worker of the machine sees it, and the kernel lets go of it
when the worker ends, however that went: no lease outlives its worker.
"""

import fcntl
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from onmodel.runner.nvml import Gpu, Meter

_LOCK = "lock"


@dataclass(frozen=True)
class Room:
    """A GPU and what may still be given of it.

    Attributes:
        gpu: as it was just now.
        reserved_mb: leases of all workers of this machine.
        free_mb: what neither is leased nor used by anybody else.
    """

    gpu: Gpu
    reserved_mb: int
    free_mb: int


@dataclass(eq=False)
class Lease:
    """So much of this GPU is ours until `release`, or until we die.

    Attributes:
        file: what is held locked.
        owns: whether a process is one of those that the lease is for; nobody's to begin with.
        used_mb: what they use by the last measurement; None before that.
    """

    gpu: Gpu
    vram_mb: int
    file: IO[bytes]
    owns: Callable[[int], bool] = field(default=lambda pid: False)
    used_mb: int | None = None

    def release(self) -> None:
        """Give it back. May be repeated."""
        if not self.file.closed:
            Path(self.file.name).unlink(missing_ok=True)
            self.file.close()


class Ledger:
    """The GPUs of this machine. Every method may be used from every thread.

    Args:
        folder: where leases lie; all workers of the machine that share it see each other's.
        meter: measures what is really used.
    """

    def __init__(self, folder: Path, meter: Meter) -> None:
        self._folder = folder
        self._meter = meter
        self._ours: list[Lease] = []

    def rooms(self) -> list[Room]:
        """Return every GPU with what is free of it."""
        gpus = self._meter.gpus()
        if not gpus:
            return []
        with self._locked():
            return self._rooms(gpus)

    def reserve(self, vram_mb: int) -> Lease | None:
        """Set memory aside on the GPU where it leaves the least over; None where none has room."""
        gpus = self._meter.gpus()
        if not gpus:
            return None
        with self._locked():
            fitting = [room for room in self._rooms(gpus) if room.free_mb >= vram_mb]
            if not fitting:
                return None
            best = min(fitting, key=lambda room: (room.free_mb, room.gpu.uuid))
            place = self._folder / best.gpu.uuid
            place.mkdir(exist_ok=True)
            file = (place / f"{vram_mb}-{uuid.uuid4().hex}").open("wb")
            fcntl.flock(file, fcntl.LOCK_EX)
            lease = Lease(best.gpu, vram_mb, file)
            self._ours.append(lease)
            return lease

    def measure(self) -> list[Lease]:
        """Measure what the processes of our leases use; return those that use more than theirs."""
        with self._locked():
            leases = self._living()
            for uuid_ in {lease.gpu.uuid for lease in leases}:
                self._attribute(self._meter.used_by(uuid_), uuid_, leases)
        return [one for one in leases if (one.used_mb or 0) > one.vram_mb]

    def close(self) -> None:
        """Give back every lease of ours."""
        for lease in self._ours:
            lease.release()

    def _living(self) -> list[Lease]:
        self._ours = [lease for lease in self._ours if not lease.file.closed]
        return list(self._ours)

    @staticmethod
    def _attribute(processes: dict[int, int], uuid_: str, leases: list[Lease]) -> None:
        for lease in leases:
            if lease.gpu.uuid == uuid_:
                used = [mb for pid, mb in processes.items() if lease.owns(pid)]
                # nothing was ever measured of one that has not begun, or that the driver hides
                lease.used_mb = sum(used) if used or lease.used_mb is not None else None

    def _rooms(self, gpus: list[Gpu]) -> list[Room]:
        return [self._room(gpu) for gpu in gpus]

    def _room(self, gpu: Gpu) -> Room:
        """Count what is taken of a GPU.

        Ours by what is set aside, or used if that is more. Of everybody else whichever is larger:
        what other workers set aside, or what is used that is not ours.
        """
        ours = [lease for lease in self._living() if lease.gpu.uuid == gpu.uuid]
        all_reserved = sum(self._reserved(gpu.uuid))
        processes = self._meter.used_by(gpu.uuid)
        if not processes:
            # Whose the used memory is cannot be told, as where the worker is in a container.
            free = gpu.vram_mb - max(all_reserved, gpu.used_mb)
            return Room(gpu, all_reserved, max(0, free))
        self._attribute(processes, gpu.uuid, ours)
        used = sum(lease.used_mb or 0 for lease in ours)
        taken = sum(max(lease.vram_mb, lease.used_mb or 0) for lease in ours)
        others = all_reserved - sum(lease.vram_mb for lease in ours)
        free = gpu.vram_mb - taken - max(others, gpu.used_mb - used)
        return Room(gpu, all_reserved, max(0, free))

    def _reserved(self, uuid_: str) -> list[int]:
        """Return the amounts of all leases on a GPU; those of the dead are removed."""
        amounts: list[int] = []
        place = self._folder / uuid_
        for path in place.iterdir() if place.is_dir() else ():
            # it may be given back while we look
            with suppress(FileNotFoundError), path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    amounts.append(int(path.name.partition("-")[0]))
                else:
                    path.unlink(missing_ok=True)
        return amounts

    def _locked(self) -> IO[bytes]:
        """Keep other workers from counting at the same time; let go of by closing."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = (self._folder / _LOCK).open("ab")
        fcntl.flock(file, fcntl.LOCK_EX)
        return file


class _Nothing:
    """Measures a machine without a GPU."""

    def gpus(self) -> list[Gpu]:
        return []

    def used_by(self, uuid: str) -> dict[int, int]:
        del uuid
        return {}


# For those who run functions on the CPU alone. Without a GPU nothing is ever written.
NO_GPUS = Ledger(Path("nowhere"), _Nothing())
