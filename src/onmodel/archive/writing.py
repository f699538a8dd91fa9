"""Commits made beside the working tree, in one step for many events.

Trees are built from the branch's newest commit and never from the index, so that what
somebody has staged or half edited in the folder is no part of our commits. The branch moves
once for a whole batch, by compare-and-swap; a crash before that leaves unreachable objects,
which Git clears away.
"""

import stat
from collections.abc import Iterator, Mapping, Sequence
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
from dulwich.objects import Commit, ObjectID, Tag, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo

from onmodel.archive.large_files import is_large, pointer
from onmodel.archive.layout import Blob, Changes
from onmodel.archive.messages import event_of
from onmodel.projects.folder import CHARACTERS
from onmodel.projects.git import BRANCH, Author, address
from onmodel.projects.slugs import short_id

HOUSE = Author("OnModel", address("onmodel"))
REF = Ref(b"refs/heads/" + BRANCH)
TAGS = b"refs/tags/"
_FILE, _FOLDER = 0o100644, stat.S_IFDIR
_PACK_FROM = 200  # objects; fewer lie loose until `git gc` packs them


class MovedError(Exception):
    """Somebody committed on the branch while a batch was made; it is made again."""


@dataclass(frozen=True)
class Entry:
    """One version, or an event that makes none, as a commit: what it says and which files change.

    ``characters`` are done one after the other, as they were told.
    """

    author: Author
    at: datetime
    message: str
    characters: Sequence[Changes]
    root_files: Mapping[str, str]


@dataclass(frozen=True)
class Label:
    """A name that somebody gave to a version, as an annotated tag.

    Attributes:
        names: what it may be called, the best first: another name may have it already.
        author: who gave it, and when.
        at: when.
        message: what the tag says; it names the event.
        event: that event's ``seq``.
        last_seq: the last event of the named version; None in old ones, where the time tells.
        made_at: when the version was made.
    """

    names: Sequence[str]
    author: Author
    at: datetime
    message: str
    event: int
    last_seq: int | None
    made_at: datetime


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
        self._labels: dict[Ref, ObjectID] = {}
        self.commits = 0

    def add(self, entry: Entry) -> bool:
        """Commit one entry; False when it changes no file."""
        head = self._store[self._head]
        assert isinstance(head, Commit)
        tree = head.tree
        root = [(path.encode(), _FILE, self._blob(text)) for path, text in entry.root_files.items()]
        if root:
            tree = commit_tree_changes(self._store, tree, root)
        for one in entry.characters:
            changes = self._in_character(tree, one)
            if changes:
                tree = commit_tree_changes(self._store, tree, changes)
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

    def label(self, label: Label) -> None:
        """Tag the commit that has the files as they were in the named version."""
        ref = self._free(label)
        if ref is None:
            return
        tag = Tag()
        tag.object = (Commit, self._commit_of(label).id)
        tag.name = ref.removeprefix(TAGS)
        tag.tagger = label.author.as_git()
        tag.tag_time, tag.tag_timezone = int(label.at.timestamp()), 0
        tag.message = label.message.encode("utf-8", "replace")
        self._new.add_object(tag)
        self._labels[ref] = tag.id

    def _free(self, label: Label) -> Ref | None:
        """Return the first of a label's names that nobody has; None when it stands already."""
        for name in label.names:
            ref = Ref(TAGS + name.encode())
            target = self._labels.get(ref) or self._repository.refs.as_dict().get(ref)
            if target is None:
                return ref
            known = target in self._store
            there = self._store[target] if known else None
            if isinstance(there, Tag) and event_of(there.message) == label.event:
                # made before a crash, or before somebody else's commit came first
                return ref if self._is_left(there) else None
        return None

    def _is_left(self, tag: Tag) -> bool:
        """Tell whether a tag's commit is on no branch, since a batch was made again."""
        return all(one.id != tag.object[1] for one in first_parents(self._store, self._head))

    def _commit_of(self, label: Label) -> Commit:
        found: Commit | None = None
        for found in first_parents(self._store, self._head):
            seq = event_of(found.message)
            if seq is None:
                continue  # a person's own commit
            if label.last_seq is not None:
                if seq <= label.last_seq:
                    return found
            elif found.commit_time <= label.made_at.timestamp():
                return found
        assert found is not None  # the branch has a first commit
        return found

    def finish(self) -> bytes:
        """Write the objects, move the branch and return its commit. Raises `MovedError`."""
        if self._head == self._base and not self._labels:
            return self._base
        objects = [self._new[name] for name in self._new]
        target = self._repository.object_store
        if len(objects) >= _PACK_FROM:
            target.add_objects([(item, None) for item in objects])
        else:
            for item in objects:
                target.add_object(item)
        # before the branch, which says how far we are: after a crash they are set once more
        for ref, tag in self._labels.items():
            self._repository.refs[ref] = tag
        if self._head != self._base and not self._repository.refs.set_if_equals(
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
