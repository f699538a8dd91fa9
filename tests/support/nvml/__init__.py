"""GPUs for machines that have none: a library that answers NVML's calls from a file.

- ``nvml``: what the library tells; a test adds GPUs and the processes that use them. Everything on
  our side of the library is the real code. Skipped where there is no C compiler.
"""

import ctypes
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from onmodel.runner.nvml import Nvml

SOURCE = Path(__file__).with_name("stand_in.c")
LIBRARY = "libnvidia-ml.so.1"
FACTS = "NVML_STAND_IN"


def build(folder: Path) -> Path:
    """Compile the library into a folder; return its path."""
    made = folder / LIBRARY
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("GPUS NOT TESTED: there is no C compiler")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, SOURCE], check=True)
    return made


@dataclass
class StandIn:
    """What the library tells. Every change is told at the next question.

    Attributes:
        library: the folder for LD_LIBRARY_PATH, where a process is to find it by itself.
        facts: the file, for NVML_STAND_IN.
    """

    library: Path
    facts: Path
    gpus: dict[str, tuple[int, int, int, str]] = field(
        default_factory=dict[str, tuple[int, int, int, str]]
    )
    processes: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def add(self, uuid: str, vram_mb: int, *, used_mb: int = 0, busy: int = -1) -> None:
        """Add a GPU. ``used_mb`` is used by nobody in particular."""
        self.gpus[uuid] = (vram_mb, used_mb, busy, f"Stand-in {vram_mb // 1024} GB")
        self.tell()

    def use(self, uuid: str, pid: int, used_mb: int) -> None:
        """Let a process use so much."""
        self.processes[uuid, pid] = used_mb
        self.tell()

    def tell(self) -> None:
        """Write it down, so that a reader sees all of it or nothing."""
        lines: list[str] = []
        for uuid, (total, used, busy, name) in self.gpus.items():
            own = sum(mb for (where, _), mb in self.processes.items() if where == uuid)
            lines.append(f"gpu {uuid} {total} {used + own} {busy} {name}")
        lines += [f"process {uuid} {pid} {mb}" for (uuid, pid), mb in self.processes.items()]
        new = self.facts.with_suffix(".new")
        new.write_text("\n".join(lines) + "\n")
        new.replace(self.facts)

    def meter(self) -> Nvml:
        """Return what the worker asks, on this library."""
        return Nvml(load=lambda name: ctypes.CDLL(str(self.library / name)))


@pytest.fixture(scope="session")
def nvml_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the compiled library."""
    return build(tmp_path_factory.mktemp("nvml")).parent


@pytest.fixture
def nvml(nvml_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Return a library that knows no GPU yet."""
    stand_in = StandIn(nvml_library, tmp_path / "gpus.txt")
    stand_in.tell()
    monkeypatch.setenv(FACTS, str(stand_in.facts))
    return stand_in


def environment(stand_in: StandIn) -> dict[str, str]:
    """Return the variables with which a process finds the library as if it were the driver's."""
    known = os.environ.get("LD_LIBRARY_PATH", "")
    folders = ":".join(filter(None, [str(stand_in.library), known]))
    return {"LD_LIBRARY_PATH": folders, FACTS: str(stand_in.facts)}
