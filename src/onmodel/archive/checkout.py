"""The folder that people see, brought to the branch's newest commit.

Only what OnModel itself writes is touched, and a file that somebody edited there stays as it
is: ``git status`` shows theirs as a change.
"""

from pathlib import Path

from dulwich.errors import NotTreeError
from dulwich.file import FileLocked
from dulwich.index import Index, IndexEntry, index_entry_from_stat
from dulwich.object_store import tree_lookup_path
from dulwich.objects import Blob as GitBlob
from dulwich.objects import Commit, ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo

from onmodel.archive.large_files import object_path, place, read_pointer
from onmodel.archive.writing import REF
from onmodel.projects.folder import CHARACTERS

_OURS = (CHARACTERS.encode() + b"/", b"project.json")


def bring_up(repository: Repo) -> list[str]:
    """Write what the newest commit has and the folder lacks; return what was left as it is.

    Does nothing while another branch is checked out, or while a Git command of somebody's
    holds the index: the next time mends it.
    """
    if repository.refs.get_symrefs().get(Ref(b"HEAD")) != REF:
        return []
    try:
        index = repository.open_index()
        commit = repository[repository.refs[REF]]
        assert isinstance(commit, Commit)
        left = [
            path.decode("utf-8", "replace")
            for path, sha in _differences(repository, index, commit.tree)
            if not _apply(repository, index, path, sha)
        ]
        index.write()
    except FileLocked:
        return []
    return left


def _differences(
    repository: Repo, index: Index, tree: ObjectID
) -> list[tuple[bytes, ObjectID | None]]:
    """Return our paths that the index has otherwise than the commit, with the commit's blob."""
    found = []
    for (old, new), _, _ in index.changes_from_tree(repository.object_store, tree):
        # from the tree (old) to the index (new)
        path = old or new
        assert path is not None
        if path.startswith(_OURS):
            wanted = None if old is None else _blob_of(repository, tree, path)
            found.append((path, wanted))
    return found


def _blob_of(repository: Repo, tree: ObjectID, path: bytes) -> ObjectID:
    try:
        return tree_lookup_path(repository.object_store.__getitem__, tree, path)[1]
    except (KeyError, NotTreeError) as error:  # pragma: no cover - it was listed just now
        raise AssertionError(path) from error


def _apply(repository: Repo, index: Index, path: bytes, sha: ObjectID | None) -> bool:
    target = Path(repository.path) / path.decode()
    known = index[path] if path in index else None  # noqa: SIM401 - an index has no get
    entry = known if isinstance(known, IndexEntry) else None
    free = _is_ours(repository, target, entry)
    if sha is None:
        if free:
            target.unlink(missing_ok=True)
            _remove_empty(target.parent, Path(repository.path))
        del index[path]
        return free
    if free:
        _write(repository, target, sha)
        index[path] = index_entry_from_stat(target.lstat(), sha)
    else:
        # sizes and times of nothing: Git compares the content and shows theirs as a change
        index[path] = IndexEntry(0, 0, 0, 0, 0o100644, 0, 0, 0, sha)
    return free


def _is_ours(repository: Repo, target: Path, entry: IndexEntry | None) -> bool:
    """Say whether a file is missing, or is just what we put there."""
    try:
        found = target.lstat()
    except FileNotFoundError:
        return True
    except NotADirectoryError:
        return False
    if entry is None or not target.is_file() or target.is_symlink():
        return False
    if found.st_size == entry.size and int(found.st_mtime) == _seconds(entry.mtime):
        return True
    blob = repository.object_store[entry.sha]
    assert isinstance(blob, GitBlob)
    sha256 = read_pointer(blob.data)
    known = object_path(Path(repository.controldir()), sha256) if sha256 else None
    expected = known.read_bytes() if known and known.is_file() else blob.data
    return target.read_bytes() in {expected, blob.data}


def _seconds(time: int | float | tuple[int, int]) -> int:
    return time[0] if isinstance(time, tuple) else int(time)


def _write(repository: Repo, target: Path, sha: ObjectID) -> None:
    blob = repository.object_store[sha]
    assert isinstance(blob, GitBlob)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}-new")
    try:
        sha256 = read_pointer(blob.data)
        git_folder = Path(repository.controldir())
        if sha256 and object_path(git_folder, sha256).is_file():
            place(git_folder, sha256, temporary)
        else:
            temporary.write_bytes(blob.data)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
