"""Reference pictures: added once each, checked as they arrive, removed and brought back."""

from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import repository, service
from onmodel.characters.changes import set_changed
from onmodel.characters.errors import (
    DuplicateReferenceError,
    ReferenceNotFoundError,
    TooManyReferencesError,
)
from onmodel.characters.models import Character, Reference
from onmodel.characters.schemas import (
    FaceRead,
    Finding,
    ReferenceRead,
    ReferenceRemoved,
    ReferenceUpdated,
)
from onmodel.dispatch import service as dispatch
from onmodel.dispatch.contracts import MAX_PICTURES, ConsistencyInputs
from onmodel.dispatch.schemas import FileInput, NewCall
from onmodel.dispatch.tasks import Task
from onmodel.events import log as events
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import files
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.projects.schemas import FileRef
from onmodel.storage.keys import blob_key
from onmodel.storage.pictures import Picture

MAX_REFERENCES = MAX_PICTURES
SUBJECT = "reference"
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def reference_read(reference: Reference, file: File, *, is_base: bool) -> ReferenceRead:
    face = (reference.measurement or {}).get("face")
    return ReferenceRead(
        id=reference.id,
        project_id=reference.project_id,
        character_id=reference.character_id,
        file=FileRef.model_validate(file),
        name=reference.name,
        state=reference.state,  # type: ignore[arg-type]  # written by this noun only
        verdict=reference.verdict,  # type: ignore[arg-type]
        findings=[Finding.model_validate(item) for item in [*reference.findings, *reference.notes]],
        face=FaceRead.model_validate(face) if face else None,
        is_base=is_base,
        created_by=reference.created_by,
        created_at=reference.created_at,
        removed_at=reference.removed_at,
    )


async def list_references(uow: UnitOfWork, actor: Actor, character_id: UUID) -> list[ReferenceRead]:
    """Return a character's references, oldest first."""
    character = await service.get_permitted(uow, actor, character_id, Permission.VIEW)
    rows = await repository.references(uow, character_id)
    stored = await projects.files_by_id(uow, [row.file_id for row in rows])
    return [
        reference_read(row, stored[row.file_id], is_base=row.id == character.base_reference_id)
        for row in rows
    ]


async def add_reference(
    uow: UnitOfWork, actor: Actor, character_id: UUID, picture: Picture
) -> ReferenceRead:
    """Add a picture whose bytes are stored already, and have it measured.

    Raises:
        DuplicateReferenceError: the very same file is among the references.
        TooManyReferencesError: there are 200 already.
    """
    character = await service.get_present(uow, actor, character_id, Permission.EDIT)
    same = await repository.reference_by_source(uow, character_id, picture.source_sha256)
    if same is not None:
        raise DuplicateReferenceError(
            f"{picture.name} is already here as {same.name}.",
            extra={"reference_id": str(same.id)},
        )
    _check_room(character)
    file = await files.add_picture(uow, character.project_id, picture, created_by=actor.user_id)
    reference = Reference(
        project_id=character.project_id,
        character_id=character.id,
        file_id=file.id,
        name=picture.name,
        source_sha256=picture.source_sha256,
        phash=picture.phash,
        notes=[
            {"code": note.value, "tone": "info", "text": note.sentence} for note in picture.notes
        ],
        created_by=actor.user_id,
    )
    uow.session.add(reference)
    await uow.session.flush()
    await uow.session.refresh(reference)
    await repository.recount(uow, character.id)
    await measure(uow, reference, file, asked_by=actor.user_id)
    data = await tell(
        uow, reference, actor.user_id, {"verb": "added picture", "name": reference.name}
    )
    await service.tell_by_id(uow, character.id, actor.user_id, None)
    return data


def _check_room(character: Character) -> None:
    if character.reference_count >= MAX_REFERENCES:
        raise TooManyReferencesError(f"A character takes {MAX_REFERENCES} pictures.")


async def measure(uow: UnitOfWork, reference: Reference, file: File, *, asked_by: UUID) -> None:
    """Ask for the measurement of a picture; the identity noun hears of its end."""
    picture = FileInput(
        key=blob_key(file.sha256),
        name=f"picture.{EXTENSIONS[file.media_type]}",
        media_type=file.media_type,
    )
    await dispatch.submit(
        uow,
        NewCall(
            project_id=reference.project_id,
            created_by=asked_by,
            subject_kind=SUBJECT,
            subject_id=reference.id,
            task=Task.VALIDATE_CONSISTENCY,
            params=ConsistencyInputs(pictures=[picture]).params(),
            priority=1,
        ),
    )


async def get_permitted(
    uow: UnitOfWork, actor: Actor, reference_id: UUID, permission: Permission
) -> tuple[Character, Reference]:
    """Return a reference and its character, locked, if the actor may treat them so."""
    reference = await repository.find_reference(uow, reference_id)
    if reference is None:
        raise ReferenceNotFoundError("This picture does not exist, or you cannot see it.")
    character = await service.get_permitted(
        uow, actor, reference.character_id, permission, lock=True
    )
    # it was read before the lock, and somebody may have changed it while we waited
    await uow.session.refresh(reference)
    return character, reference


async def remove_reference(uow: UnitOfWork, actor: Actor, reference_id: UUID) -> ReferenceRead:
    """Take a picture out of the set; it can be brought back."""
    character, reference = await get_permitted(uow, actor, reference_id, Permission.EDIT)
    if reference.removed_at is not None:
        raise ReferenceNotFoundError("This picture was removed already.")
    reference.removed_at = now()
    await uow.session.flush()
    await set_changed(uow, character.id)
    await repository.recount(uow, character.id)
    change: dict[str, object] = {"verb": "removed picture", "name": reference.name}
    data = await _tell_removed(uow, character, reference, actor.user_id, change)
    await service.tell_by_id(uow, character.id, actor.user_id, None)
    return data


async def restore_reference(uow: UnitOfWork, actor: Actor, reference_id: UUID) -> ReferenceRead:
    """Bring a removed picture back; raises DuplicateReferenceError if it was added anew."""
    character, reference = await get_permitted(uow, actor, reference_id, Permission.EDIT)
    if reference.removed_at is None:
        return await _read(uow, reference, is_base=character.base_reference_id == reference.id)
    same = await repository.reference_by_source(uow, character.id, reference.source_sha256)
    if same is not None:
        raise DuplicateReferenceError(f"{reference.name} was added again meanwhile.")
    _check_room(character)
    reference.removed_at = None
    await uow.session.flush()
    await set_changed(uow, character.id)
    await repository.recount(uow, character.id)
    data = await tell(
        uow, reference, actor.user_id, {"verb": "restored picture", "name": reference.name}
    )
    await service.tell_by_id(uow, character.id, actor.user_id, None)
    return data


async def exchange(
    uow: UnitOfWork,
    actor_id: UUID,
    character: Character,
    *,
    out: list[Reference],
    back: list[Reference],
) -> None:
    """Take pictures out of the set and bring others back, all at once.

    The door is behind the caller, the character's row is locked, and the caller tells what the
    history says and how the character is afterwards.

    Raises:
        TooManyReferencesError: there would be more than 200.
    """
    for reference in out:
        reference.removed_at = now()
    # first those that leave: the same file may come back as the picture that it was before
    await uow.session.flush()
    for reference in back:
        reference.removed_at = None
    await uow.session.flush()
    await repository.recount(uow, character.id)
    await uow.session.refresh(character)
    if character.reference_count > MAX_REFERENCES:
        raise TooManyReferencesError(f"A character takes {MAX_REFERENCES} pictures.")
    await set_changed(uow, character.id)
    for reference in out:
        await _tell_removed(uow, character, reference, actor_id, None)
    for reference in back:
        await tell(uow, reference, actor_id, None)
    await repository.recount(uow, character.id)
    await uow.session.refresh(character)


async def set_base(
    uow: UnitOfWork, actor_id: UUID, character: Character, reference: Reference | None
) -> None:
    """Choose the character's face, or with None leave it open; the caller tells of it."""
    former_id = character.base_reference_id
    character.base_reference_id = reference.id if reference else None
    await uow.session.flush()
    await repository.recount(uow, character.id)
    former = await repository.find_reference(uow, former_id) if former_id else None
    for one in dict.fromkeys((former, reference)):
        if one is not None and one.removed_at is None:
            await tell(uow, one, actor_id, None)


async def use_as_base(uow: UnitOfWork, actor: Actor, reference_id: UUID) -> ReferenceRead:
    """Make a picture the character's face: its cover and the first choice of generators."""
    character, reference = await get_permitted(uow, actor, reference_id, Permission.EDIT)
    if reference.removed_at is not None:
        raise ReferenceNotFoundError("This picture was removed.", try_="Bring it back first.")
    character.version += 1
    character.updated_by, character.updated_at = actor.user_id, now()
    await set_base(uow, actor.user_id, character, reference)
    data = await _read(uow, reference, is_base=True)
    await service.tell_by_id(
        uow, character.id, actor.user_id, {"verb": "chose base face", "name": reference.name}
    )
    return data


async def tell(
    uow: UnitOfWork,
    reference: Reference,
    actor_id: UUID | None,
    change: dict[str, object] | None,
) -> ReferenceRead:
    """Record that a reference changed and return what everybody now sees."""
    character = await repository.find(uow, reference.character_id)
    assert character is not None
    data = await _read(uow, reference, is_base=character.base_reference_id == reference.id)
    await events.record(
        uow,
        reference.project_id,
        "server:reference.updated",
        ReferenceUpdated(reference_id=reference.id, character_id=reference.character_id, data=data),
        actor_id=actor_id,
        subject_id=reference.character_id,
        change=change,
    )
    return data


async def _tell_removed(
    uow: UnitOfWork,
    character: Character,
    reference: Reference,
    actor_id: UUID,
    change: dict[str, object] | None,
) -> ReferenceRead:
    data = await _read(uow, reference, is_base=False)
    await events.record(
        uow,
        character.project_id,
        "server:reference.removed",
        ReferenceRemoved(reference_id=reference.id, character_id=character.id, data=data),
        actor_id=actor_id,
        subject_id=character.id,
        change=change,
    )
    return data


async def _read(uow: UnitOfWork, reference: Reference, *, is_base: bool) -> ReferenceRead:
    file = await projects.find_file(uow, reference.file_id)
    assert file is not None  # a foreign key holds it
    return reference_read(reference, file, is_base=is_base)
