"""Writes each project's log into its Git repository, behind the edits and never in their way.

The log is the queue: it is durable, in order, and knows authors and times. The events of each
version become one commit by its author, and a name of a version becomes a tag. Git itself says how
far that has come (every commit names its event), so a crash anywhere is mended by going on from
there, and the same events always make the same commits.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, TypeVarTuple
from uuid import UUID

import structlog
from dulwich.repo import Repo

from onmodel.accounts import repository as accounts
from onmodel.accounts.models import User
from onmodel.archive import checkout, housekeeping, layout, messages, repository, steps
from onmodel.archive.large_files import bring, is_large
from onmodel.archive.layout import Blob, Changes, Model
from onmodel.archive.repository import Behind
from onmodel.archive.steps import Step
from onmodel.archive.writing import HOUSE, REF, Batch, Entry, Label, MovedError, last_event
from onmodel.characters import repository as characters
from onmodel.events.models import Event
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.projects import folder
from onmodel.projects import repository as projects
from onmodel.projects.folder import character_folder
from onmodel.projects.git import Author, address
from onmodel.projects.models import File
from onmodel.projects.schemas import ProjectSettings
from onmodel.projects.slugs import slug
from onmodel.storage.errors import FileMissingError
from onmodel.storage.keys import blob_key
from onmodel.storage.store import Store
from onmodel.versions.models import Version
from onmodel.versions.snapshot import Snapshot

log = structlog.get_logger(__name__)

Given = TypeVarTuple("Given")
Made = TypeVar("Made")

BATCH_EVENTS = 300
NAMED = "server:version.named"
# of 19: nobody waits for Git, and everybody for a frame
NICE = 15


@dataclass
class Material:
    """What a batch needs from outside Git."""

    blobs: dict[UUID, Blob] = field(default_factory=dict)
    models: dict[UUID, Model] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    people: dict[UUID, User] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    named: dict[int, Version] = field(default_factory=dict)


class Archivist:
    """Brings repositories up to their logs. Several processes may have one each."""

    def __init__(self, database: Database, store: Store, workspace: Path) -> None:
        self._database = database
        self._store = store
        self._workspace = workspace
        self._heads: dict[UUID, bytes] = {}  # branches as this process left them
        self._troubled: set[UUID] = set()  # said once, tried again at each look
        self._thread = ThreadPoolExecutor(1, "archivist", initializer=_step_aside)

    async def catch_up(self) -> int:
        """Write what waits in every project; return how many commits were made."""
        async with self._database.read() as uow:
            waiting = await repository.behind(uow)
        made = 0
        for project in waiting:
            try:
                made += await self._project(project)
                self._troubled.discard(project.project_id)
            except Exception as error:  # noqa: BLE001 - nobody else waits for one's trouble
                if project.project_id not in self._troubled:
                    log.warning("not_archived", project=str(project.project_id), error=str(error))
                self._troubled.add(project.project_id)
        return made

    async def _beside(self, work: Callable[[*Given], Made], *given: *Given) -> Made:
        """Do what blocks in the thread that lets others go first."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    async def _project(self, project: Behind) -> int:
        path = folder.existing_project_path(self._workspace, project.folder)
        made = 0
        while True:
            async with self._database.begin() as uow:
                seq = await repository.lock_position(uow, project.project_id)
                if seq is None:
                    return made  # another process is at it
                with Repo(str(path)) as opened:
                    commits, events = await self._batch(uow, project.project_id, opened, seq)
            made += commits
            if events < BATCH_EVENTS:
                break
        if made:
            await self._beside(housekeeping.tidy, path, made)
        return made

    async def _batch(
        self, uow: UnitOfWork, project_id: UUID, opened: Repo, seq: int
    ) -> tuple[int, int]:
        """Write the next events; return how many commits they made and how many there were."""
        head = opened.refs[REF]
        if self._heads.get(project_id) != head:
            # first look, a crash, or somebody moved the branch: Git knows what it holds
            seq = await self._beside(last_event, opened)
        found = await steps.after(uow, project_id, seq, limit=BATCH_EVENTS)
        if not found:
            return 0, 0
        events = [event for step in found for event in step.events]
        material = await self._gather(uow, project_id, opened, events)
        authors = {author for step in found for author in step.authors}
        material.people |= await accounts.users_by_id(uow, authors)
        commits, head = await self._beside(_write, opened, found, material)
        self._heads[project_id] = head
        await repository.set_position(uow, project_id, found[-1].last.seq)
        return commits, len(events)

    async def _gather(
        self, uow: UnitOfWork, project_id: UUID, opened: Repo, events: list[Event]
    ) -> Material:
        material = Material()
        ids = {found for event in events for found in layout.file_ids(event.name, event.payload)}
        adapter_ids = {
            found for event in events if (found := layout.adapter_id(event.name, event.payload))
        }
        adapters = await repository.adapters(uow, adapter_ids) if adapter_ids else {}
        ids |= {adapter.file_id for adapter in adapters.values()}
        files = await projects.files_by_id(uow, ids)
        for file_id, file in files.items():
            blob = _blob(file)
            if await self._bring(Path(opened.controldir()), blob, material):
                material.blobs[file_id] = blob
            else:
                log.warning("lost_bytes", sha256=blob.sha256, project=str(project_id))
        for adapter_id, adapter in adapters.items():
            if adapter.file_id in material.blobs:
                material.models[adapter_id] = Model(
                    adapter.kind, adapter.number, material.blobs[adapter.file_id]
                )
        material.people = await accounts.users_by_id(uow, {p for e in events for p in _people(e)})
        named = {e.payload["character_id"] for e in events if "character_id" in e.payload}
        cast = await characters.by_id(uow, map(UUID, named))
        material.names = {id_: character.name for id_, character in cast.items()}
        for event in events:
            if event.name == NAMED:
                character_id, number = event.payload["character_id"], event.payload["number"]
                version = await repository.version(uow, UUID(character_id), number)
                if version is not None:
                    material.named[event.seq] = version
        return material

    async def _bring(self, git_folder: Path, blob: Blob, material: Material) -> bool:
        if is_large(blob):
            return await bring(self._store, git_folder, blob)
        try:
            material.contents[blob.sha256] = await self._store.get_bytes(blob_key(blob.sha256))
        except FileMissingError:
            return False
        return True


def _step_aside() -> None:
    """Let everything else on the machine go first. Only Linux knows a thread's own priority."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def _write(opened: Repo, found: list[Step], material: Material) -> tuple[int, bytes]:
    """Make the commits and bring the folder up; in a thread, for Git is slow and blocks."""
    for _ in range(5):
        batch = Batch(opened, material.contents)
        for step in found:
            entry = _entry(step, material)
            if entry is not None:
                batch.add(entry)
            if step.last.seq in material.named:
                batch.label(_label(step.last, material.named[step.last.seq], material))
        try:
            head = batch.finish()
        except MovedError:
            continue  # somebody committed meanwhile; theirs comes first
        for path in checkout.bring_up(opened):
            log.info("left_as_edited", path=path)
        return batch.commits, head
    raise MovedError("The branch moves all the time.")


def _entry(step: Step, material: Material) -> Entry | None:
    characters: list[Changes] = []
    root: dict[str, str] = {}
    for event in step.events:
        root |= _root(event)
        one = layout.of_character(event.name, event.payload, material.blobs, material.models)
        if one is not None:
            one.restored = (event.change or {}).get("verb") == "restored"
            characters.append(one)
    if not characters and not root:
        return None
    event, version = step.telling, step.version
    first, *others = _authors(step, material)
    text = messages.message(
        event.name,
        step.last.seq,
        event.payload,
        event.change,
        name=_name(event, material),
        together_with=[other.as_git().decode() for other in others],
        version=version.number if version else None,
    )
    return Entry(first, step.last.at, text, characters, root)


def _root(event: Event) -> dict[str, str]:
    root: dict[str, str] = {}
    if event.name == "server:project.updated":
        data = event.payload["data"]
        root["project.json"] = layout.to_json(
            folder.project_record(
                UUID(data["id"]),
                data["title"],
                data["description"],
                ProjectSettings.model_validate(data["settings"]).model_dump(),
                version=data["version"],
            )
        )
    return root


def _authors(step: Step, material: Material) -> list[Author]:
    """Return who did it, or OnModel, and then who did it with them."""
    event = step.telling
    first, *others = step.authors or [event.actor_id or _asked_by(event)]
    others += [one for one in _with(event) if one not in (first, *others)]
    known = [material.people[one] for one in others if one and one in material.people]
    return [_author(material.people.get(first) if first else None), *map(_author, known)]


def _label(event: Event, version: Version, material: Material) -> Label:
    data = event.payload["data"]
    folder = character_folder(version.character_id, Snapshot.of(version.state).facts.name)
    short = slug(data["name"], fallback="version")
    text = messages.label(
        data["name"],
        data["note"],
        version=version.number,
        character=event.payload["character_id"],
        seq=event.seq,
    )
    return Label(
        names=[
            f"{folder}/{end}"
            for end in (short, f"{short}-v{version.number}", f"{short}-{event.seq}")
        ],
        author=_author(material.people.get(event.actor_id or UUID(int=0))),
        at=event.at,
        message=text,
        event=event.seq,
        last_seq=version.last_seq,
        made_at=version.at,
    )


def _name(event: Event, material: Material) -> str:
    data = event.payload["data"]
    if event.name.startswith("server:character."):
        return str(data["name"])
    if "character_id" in event.payload:
        return material.names.get(UUID(event.payload["character_id"]), "A character")
    return str(data["title"])


def _people(event: Event) -> list[UUID]:
    return [person for person in (event.actor_id, _asked_by(event), *_with(event)) if person]


def _with(event: Event) -> list[UUID]:
    return [UUID(other) for other in (event.change or {}).get("with", [])]


def _asked_by(event: Event) -> UUID | None:
    """Return who asked for what a machine then did."""
    data = event.payload.get("data")
    found = data.get("created_by") if isinstance(data, dict) else None
    return UUID(found) if found and event.name.startswith(("server:var", "server:tra")) else None


def _author(user: User | None) -> Author:
    return Author(user.name, address(user.username)) if user else HOUSE


def _blob(file: File) -> Blob:
    return Blob(file.sha256, file.bytes, file.media_type)
