"""Going back: a new version that is like an older one, whole or in part.

Nothing is deleted: pictures that leave are kept where removed and replaced ones always are, so
that going back can itself be undone by going back.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import references as reference_service
from onmodel.characters import repository as character_rows
from onmodel.characters import service as characters
from onmodel.characters.models import Character
from onmodel.characters.schemas import CharacterUpdate
from onmodel.events import log as events
from onmodel.identity import repository as identities
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.review import settings
from onmodel.review.schemas import ConsistencySettings
from onmodel.variations import repository as pictures
from onmodel.variations import service as variations
from onmodel.versions import capture, difference, reading, repository, words
from onmodel.versions.difference import Difference
from onmodel.versions.errors import (
    NothingToGoBackToError,
    PartNeedsPictureError,
    UnknownPartError,
    VersionsMovedOnError,
)
from onmodel.versions.schemas import GoBack, VersionRead, VersionRestored
from onmodel.versions.snapshot import KeptPicture, Snapshot

_JUDGING = {"identity_route": "route", "off_model_below": "off_model_below"}


async def go_back(
    uow: UnitOfWork, actor: Actor, character_id: UUID, number: int, data: GoBack
) -> VersionRead:
    """Make a character, or parts of it, as it was in a version; return the new version.

    Raises:
        VersionNotFoundError: there is no such version.
        VersionsMovedOnError: there is a newer one than the person saw.
        UnknownPartError: a chosen part does not differ.
        NothingToGoBackToError: nothing differs.
        PartNeedsPictureError: the face's picture is not among the references, nor chosen.
        TriggerWordTakenError: another character has the word meanwhile.
        TooManyReferencesError: the pictures would be too many.
    """
    await characters.get_permitted(uow, actor, character_id, Permission.EDIT)
    target = await reading.get(uow, character_id, number)
    # before the character's row, as when a picture is judged
    await identities.hold_encoders(uow)
    character = await characters.get_present(uow, actor, character_id, Permission.EDIT)
    latest = await repository.latest(uow, character_id)
    if latest.number != data.onto:
        raise VersionsMovedOnError(
            f"{character.name} is at version {latest.number} now; you saw version {data.onto}.",
            extra={"current": latest.number},
        )
    wished = _wished(difference.between(_state(latest), _state(target)), data.parts)
    _check_face(wished, _state(latest))
    change = {
        "verb": "went back",
        "to": number,
        "parts": words.things(wished) if data.parts is not None else None,
    }
    await _apply(uow, actor, character, wished, change)
    await capture.write(uow, character_id)
    made = await reading.read_one(uow, await repository.latest(uow, character_id))
    # the history has it already, with the records that changed: this is for who looks on
    await events.record(
        uow,
        character.project_id,
        "server:version.restored",
        VersionRestored(
            character_id=character_id, number=made.number, to=number, by=actor.user_id, data=made
        ),
        actor_id=actor.user_id,
        subject_id=character_id,
    )
    return made


def _state(version: Any) -> Snapshot:
    return Snapshot.of(version.state)


def _wished(found: Difference, parts: Collection[str] | None) -> Difference:
    if parts is not None:
        unknown = [part for part in parts if part not in found.parts]
        if unknown:
            raise UnknownPartError(f"“{unknown[0]}” is the same in both versions.")
        found = found.only(parts)
    if not found.parts:
        raise NothingToGoBackToError("The character is like this version already.")
    return found


def _check_face(wished: Difference, present: Snapshot) -> None:
    face = wished.face[1] if wished.face else None
    if face is None:
        return
    left = {one.source for one in wished.removed}
    there = {one.source for one in present.references} | {one.source for one in wished.added}
    if face.source not in there - left:
        raise PartNeedsPictureError(f"{face.name} is not among the references now.")


async def _apply(
    uow: UnitOfWork,
    actor: Actor,
    character: Character,
    wished: Difference,
    change: dict[str, Any],
) -> None:
    """Do it in the order of locks: texts before whatever is told."""
    facts = {name: after for name, (_, after) in wished.facts.items() if name not in _JUDGING}
    judging = {_JUDGING[n]: after for n, (_, after) in wished.facts.items() if n in _JUDGING}
    if facts:
        update = CharacterUpdate.model_validate(facts | {"version": character.version})
        await characters.update_character(uow, actor, character.id, update, because=change)
    if wished.added or wished.removed or wished.face:
        await _references(uow, actor.user_id, character, wished)
    for key, (_, after) in wished.pictures.items():
        await _picture(uow, actor.user_id, character, key, after)
    if wished.adapter is not None:
        _, adapter = wished.adapter
        character.adapter_id = adapter.id if adapter else None
        character.adapter_number = adapter.number if adapter else None
    if judging:
        await settings.change(uow, actor, character.id, ConsistencySettings(**judging))
    if not facts:
        character.version += 1
        character.updated_by, character.updated_at = actor.user_id, now()
    await uow.session.flush()
    await uow.session.refresh(character)
    await characters.tell(uow, character, actor.user_id, None if facts else change)


async def _references(
    uow: UnitOfWork, actor_id: UUID, character: Character, wished: Difference
) -> None:
    ids = [one.id for one in (*wished.added, *wished.removed)]
    rows = {row.id: row for row in await character_rows.references_by_id(uow, ids)}
    await reference_service.exchange(
        uow,
        actor_id,
        character,
        out=[rows[one.id] for one in wished.removed],
        back=[rows[one.id] for one in wished.added],
    )
    if wished.face is not None:
        face = wished.face[1]
        row = (
            await character_rows.reference_by_source(uow, character.id, face.source)
            if face
            else None
        )
        await reference_service.set_base(uow, actor_id, character, row)


async def _picture(
    uow: UnitOfWork, actor_id: UUID, character: Character, key: str, wished: KeptPicture | None
) -> None:
    former = (await pictures.current(uow, character.id)).get(key)
    row = await pictures.lock(uow, wished.id) if wished else None
    if former is not None and row is not None and State(former.state).is_active:
        # it is being made for an empty place: it becomes a candidate beside what comes back
        former.candidate_of = row.id
    if row is not None:
        await variations.take_place(uow, row, actor_id, None, quietly=True)
    elif former is not None:
        await variations.leave_place(uow, former, actor_id, quietly=True)
