"""Commits made beside the working tree, in one step for many events.

Trees are built from the branch's newest commit and never from the index, so that what
somebody has staged or half edited in the folder is no part of our commits. The branch moves
once for a whole batch, by compare-and-swap; a crash before that leaves unreachable objects,
which Git clears away.
"""

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dulwich.object_store import (
    BaseObjectStore,
    MemoryObjectStore,
    OverlayObjectStore,
    commit_tree_changes,
)
from dulwich.objects import Blob as GitBlob
from dulwich.objects import Commit, ObjectID, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo

from onmodel.archive.large_files import is_large, pointer
from onmodel.archive.layout import Blob, Changes, short_id
from onmodel.archive.messages import event_of
from onmodel.projects.folder import CHARACTERS
from onmodel.projects.git import BRANCH, Author

HOUSE = Author("OnModel", "onmodel@onmodel.invalid")
REF = Ref(b"refs/heads/" + BRANCH)
_FILE, _FOLDER = 0o100644, stat.S_IFDIR
_PACK_FROM = 200  # objects; fewer lie loose until `git gc` packs them


class MovedError(Exception):
    """Somebody committed on the branch while a batch was made; it is made again."""


@dataclass(frozen=True)
class Entry:
    """One event as a commit: its author, time and message, and the files it changes."""

    author: Author
    at: datetime
    message: str
    character: Changes | None
    root_files: Mapping[str, str]


class Batch:
    """Commits on top of a repository's branch, visible to nobody before `finish`."""

    def __init__(self, repository: Repo, contents: Mapping[str, bytes]) -> None:
        """Begin at the branch's end; ``contents`` has the bytes of small stored files."""
        self._repository = repository
        self._contents = contents
        self._new = MemoryObjectStore()
        self._store = OverlayObjectStore([self._new, repository.object_store], self._new)
        self._base: ObjectID = repository.refs[REF]
        self._head = self._base
        self.commits = 0

    def add(self, entry: Entry) -> bool:
        """Commit one event; False when it changes no file."""
        head = self._store[self._head]
        assert isinstance(head, Commit)
        changes: list[tuple[bytes, int | None, ObjectID | None]] = []
        for path, text in entry.root_files.items():
            changes.append((path.encode(), _FILE, self._blob(text)))
        if entry.character is not None:
            changes += self._in_character(head.tree, entry.character)
        if not changes:
            return False
        tree = commit_tree_changes(self._store, head.tree, changes)
        if tree == head.tree:
            return False
        commit = Commit()
        commit.tree, commit.parents = tree, [self._head]
        commit.author, commit.committer = entry.author.as_git(), HOUSE.as_git()
        commit.author_time = commit.commit_time = int(entry.at.timestamp())
        commit.author_timezone = commit.commit_timezone = 0
        commit.encoding = b"UTF-8"
        commit.message = entry.message.encode("utf-8", "replace")
        self._new.add_object(commit)
        self._head = commit.id
        self.commits += 1
        return True

    def finish(self) -> bytes:
        """Write the objects, move the branch and return its commit. Raises `MovedError`."""
        if self._head == self._base:
            return self._base
        objects = [self._new[name] for name in self._new]
        target = self._repository.object_store
        if len(objects) >= _PACK_FROM:
            target.add_objects([(item, None) for item in objects])
        else:
            for item in objects:
                target.add_object(item)
        if not self._repository.refs.set_if_equals(
            REF, self._base, self._head, message=b"commit: OnModel"
        ):
            raise MovedError
        return self._head

    def _in_character(
        self, root: ObjectID, changes: Changes
    ) -> list[tuple[bytes, int | None, ObjectID | None]]:
        present = self._folder_of(root, changes.character_id)
        if changes.removed:
            return [(_characters(present[0]), None, None)] if present else []
        made: list[tuple[bytes, int | None, ObjectID | None]] = []
        if present is None:
            if changes.folder is None:
                return []  # the character's record comes first, or it was removed
            folder = changes.folder.encode()
            tree_id = self._last_seen(changes.character_id) if changes.restored else None
            made += [(_characters(folder), _FOLDER, tree_id)] if tree_id else []
        else:
            folder, tree_id = present
            if changes.folder is not None and changes.folder.encode() != folder:
                made.append((_characters(folder), None, None))
                folder = changes.folder.encode()
                made.append((_characters(folder), _FOLDER, tree_id))
        tree = _tree(self._store, tree_id) if tree_id else Tree()
        wished = [(path.encode(), content) for path, content in changes.files.items()]
        inner = [
            (path, None if content is None else _FILE, self._blob(content))
            for path, content in wished
            if content is not None or _holds(self._store, tree, path)
        ]
        changed = commit_tree_changes(self._store, tree, inner) if inner else tree_id
        if changed is not None and (changed != tree_id or made):
            made = [item for item in made if item[0] != _characters(folder)]
            made.append((_characters(folder), _FOLDER, changed))
        return made

    def _folder_of(self, root: ObjectID, character_id: UUID) -> tuple[bytes, ObjectID] | None:
        """Return the folder's name and tree, found by the id at its end."""
        characters = _subtree(self._store, root, CHARACTERS)
        ending = b"-" + short_id(character_id).encode()
        for item in characters.items() if characters else ():
            if item.path.endswith(ending) and item.mode == _FOLDER:
                return item.path, item.sha
        return None

    def _last_seen(self, character_id: UUID) -> ObjectID | None:
        """Return what the folder held when it was removed, for a character brought back."""
        for commit in first_parents(self._store, self._head):
            found = self._folder_of(commit.tree, character_id)
            if found is not None:
                return found[1]
        return None

    def _blob(self, content: str | Blob | None) -> ObjectID | None:
        match content:
            case None:
                return None
            case str():
                data = content.encode("utf-8", "replace")
            case Blob():
                data = pointer(content) if is_large(content) else self._contents[content.sha256]
        blob = GitBlob.from_string(data)
        self._new.add_object(blob)
        return blob.id


def last_event(repository: Repo) -> int:
    """Return the ``seq`` of the newest event that the branch holds, 0 for none."""
    for commit in first_parents(repository.object_store, repository.refs[REF]):
        seq = event_of(commit.message)
        if seq is not None:
            return seq
    return 0


def first_parents(store: BaseObjectStore, head: ObjectID) -> Iterator[Commit]:
    """Yield commits from the newest to the first, along first parents."""
    name: ObjectID | None = head
    while name is not None:
        commit = store[name]
        assert isinstance(commit, Commit)
        yield commit
        name = commit.parents[0] if commit.parents else None


def _subtree(store: BaseObjectStore, root: ObjectID, path: str) -> Tree | None:
    tree = _tree(store, root)
    for part in path.encode().split(b"/"):
        if part not in tree:
            return None
        tree = _tree(store, tree[part][1])
    return tree


def _tree(store: BaseObjectStore, name: ObjectID) -> Tree:
    tree = store[name]
    assert isinstance(tree, Tree)
    return tree


def _holds(store: BaseObjectStore, tree: Tree, path: bytes) -> bool:
    folder, _, rest = path.partition(b"/")
    if folder not in tree:
        return False
    return True if not rest else _holds(store, _tree(store, tree[folder][1]), rest)


def _characters(folder: bytes) -> bytes:
    return CHARACTERS.encode() + b"/" + folder
