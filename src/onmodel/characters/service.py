"""Characters: made, changed under a version, removed and brought back."""

import re
import unicodedata
from typing import Any
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import fields, repository, shared_text
from onmodel.characters.errors import CharacterNotFoundError
from onmodel.characters.models import Character
from onmodel.characters.schemas import (
    AdapterBrief,
    CharacterCreate,
    CharacterRead,
    CharacterRemoved,
    CharacterUpdate,
    CharacterUpdated,
    TrainingBrief,
)
from onmodel.events import log as events
from onmodel.kit.clock import now
from onmodel.kit.db import once
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.projects import access
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.projects.schemas import FileRef
from onmodel.writing import runs


def character_read(character: Character, cover: File | None) -> CharacterRead:
    job_id, state = character.training_job_id, character.training_state
    adapter_id, number = character.adapter_id, character.adapter_number
    return CharacterRead(
        id=character.id,
        project_id=character.project_id,
        name=character.name,
        description=character.description,
        trigger_word=character.trigger_word,
        positive_prompt=character.positive_prompt,
        negative_prompt=character.negative_prompt,
        importance=character.importance,  # type: ignore[arg-type]  # checked when written
        tier=character.tier,  # type: ignore[arg-type]
        tags=character.tags,
        licence=character.licence,
        consent=character.consent,
        cover=FileRef.model_validate(cover) if cover else None,
        base_reference_id=character.base_reference_id,
        reference_count=character.reference_count,
        usable_reference_count=character.usable_reference_count,
        variation_count=character.variation_count,
        training=TrainingBrief(job_id=job_id, state=State(state)) if job_id and state else None,
        adapter=AdapterBrief(id=adapter_id, number=number) if adapter_id and number else None,
        version=character.version,
        created_by=character.created_by,
        created_at=character.created_at,
        updated_by=character.updated_by,
        updated_at=character.updated_at,
        removed_at=character.removed_at,
    )


async def get_permitted(
    uow: UnitOfWork,
    actor: Actor,
    character_id: UUID,
    permission: Permission,
    *,
    lock: bool = False,
) -> Character:
    """Return a character that the actor may see and treat so.

    Raises:
        CharacterNotFoundError: it does not exist, or it is another team's.
        ForbiddenError: they may see it, but not do this.
    """
    fetch = repository.lock if lock else repository.find
    character = await fetch(uow, character_id)
    role = await access.role_in(uow, actor, character.project_id) if character else None
    if character is None or role is None:
        raise CharacterNotFoundError("This character does not exist, or you cannot see it.")
    access.check(role, permission)
    return character


async def get_present(
    uow: UnitOfWork, actor: Actor, character_id: UUID, permission: Permission
) -> Character:
    """Return a character to work on, locked; raises CharacterNotFoundError for a removed one."""
    character = await get_permitted(uow, actor, character_id, permission, lock=True)
    if character.removed_at is not None:
        raise CharacterNotFoundError("This character was removed.", try_="Bring it back first.")
    return character


async def read(uow: UnitOfWork, character: Character) -> CharacterRead:
    """Return the whole read schema of a character."""
    cover = (
        await projects.find_file(uow, character.cover_file_id) if character.cover_file_id else None
    )
    return character_read(character, cover)


async def create_character(
    uow: UnitOfWork, actor: Actor, project_id: UUID, data: CharacterCreate
) -> CharacterRead:
    """Add a character to a project.

    Raises:
        TriggerWordTakenError: another one of the project has this trigger word.
    """
    await access.require(uow, actor, project_id, Permission.EDIT)
    word = data.trigger_word or await _free_trigger_word(uow, project_id, data.name)
    character = Character(
        project_id=project_id,
        **data.model_dump(exclude={"trigger_word"}),
        trigger_word=word,
        created_by=actor.user_id,
        updated_by=actor.user_id,
    )
    uow.session.add(character)
    await repository.flush_unique(uow, word)
    await uow.session.refresh(character)
    return await tell(uow, character, actor.user_id, {"verb": "created"})


async def _free_trigger_word(uow: UnitOfWork, project_id: UUID, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "", plain.lower())[:40] or "character"
    stem = f"{stem}_om"
    await repository.lock_trigger_words(uow, project_id)
    taken = await repository.trigger_words(uow, project_id, stem)
    number = 1
    while (word := stem if number == 1 else f"{stem}{number}") in taken:
        number += 1
    return word


async def update_character(
    uow: UnitOfWork,
    actor: Actor,
    character_id: UUID,
    data: CharacterUpdate,
    *,
    key: str | None = None,
    because: dict[str, Any] | None = None,
) -> CharacterRead:
    """Change a character; with a ``key`` a repeat changes nothing.

    Args:
        uow: the transaction.
        actor: who changes it.
        character_id: which one.
        data: what becomes of which fact.
        because: what the history says instead of that facts were changed.

    Raises:
        StaleVersionError: somebody changed it since ``data.version``; the answer carries
            the present record as ``current``, so that nobody's words are lost.
        FieldConflictError: somebody changed the same field since ``data.seen``; the answer
            carries both values.
    """
    if await once.repeated(uow, actor.user_id, key, "character.update", character_id, data):
        return await read(uow, await get_permitted(uow, actor, character_id, Permission.VIEW))
    character = await get_present(uow, actor, character_id, Permission.EDIT)
    values = data.model_dump(exclude_unset=True, exclude={"version", "seen"})
    seen = data.seen.model_dump(exclude_unset=True) if data.seen else {}
    if not fields.check_version(character, data.version, values, seen):
        raise fields.stale(character, await read(uow, character))
    contested = {f: v for f, v in values.items() if fields.is_contested(character, f, seen, v)}
    if contested:
        current = await read(uow, character)
        raise await fields.conflict(uow, character, current, contested, actor.user_id)
    texts = {f: v for f, v in values.items() if v is not None and shared_text.is_shared(f)}
    merged = await _write_texts(uow, actor, character, texts)
    changed: dict[str, list[Any]] = {}
    for field, value in (values | merged).items():
        if value is not None and getattr(character, field) != value:
            changed[field] = [getattr(character, field), value]
            setattr(character, field, value)
    if not changed:
        return await read(uow, character)
    character.version += 1
    character.updated_by = actor.user_id
    character.updated_at = now()
    await repository.flush_unique(uow, character.trigger_word)
    change = {"verb": "changed", "fields": changed} | (because or {})
    return await tell(uow, character, actor.user_id, change)


async def _write_texts(
    uow: UnitOfWork, actor: Actor, character: Character, texts: dict[str, str]
) -> dict[str, str]:
    """Return new texts with what others are writing in them; their part becomes a version."""
    was = {
        field: await runs.seen(uow, shared_text.passage(character, field))
        for field, text in texts.items()
        if text != getattr(character, field)
    }
    for settled in await shared_text.settle_all(uow, character, set(was)):
        await tell(uow, character, settled.author_id, settled.change)
    return {
        field: await runs.replace(
            uow,
            shared_text.passage(character, field),
            was=seen,
            new=texts[field],
            author_id=actor.user_id,
        )
        for field, seen in was.items()
    }


async def remove_character(uow: UnitOfWork, actor: Actor, character_id: UUID) -> CharacterRead:
    """Take a character out of the gallery; it can be brought back."""
    character = await get_permitted(uow, actor, character_id, Permission.EDIT, lock=True)
    if character.removed_at is not None:
        return await read(uow, character)
    character.removed_at = now()
    character.version += 1
    await uow.session.flush()
    return await tell(uow, character, actor.user_id, {"verb": "removed"})


async def restore_character(uow: UnitOfWork, actor: Actor, character_id: UUID) -> CharacterRead:
    """Bring a removed character back; raises TriggerWordTakenError if its word went away."""
    character = await get_permitted(uow, actor, character_id, Permission.EDIT, lock=True)
    if character.removed_at is None:
        return await read(uow, character)
    character.removed_at = None
    character.version += 1
    await repository.flush_unique(uow, character.trigger_word)
    return await tell(uow, character, actor.user_id, {"verb": "restored"})


async def tell(
    uow: UnitOfWork, character: Character, actor_id: UUID | None, change: dict[str, Any] | None
) -> CharacterRead:
    """Record that a character changed and return what everybody now sees.

    What ends after its removal (a training, a measurement) must not bring it back into the
    galleries: then the event says again that it is removed.
    """
    data = await read(uow, character)
    name, payload = (
        ("server:character.updated", CharacterUpdated(character_id=character.id, data=data))
        if character.removed_at is None
        else ("server:character.removed", CharacterRemoved(character_id=character.id, data=data))
    )
    await events.record(
        uow,
        character.project_id,
        name,
        payload,
        actor_id=actor_id,
        subject_id=character.id,
        change=change,
    )
    return data


async def tell_by_id(
    uow: UnitOfWork, character_id: UUID, actor_id: UUID | None, change: dict[str, Any] | None
) -> CharacterRead:
    """Read a character anew and record that it changed."""
    character = await repository.lock(uow, character_id)
    assert character is not None  # callers hold a row that refers to it
    return await tell(uow, character, actor_id, change)
