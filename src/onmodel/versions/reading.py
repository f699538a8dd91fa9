"""From kept states to what people see: the list, one version, and two compared."""

from collections.abc import Sequence
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.projects.schemas import FileRef
from onmodel.variations.standard import label_of
from onmodel.versions import difference, listing, repository, shelf, wording
from onmodel.versions.difference import Difference, part_of_fact, part_of_picture
from onmodel.versions.errors import VersionNotFoundError
from onmodel.versions.models import Version, VersionName
from onmodel.versions.schemas import (
    AdapterChange,
    FaceChange,
    FactChange,
    PictureChange,
    ReferenceChange,
    VersionDifference,
    VersionNameRead,
    VersionRead,
    VersionState,
)
from onmodel.versions.shelf import Shelf
from onmodel.versions.snapshot import KeptReference, Snapshot
from onmodel.versions.words import FACT_LABELS, sentence

SHOWN_PICTURES = 4
_WRITTEN = frozenset(
    {"name", "description", "positive_prompt", "negative_prompt", "licence", "consent"}
)


async def list_versions(
    uow: UnitOfWork, actor: Actor, character_id: UUID, *, before: int | None, limit: int
) -> list[VersionRead]:
    """Return versions, newest first; raises CharacterNotFoundError."""
    await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    rows = await repository.newest_first(uow, character_id, before=before, limit=limit)
    return await _read(uow, rows)


async def list_names(uow: UnitOfWork, actor: Actor, character_id: UUID) -> list[VersionNameRead]:
    """Return a character's names, those of the newest version first."""
    await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    return [name_read(row, number) for row, number in await repository.all_names(uow, character_id)]


async def read_version(
    uow: UnitOfWork, actor: Actor, character_id: UUID, number: int
) -> VersionState:
    """Return a character as it was.

    Raises:
        CharacterNotFoundError, VersionNotFoundError: not there, or not theirs to see.
    """
    await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    row = await get(uow, character_id, number)
    state = Snapshot.of(row.state)
    things = await shelf.fetch(uow, [state])
    return VersionState(
        version=await read_one(uow, row),
        facts=state.facts,
        face=things.reference(difference.face_of(state)),
        references=[kept for one in state.references if (kept := things.reference(one))],
        pictures=[kept for one in state.pictures if (kept := things.picture(one))],
        adapter=things.adapter(state.adapter),
        removed=state.removed,
        scores=things.scores(state),
    )


async def compare(
    uow: UnitOfWork, actor: Actor, character_id: UUID, *, since: int, number: int
) -> VersionDifference:
    """Return what differs from one version to another, in either direction of time.

    Raises:
        CharacterNotFoundError, VersionNotFoundError: not there, or not theirs to see.
    """
    await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    older, newer = await get(uow, character_id, since), await get(uow, character_id, number)
    before, after = Snapshot.of(older.state), Snapshot.of(newer.state)
    found = difference.between(before, after)
    things = await shelf.fetch(uow, [before, after])
    return VersionDifference(
        before=await read_one(uow, older),
        after=await read_one(uow, newer),
        facts=_fact_changes(found),
        references=[
            *(_reference_change(things, one, "removed") for one in found.removed),
            *(_reference_change(things, one, "added") for one in found.added),
        ],
        face=_face_change(things, found),
        pictures=_picture_changes(things, found),
        adapter=_adapter_change(things, found),
        scores_before=things.scores(before),
        scores_after=things.scores(after),
    )


async def get(uow: UnitOfWork, character_id: UUID, number: int) -> Version:
    """Return a version; raises VersionNotFoundError."""
    row = await repository.find(uow, character_id, number)
    if row is None:
        raise VersionNotFoundError(f"This character has no version {number}.")
    return row


async def read_one(uow: UnitOfWork, row: Version) -> VersionRead:
    """Return one version as the list shows it."""
    return (await _read(uow, [row]))[0]


async def _read(uow: UnitOfWork, rows: Sequence[Version]) -> list[VersionRead]:
    """Read versions that follow each other, newest first."""
    if not rows:
        return []
    found = await listing.differences(
        uow, rows[0].character_id, newest=rows[0].number, oldest=rows[-1].number
    )
    pictures = {row.number: _shown(found.get(row.number)) for row in rows}
    files = await projects.files_by_id(uow, [one for ids in pictures.values() for one in ids])
    names = await repository.names_of(uow, [row.id for row in rows])
    return [
        _version_read(
            row,
            sentence(found.get(row.number), row.changes),
            pictures[row.number],
            files,
            names.get(row.id, []),
        )
        for row in rows
    ]


def _version_read(
    row: Version,
    text: str,
    picture_ids: list[UUID],
    files: dict[UUID, File],
    names: list[VersionName],
) -> VersionRead:
    back = next((one["to"] for one in row.changes if one.get("verb") == "went back"), None)
    return VersionRead(
        id=row.id,
        character_id=row.character_id,
        number=row.number,
        at=row.at,
        author_ids=row.author_ids,
        text=text,
        back_to=back,
        pictures=[FileRef.model_validate(files[file_id]) for file_id in picture_ids],
        names=[name_read(name, row.number) for name in names],
    )


def _shown(found: Difference | None) -> list[UUID]:
    """Choose the files to show of a change: what came before what went."""
    if found is None:
        return []
    changed = found.pictures.values()
    ids = [
        *(new.file_id for _, new in changed if new),
        *(one.file_id for one in found.added),
        *([found.face[1].file_id] if found.face and found.face[1] else []),
        *(one.file_id for one in found.removed),
        *(old.file_id for old, new in changed if old and not new),
    ]
    return list(dict.fromkeys(ids))[:SHOWN_PICTURES]


def name_read(row: VersionName, number: int) -> VersionNameRead:
    return VersionNameRead(
        id=row.id,
        character_id=row.character_id,
        number=number,
        name=row.name,
        note=row.note,
        created_by=row.created_by,
        created_at=row.created_at,
    )


def _fact_changes(found: Difference) -> list[FactChange]:
    return [
        FactChange(
            part=part_of_fact(name),
            name=name,
            label=FACT_LABELS[name],
            before=before,
            after=after,
            words=wording.compare(before, after) if name in _WRITTEN else None,
        )
        for name, (before, after) in found.facts.items()
    ]


def _reference_change(things: Shelf, one: KeptReference, kind: str) -> ReferenceChange:
    return ReferenceChange.model_validate(
        {
            "part": difference.part_of_reference(one),
            "kind": kind,
            "reference": things.reference(one),
        }
    )


def _face_change(things: Shelf, found: Difference) -> FaceChange | None:
    if found.face is None:
        return None
    before, after = found.face
    return FaceChange(
        part=difference.FACE, before=things.reference(before), after=things.reference(after)
    )


def _picture_changes(things: Shelf, found: Difference) -> list[PictureChange]:
    return [
        PictureChange(
            part=part_of_picture(key),
            key=key,
            label=label_of(key),
            before=things.picture(before),
            after=things.picture(after),
        )
        for key, (before, after) in found.pictures.items()
    ]


def _adapter_change(things: Shelf, found: Difference) -> AdapterChange | None:
    if found.adapter is None:
        return None
    before, after = found.adapter
    return AdapterChange(
        part=difference.MODEL, before=things.adapter(before), after=things.adapter(after)
    )
