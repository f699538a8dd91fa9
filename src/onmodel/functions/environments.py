"""One virtual environment per function, named after everything that shapes it."""

import hashlib
import shutil
import tomllib
from collections.abc import Generator
from pathlib import Path
from typing import cast

from onmodel.functions.errors import EnvironmentBrokenError
from onmodel.functions.locks import locked
from onmodel.functions.manifest import FILE_NAME, Manifest
from onmodel.functions.patience import ENDLESS, Patience
from onmodel.functions.uses import Uses
from onmodel.functions.uv import OnLine, run_uv

_COMPLETE = ".complete"


class Environments:
    """Makes environments under a folder.

    Old ones stay, since a process may be in one, until `leftovers.py` finds that none is: what is
    made or found here is used until this object goes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.uses = Uses(folder / ".uses")

    def path(self, manifest: Manifest) -> Path:
        """Where the function's environment lies, made or not."""
        return self._folder / f"{manifest.name}-{digest_of(manifest.folder)[:16]}"

    def has(self, manifest: Manifest) -> bool:
        """Whether the environment is there and whole."""
        return (self.path(manifest) / _COMPLETE).is_file()

    def ensure(self, manifest: Manifest, on_line: OnLine, patience: Patience = ENDLESS) -> Path:
        """Make the environment if it is not there. Returns its Python.

        Raises:
            ProblemError: see `run_uv`.
        """
        place = self.path(manifest)
        self.uses.take(place.name)
        if not (place / _COMPLETE).is_file():
            with locked(self._folder / ".locks" / place.name, patience):
                if not (place / _COMPLETE).is_file():
                    self._make(manifest, place, on_line, patience)
        return place / "bin" / "python"

    def _make(self, manifest: Manifest, place: Path, on_line: OnLine, patience: Patience) -> None:
        if not (manifest.folder / "uv.lock").is_file():
            raise EnvironmentBrokenError(
                f"{manifest.name} has no uv.lock.", try_="Run `uv lock` in the function's folder."
            )
        on_line(f"Making the environment of {manifest.name}")
        # An environment cannot be moved (its scripts know where they lie), so it is made in its
        # place, and is nobody's until the mark is there.
        shutil.rmtree(place, ignore_errors=True)
        refreshed = [
            argument
            for name in _local_packages(manifest.folder)
            for argument in ("--refresh-package", name)
        ]
        run_uv(
            [
                *("sync", "--frozen", "--no-dev", "--no-editable", *refreshed),
                *("--project", str(manifest.folder)),
            ],
            on_line=on_line,
            variables={"UV_PROJECT_ENVIRONMENT": str(place)},
            patience=patience,
        )
        (place / _COMPLETE).touch()


def digest_of(folder: Path) -> str:
    """Hash what an environment is made of: the lock, the manifest, and all source by path."""
    digest = hashlib.sha256()
    for root in sources_of(folder):
        for path in _files(root):
            content = path.read_bytes()
            name = path.relative_to(root).as_posix()
            digest.update(f"{root.name}/{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _files(root: Path) -> list[Path]:
    named = [root / name for name in (FILE_NAME, "pyproject.toml", "uv.lock")]
    source = [path for path in (root / "src").rglob("*") if "__pycache__" not in path.parts]
    return [path for path in (*named, *sorted(source)) if path.is_file()]


def sources_of(folder: Path, seen: set[Path] | None = None) -> Generator[Path]:
    """Yield a project's folder and those of everything it takes by path, each once."""
    folder = folder.resolve()
    seen = set() if seen is None else seen
    if folder in seen:
        return
    seen.add(folder)
    yield folder
    for path in _paths(folder).values():
        yield from sources_of(folder / path, seen)


def _local_packages(folder: Path) -> list[str]:
    """Name the packages whose wheels must be made anew from their folders."""
    return sorted(
        name for root in sources_of(folder) for name in (_project_name(root), *_paths(root))
    )


def _project_name(folder: Path) -> str:
    project = _table(_pyproject(folder), "project")
    return str(project.get("name", folder.name))


def _paths(folder: Path) -> dict[str, str]:
    sources = _table(_table(_table(_pyproject(folder), "tool"), "uv"), "sources")
    found: dict[str, str] = {}
    for name, source in sources.items():
        match source:
            case {"path": str(path)}:
                found[name] = path
            case _:
                continue
    return found


def _pyproject(folder: Path) -> dict[str, object]:
    try:
        return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise EnvironmentBrokenError(
            f"{folder / 'pyproject.toml'} cannot be read: {error}"
        ) from error


def _table(data: dict[str, object], name: str) -> dict[str, object]:
    value = data.get(name)
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}
