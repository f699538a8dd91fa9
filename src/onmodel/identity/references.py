"""What happens when a reference picture has been measured."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import references, repository, service
from onmodel.characters.changes import when_set_changes
from onmodel.characters.models import Character, Reference
from onmodel.dispatch import handlers
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import Outcome
from onmodel.identity import judging, vectors
from onmodel.identity import repository as identities
from onmodel.identity.advice import Advice, Sighting, advise
from onmodel.identity.measured import first_picture, main_face
from onmodel.identity.models import Encoder
from onmodel.identity.reference_set import advise_on_set
from onmodel.identity.schemas import Lacking, ReferenceSetRead
from onmodel.identity.scoring import Vectors
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

READY, FAILED = "ready", "failed"

Listener = Callable[[UnitOfWork, UUID], Awaitable[None]]
_advised: list[Listener] = []


def when_advised(listener: Listener) -> None:
    """Call ``listener(uow, character_id)`` whenever other references than before may count."""
    _advised.append(listener)


async def measured(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """Write a picture's measurement and advise anew on the whole set."""
    # before any row, as a change of calibration does it
    known = await identities.hold_encoders(uow)
    character = await _lock_character(uow, call.subject_id)
    reference = await repository.find_reference(uow, call.subject_id)
    if character is None or reference is None:
        return  # removed for good while it was being measured
    picture = first_picture(outcome) if outcome.state is State.SUCCEEDED else None
    if picture is None:
        reference.state = FAILED
        reference.verdict = "neutral"
        message = outcome.error.message if outcome.error else "The picture was not measured."
        reference.findings = [{"code": "not_measured", "tone": "warn", "text": message}]
        await uow.session.flush()
        await references.tell(uow, reference, None, None)
    else:
        face = main_face(picture)
        reference.state = READY
        reference.measurement = {"picture": vectors.without(picture), "face": face}
        await _keep_vectors(uow, reference, picture, known)
        await advise_set(uow, character, changed=reference.id)
    await repository.recount(uow, character)
    await service.tell_by_id(uow, character, None, None)


async def _keep_vectors(
    uow: UnitOfWork, reference: Reference, picture: dict[str, Any], known: dict[str, Encoder]
) -> None:
    rows = vectors.of_picture(
        picture,
        known,
        kind=references.SUBJECT,
        subject_id=reference.id,
        character_id=reference.character_id,
        project_id=reference.project_id,
        file_id=reference.file_id,
    )
    await identities.replace_vectors(uow, reference.id, rows)


async def advise_whole_set(uow: UnitOfWork, actor: Actor, character_id: UUID) -> ReferenceSetRead:
    """Say what a character's references lack; raises CharacterNotFoundError."""
    character = await service.get_permitted(uow, actor, character_id, Permission.VIEW)
    judge = await judging.judge_of(uow, character)
    rows = [
        row
        for row in await repository.references(uow, character_id)
        if row.state == READY and row.verdict != "hurts"
    ]
    seen = await identities.vectors_of(uow, [row.id for row in rows], judge.encoder)
    if judge.route != judging.PHOTOGRAPHIC:
        return ReferenceSetRead(
            character_id=character_id,
            route=judge.route,
            encoder=judge.encoder,
            usable=len(seen),
            lacks=[],
            width_now=None,
            width_next=None,
            text=f"{len(seen)} references show a figure that can be compared with.",
        )
    sightings = [_sighting(row, seen.get(row.id)) for row in rows]
    advice = advise_on_set(sightings, judge.in_force.calibration)
    return ReferenceSetRead(
        character_id=character_id,
        route=judge.route,
        encoder=judge.encoder,
        usable=advice.usable,
        lacks=[Lacking(code=lack.code, text=lack.text) for lack in advice.lacks],
        width_now=advice.width_now,
        width_next=advice.width_next,
        text=advice.text,
    )


async def advise_set(uow: UnitOfWork, character_id: UUID, *, changed: UUID | None = None) -> None:
    """Look at every measured picture of a character again; tell of those whose advice changed."""
    rows = [row for row in await repository.references(uow, character_id) if row.state == READY]
    # before the events of this transaction, which a change of calibration waits for
    await identities.hold_encoders(uow)
    if rows:
        await _advise(uow, character_id, rows, changed)
    for listener in _advised:
        await listener(uow, character_id)


async def _advise(
    uow: UnitOfWork, character_id: UUID, rows: list[Reference], changed: UUID | None
) -> None:
    character = await uow.session.get(Character, character_id)
    assert character is not None  # its references hold it
    judge = await judging.judge_of(uow, character)
    encoder, calibration = judge.encoder, judge.in_force.calibration
    strangers = await identities.vectors_of_others(uow, rows[0].project_id, character_id, encoder)
    seen = await identities.vectors_of(uow, [row.id for row in rows], encoder)
    sightings = {row.id: _sighting(row, seen.get(row.id)) for row in rows}
    for row in rows:
        siblings = [sighting for id_, sighting in sightings.items() if id_ != row.id]
        advice = advise(sightings[row.id], siblings, strangers, calibration)
        if _write(row, advice) or row.id == changed:
            await uow.session.flush()
            await references.tell(uow, row, None, None)


def _write(row: Reference, advice: Advice) -> bool:
    if row.verdict == advice.verdict and row.findings == advice.findings:
        return False
    row.verdict = advice.verdict
    row.findings = [dict(finding) for finding in advice.findings]
    return True


def _sighting(row: Reference, vector: Vectors | None) -> Sighting:
    assert row.measurement is not None  # a ready reference has been measured
    return Sighting(id=row.id, name=row.name, picture=row.measurement["picture"], vector=vector)


async def _owners(uow: UnitOfWork, reference_ids: set[UUID]) -> set[UUID]:
    await identities.hold_encoders(uow)  # before any row, as above
    found = await repository.references_by_id(uow, reference_ids)
    return {row.character_id for row in found}


async def _lock_character(uow: UnitOfWork, reference_id: UUID) -> UUID | None:
    reference = await repository.find_reference(uow, reference_id)
    if reference is None:
        return None
    character = await repository.lock(uow, reference.character_id)
    return character.id if character else None


def register() -> None:
    """Hear of the measurements of references."""
    handlers.register(references.SUBJECT, on_finished=measured, owners=_owners)
    when_set_changes(advise_set)
