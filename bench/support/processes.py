"""Processor time and memory of the running web processes, read from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Use:
    """Seconds of processor time since the start, and resident memory in bytes."""

    seconds: float
    bytes: int


def web_processes(parent: int) -> list[int]:
    """Return the web processes below a running `onmodel up`, oldest first."""
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "comm").read_text()
            if name.startswith("onmodel-serve") and parent in _ancestors(int(folder.name)):
                found.append(int(folder.name))
        except OSError:  # it has ended meanwhile
            continue
    return sorted(found)


def use(pids: list[int]) -> Use:
    """Return what several processes use together."""
    seconds = memory = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / _TICKS
        memory += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    return Use(seconds, int(memory))


def _ancestors(pid: int) -> set[int]:
    found: set[int] = set()
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        found.add(pid)
    return found
