"""What happens when a reference picture has been measured."""

from typing import Any
from uuid import UUID

import numpy as np

from onmodel.characters import references, repository, service
from onmodel.characters.changes import when_set_changes
from onmodel.characters.models import Reference
from onmodel.dispatch import handlers
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import Outcome
from onmodel.identity.advice import Advice, Sighting, advise
from onmodel.identity.calibration import ENCODER
from onmodel.identity.measured import first_picture, main_face
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State

READY, FAILED = "ready", "failed"


async def measured(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """Write a picture's measurement and advise anew on the whole set."""
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
        reference.measurement = {"picture": _without_vectors(picture), "face": face}
        if face is not None:
            reference.encoder = ENCODER
            reference.embedding = picture["faces"][0]["embedding"]
        await uow.session.flush()
        await advise_set(uow, character, changed=reference.id)
    await repository.recount(uow, character)
    await service.tell_by_id(uow, character, None, None)


async def advise_set(uow: UnitOfWork, character_id: UUID, *, changed: UUID | None = None) -> None:
    """Look at every measured picture of a character again; tell of those whose advice changed."""
    rows = [
        row
        for row in await repository.references(uow, character_id, with_vectors=True)
        if row.state == READY
    ]
    if not rows:
        return
    strangers = [
        (name, np.asarray(vector, np.float32))
        for _, name, vector in await repository.vectors_of_others(
            uow, rows[0].project_id, character_id
        )
    ]
    sightings = {row.id: _sighting(row) for row in rows}
    for row in rows:
        siblings = [sighting for id_, sighting in sightings.items() if id_ != row.id]
        advice = advise(sightings[row.id], siblings, strangers)
        if _write(row, advice) or row.id == changed:
            await uow.session.flush()
            await references.tell(uow, row, None, None)


def _write(row: Reference, advice: Advice) -> bool:
    if row.verdict == advice.verdict and row.findings == advice.findings:
        return False
    row.verdict = advice.verdict
    row.findings = [dict(finding) for finding in advice.findings]
    return True


def _sighting(row: Reference) -> Sighting:
    assert row.measurement is not None  # a ready reference has been measured
    vector = None if row.embedding is None else np.asarray(row.embedding, np.float32)
    return Sighting(id=row.id, name=row.name, picture=row.measurement["picture"], vector=vector)


def _without_vectors(picture: dict[str, Any]) -> dict[str, Any]:
    faces = [
        {key: value for key, value in face.items() if key != "embedding"}
        for face in picture["faces"]
    ]
    return picture | {"faces": faces}


async def _lock_character(uow: UnitOfWork, reference_id: UUID) -> UUID | None:
    reference = await repository.find_reference(uow, reference_id)
    if reference is None:
        return None
    character = await repository.lock(uow, reference.character_id)
    return character.id if character else None


def register() -> None:
    """Hear of the measurements of references."""
    handlers.register(references.SUBJECT, on_finished=measured)
    when_set_changes(advise_set)
