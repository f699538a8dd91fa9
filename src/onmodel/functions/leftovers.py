"""What was installed for functions as they were once, and that nobody uses any more.

Every change of a function's source makes another environment, and other model files another set of
links; the old ones stay, since a process may be in them. Here they are found again: what has one of
our names, is named by no manifest, and is used by no living process (`uses.py`). Whatever has
another name is not ours to remove.
"""

import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from onmodel.functions.errors import EnvironmentBrokenError
from onmodel.functions.installation import Installation
from onmodel.functions.registry import Registry, load
from onmodel.functions.weights import PARTIAL, SCRATCH, STORE

Kind = Literal["environment", "weights", "model file", "download", "image"]

_OURS = re.compile(r"(?P<function>[a-z][a-z0-9-]{1,62})-[0-9a-f]{16}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BLOCK = 512


@dataclass(frozen=True)
class Leftover:
    """Something that may go. `bytes` are those on the disk."""

    kind: Kind
    name: str
    bytes: int


class Leftovers:
    """The leftovers of one data folder.

    Args:
        functions: the folder whose manifests say what is needed.
        home: the data folder.
    """

    def __init__(self, functions: Path, home: Path) -> None:
        self._registry = load(functions)
        self._envs, self._weights = home / "envs", home / "weights"
        self._sets = self._weights / "sets"
        self._installation = Installation(home)

    @property
    def registry(self) -> Registry:
        """The functions that there are."""
        return self._registry

    def find(self) -> list[Leftover]:
        """Return what may go, the largest first; changes nothing."""
        found = [
            *(Leftover("environment", one.name, size(one)) for one in self._old_environments()),
            *(Leftover("weights", one.name, size(one)) for one in self._old_sets()),
        ]
        if not self._installation.uses.is_taken(STORE):
            going = {one.name for one in found if one.kind == "weights"}
            files = self._old_files(going)
            found += [Leftover("model file", _title(one), size(one)) for one in files]
            found += [Leftover("download", one.name, size(one)) for one in self._cut_off()]
        return sorted(found, key=lambda one: (-one.bytes, one.name))

    def remove(self, leftovers: Iterable[Leftover]) -> list[Leftover]:
        """Remove what nobody has begun to use meanwhile; return what went."""
        gone: list[Leftover] = []
        order: list[Kind] = ["environment", "weights", "model file", "download"]
        for one in sorted(
            (one for one in leftovers if one.kind in order), key=lambda one: order.index(one.kind)
        ):
            if self._remove(one):
                gone.append(one)
        return gone

    def _remove(self, one: Leftover) -> bool:
        if one.kind == "environment":
            with self._installation.environments.uses.alone(one.name) as alone:
                return alone and _delete(self._envs / one.name)
        if one.kind == "weights":
            with self._installation.uses.alone(one.name) as alone:
                return alone and _delete(self._sets / one.name)
        with self._installation.uses.alone(STORE) as alone:
            # looked at again, now that nobody installs anything
            still = self._old_files(set()) if one.kind == "model file" else self._cut_off()
            places = [place for place in still if one.name in (place.name, _title(place))]
            return alone and bool(places) and all(map(_delete, places))

    def _old_environments(self) -> list[Path]:
        environments = self._installation.environments
        needed: set[str] = set()
        for manifest in self._registry:
            try:
                needed.add(environments.path(manifest).name)
            except EnvironmentBrokenError:
                needed |= {one.name for one in _named(self._envs) if _of(one) == manifest.name}
        return [
            one
            for one in _named(self._envs)
            if one.name not in needed
            and _of(one) not in self._unreadable()
            and not environments.uses.is_taken(one.name)
        ]

    def _old_sets(self) -> list[Path]:
        needed = {self._installation.set_of(manifest).name for manifest in self._registry}
        return [
            one
            for one in _named(self._sets)
            if one.name not in needed
            and _of(one) not in self._unreadable()
            and not self._installation.uses.is_taken(one.name)
        ]

    def _old_files(self, going: set[str]) -> list[Path]:
        """Return the folders of model files to which no manifest, encoder or set leads."""
        if self._registry.broken:
            return []  # nobody knows what those need
        needed = {weight.sha256 for manifest in self._registry for weight in manifest.weights}
        needed |= {one.sha256 for one in self._installation.additions.listed().values()}
        for arranged in _named(self._sets):
            if arranged.name not in going:
                links = (path for path in arranged.rglob("*") if path.is_symlink())
                needed |= {link.readlink().parent.name for link in links}
        folders = _folders(self._weights)
        return [one for one in folders if _SHA256.fullmatch(one.name) and one.name not in needed]

    def _cut_off(self) -> list[Path]:
        """Return parts of downloads that nobody will take up, and what a killed one unpacked."""
        if self._registry.broken:
            return []
        needed = {weight.sha256 for manifest in self._registry for weight in manifest.weights}
        partial = self._weights / PARTIAL
        parts = sorted(partial.iterdir()) if partial.is_dir() else []
        unpacked = [one for one in _folders(self._weights) if one.name.startswith(SCRATCH)]
        return [*(one for one in parts if one.name not in needed), *unpacked]

    def _unreadable(self) -> set[str]:
        return {one.folder.name for one in self._registry.broken}


def size(place: Path) -> int:
    """Return the bytes that a file or folder takes on the disk; a file with two names once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for path in (place, *place.rglob("*")):
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue
        if (found.st_dev, found.st_ino) not in seen:
            seen.add((found.st_dev, found.st_ino))
            total += found.st_blocks * _BLOCK
    return total


def _named(folder: Path) -> list[Path]:
    return [one for one in _folders(folder) if _OURS.fullmatch(one.name)]


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())


def _of(place: Path) -> str:
    """Name the function of an environment or a set."""
    found = _OURS.fullmatch(place.name)
    return found["function"] if found else ""


def _title(place: Path) -> str:
    """Name the folder of a model file so that people know it: the file's name, and its hash."""
    files = sorted(one.name for one in place.iterdir()) if place.is_dir() else []
    return f"{', '.join(files)} ({place.name[:12]})" if files else place.name


def _delete(place: Path) -> bool:
    """Delete a file or a folder; say whether it is gone."""
    if place.is_dir():
        # its name goes first, so that nobody takes what is left for the whole
        going = place.with_name(f".removed-{place.name}-{os.getpid()}")
        place.rename(going)
        shutil.rmtree(going, ignore_errors=True)
        return not going.exists()
    place.unlink(missing_ok=True)
    return True
