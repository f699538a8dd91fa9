"""The workspace on disk: the one module that builds paths of projects.

    workspace/Library/…                     shared by all projects
    workspace/Projects/<slug>-<short id>/   one Git repository each

A path made here never reaches a browser.
"""

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from onmodel.kit.clock import now
from onmodel.kit.errors import ConflictError, NotFoundError, StorageFullError
from onmodel.projects import git
from onmodel.projects.slugs import folder_name

CANVAS = "02_Source_Creative/Canvases/main_canvas.json"
LIBRARY_FOLDERS = ("Branding", "LUTs_and_Presets", "Stock_Media", "Pipeline_Templates")
CHARACTERS = "01_Assets/Generative_Assets/Characters"
PROJECT_FOLDERS = (
    "01_Assets/Source_Media",
    "01_Assets/AI_Models",
    CHARACTERS,
    "01_Assets/Generative_Assets/Styles",
    "01_Assets/Generative_Assets/Locations",
    "02_Source_Creative/Canvases",
    "02_Source_Creative/Scripts",
    "02_Source_Creative/Prompts",
    "03_Renders",
    "04_Project_Files/Auto_Saves",
    "04_Project_Files/EDLs",
    "05_Cache",
    "06_Exports",
)
KEEP = ".gitkeep"  # Git knows files only; this one holds an empty folder
LFS_SUFFIXES = (
    *("png", "jpg", "jpeg", "webp", "gif", "psd"),
    *("mp4", "mov", "wav", "mp3"),
    *("safetensors", "pth", "ckpt", "bin"),
)
TEXT_SUFFIXES = ("json", "py", "js", "txt", "md")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_BUILDING = ".building-"
_ABANDONED_AFTER_S = 3600.0


class ProjectFolderTakenError(ConflictError):
    """Another project's folder has the very name that this one should get."""

    code = "project_folder_taken"
    title = "The project's folder is taken"
    default_try = "Choose another title."


class ProjectFolderMissingError(NotFoundError):
    """The database knows the project, but its folder is gone from the disk."""

    code = "project_folder_missing"
    title = "The project's folder is not there"
    default_try = "Ask your administrator to bring it back from a backup."


def ensure_workspace(workspace: Path) -> None:
    """Make the workspace and its library, and clear away what a crash left half built."""
    for name in LIBRARY_FOLDERS:
        (workspace / "Library" / name).mkdir(parents=True, exist_ok=True)
    projects = workspace / "Projects"
    projects.mkdir(exist_ok=True)
    for leftover in projects.glob(f"{_BUILDING}*"):
        if time.time() - leftover.stat().st_mtime > _ABANDONED_AFTER_S:
            shutil.rmtree(leftover, ignore_errors=True)


def create_project_folder(
    workspace: Path,
    *,
    project_id: UUID,
    title: str,
    description: str,
    settings: Mapping[str, Any],
    author: str,
    email: str,
) -> str:
    """Make a project's folder, complete with its repository's first commit; return its name.

    It is built beside its place and moved there in one step, so that nobody ever sees half of
    it. Asked again for the same project, it changes nothing. Raises `ProjectFolderTakenError`
    or `StorageFullError`.
    """
    ensure_workspace(workspace)
    name = folder_name(title, project_id, fallback="project")
    target = project_path(workspace, name)
    if target.exists():
        return _same_project(target, project_id)
    record = project_record(project_id, title, description, settings, version=1)
    building = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=target.parent))
    try:
        paths = _lay_out(building, record)
        git.init(building)
        git.commit(
            building,
            paths,
            message=f"Create the project {' '.join(title.split())}\n",
            author=git.Author(author, email),
            at=now(),
        )
        building.chmod(0o755)  # mkdtemp makes it private
        building.rename(target)  # refused when the target has come to be meanwhile
    except OSError as error:
        shutil.rmtree(building, ignore_errors=True)
        if target.exists():
            return _same_project(target, project_id)
        if error.errno in _FULL:
            raise StorageFullError("There is no room for the project's folder.") from error
        raise
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return name


def project_record(
    project_id: UUID, title: str, description: str, settings: Mapping[str, Any], *, version: int
) -> dict[str, Any]:
    """Return what ``project.json`` says."""
    return {
        "uuid": str(project_id),
        "title": title.strip(),
        "description": description.strip(),
        "canvas_path": CANVAS,
        "project_settings": dict(settings),
        "version": version,
    }


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a JSON file in one step: a reader sees the old one or the new one."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def project_path(workspace: Path, name: str) -> Path:
    """Return the folder of a project by its stored name."""
    return inside(workspace / "Projects", name)


def existing_project_path(workspace: Path, name: str) -> Path:
    """Return the folder of a project that must be there. Raises `ProjectFolderMissingError`."""
    path = project_path(workspace, name)
    if not (path / "project.json").is_file():
        raise ProjectFolderMissingError("The folder of this project was moved or removed.")
    return path


def character_path(project: Path, *, character_id: UUID, name: str) -> Path:
    """Return where a character's files lie in its project's folder; nothing is made."""
    return project / CHARACTERS / character_folder(character_id, name)


def character_folder(character_id: UUID, name: str) -> str:
    """Return the name of a character's folder."""
    return folder_name(name, character_id, fallback="character")


def inside(root: Path, relative: str) -> Path:
    """Return a path under ``root``; raises ValueError for one that would lead out of it.

    Links are followed before judging, so that a link in a repository leads nowhere either.
    """
    parts = PurePosixPath(relative.replace("\\", "/"))
    unsafe = parts.is_absolute() or not parts.parts or ".." in parts.parts or "\0" in relative
    if unsafe or not (root / parts).resolve().is_relative_to(root.resolve()):
        raise ValueError(f"a path that leads out of its folder: {relative!r}")
    return root / parts


def _same_project(target: Path, project_id: UUID) -> str:
    try:
        known = json.loads((target / "project.json").read_text(encoding="utf-8"))["uuid"]
    except (OSError, ValueError, KeyError):
        known = None
    if known != str(project_id):
        raise ProjectFolderTakenError("There is a folder of this name that is another project's.")
    return target.name


def _lay_out(folder: Path, record: Mapping[str, Any]) -> list[str]:
    """Make folders and first files and return the files' paths in the repository."""
    for name in PROJECT_FOLDERS:
        (folder / name).mkdir(parents=True)
    write_json(folder / "project.json", record)
    write_json(folder / CANVAS, {"nodes": [], "edges": []})
    texts = {".gitignore": _gitignore(), ".gitattributes": _gitattributes()}
    texts |= {f"{name}/{KEEP}": "" for name in PROJECT_FOLDERS if not CANVAS.startswith(f"{name}/")}
    for path, text in texts.items():
        (folder / path).write_text(text, encoding="utf-8", newline="\n")
    return ["project.json", CANVAS, *texts]


def _gitignore() -> str:
    ignored = "".join(f"/{name}/*\n!/{name}/{KEEP}\n" for name in ("05_Cache", "06_Exports"))
    return f"# What can be made again stays out of the history.\n{ignored}.DS_Store\nThumbs.db\n"


def _gitattributes() -> str:
    texts = "".join(f"*.{suffix} text eol=lf\n" for suffix in TEXT_SUFFIXES)
    large = "".join(
        f"*.{_any_case(suffix)} filter=lfs diff=lfs merge=lfs -text\n" for suffix in LFS_SUFFIXES
    )
    return f"# Text goes to plain Git, large files to Git LFS.\n{texts}{large}"


def _any_case(suffix: str) -> str:
    """Return a pattern for .PNG as well as .png: cameras and Windows write both."""
    return "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in suffix)
