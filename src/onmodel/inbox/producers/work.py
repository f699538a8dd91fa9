"""What became of the work that somebody asked the machines for."""

from onmodel.characters import repository as characters
from onmodel.characters.models import Character
from onmodel.characters.schemas import ReferenceUpdated
from onmodel.events.log import Told, when_told
from onmodel.identity.schemas import CheckUpdated
from onmodel.inbox import pages, service
from onmodel.inbox.kinds import Kind
from onmodel.inbox.together import asked_together
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.training.schemas import TrainingUpdated
from onmodel.variations import repository as variations
from onmodel.variations.models import Variation
from onmodel.variations.schemas import VariationRead, VariationUpdated
from onmodel.variations.standard import label_of


async def trained(uow: UnitOfWork, told: Told) -> None:
    """Tell who asked for a training that it ended."""
    assert isinstance(told.payload, TrainingUpdated)
    job = told.payload.data
    verb = (told.change or {}).get("verb")
    if verb not in ("training succeeded", "training failed"):
        return
    character = await _character(uow, told.payload)
    done = job.state is State.SUCCEEDED
    await service.notify(
        uow,
        person_ids=[job.created_by],
        kind=Kind.TRAINING_DONE if done else Kind.TRAINING_FAILED,
        project_id=job.project_id,
        subject_type="training",
        subject_id=job.id,
        url=pages.character(job.project_id, job.character_id),
        title=f"The training of {character.name} {'is complete' if done else 'failed'}",
        body=f"{job.error.detail} {job.error.try_}" if job.error else "",
        key=f"training:{job.id}",
        file_id=character.cover_file_id,
    )


async def drawn(uow: UnitOfWork, told: Told) -> None:
    """Tell who asked for pictures once the last of them has ended."""
    assert isinstance(told.payload, VariationUpdated)
    row = told.payload.data
    if told.actor_id is not None or row.golden_run_id is not None or not _has_just_ended(row):
        return
    together = asked_together(
        await variations.asked_and_ended(uow, row.character_id, row.created_by)
    )
    made = [one for one in together if one.state == State.SUCCEEDED]
    failed = [one for one in together if one.state == State.FAILED]
    if not made and not failed:
        return
    character = await _character(uow, told.payload)
    only = together[0] if len(together) == 1 else None
    await service.notify(
        uow,
        person_ids=[row.created_by],
        kind=Kind.PICTURES_FAILED if failed else Kind.PICTURES_DONE,
        project_id=row.project_id,
        subject_type="character",
        subject_id=row.character_id,
        url=pages.picture(row.project_id, row.character_id, only.id)
        if only
        else pages.character(row.project_id, row.character_id),
        title=_pictures(character, made, failed),
        body=_why(failed),
        key=f"pictures:{together[0].id}",
        file_id=next((one.file_id for one in made), character.cover_file_id),
    )


def _has_just_ended(row: VariationRead) -> bool:
    """Tell the end itself from what is told of the picture later, when it is measured."""
    if row.state is State.SUCCEEDED:
        return row.measurable == "pending"
    return row.state is State.FAILED


def _pictures(character: Character, made: list[Variation], failed: list[Variation]) -> str:
    if len(made) + len(failed) == 1:
        label = label_of((made or failed)[0].key)
        return f"{label} of {character.name} {'is ready' if made else 'could not be made'}"
    if not failed:
        return f"{len(made)} pictures of {character.name} are ready"
    if not made:
        return f"{len(failed)} pictures of {character.name} could not be made"
    ready = "1 picture" if len(made) == 1 else f"{len(made)} pictures"
    return f"{ready} of {character.name} ready, {len(failed)} could not be made"


def _why(failed: list[Variation]) -> str:
    error = failed[0].error if failed else None
    return f"{error['detail']} {error['try']}" if error else ""


async def measured(uow: UnitOfWork, told: Told) -> None:
    """Tell who brought a reference that it could not be measured."""
    assert isinstance(told.payload, ReferenceUpdated)
    reference = told.payload.data
    if told.actor_id is not None or reference.state != "failed":
        return
    character = await _character(uow, told.payload)
    await service.notify(
        uow,
        person_ids=[reference.created_by],
        kind=Kind.CHECK_FAILED,
        project_id=reference.project_id,
        subject_type="reference",
        subject_id=reference.id,
        url=pages.character(reference.project_id, reference.character_id),
        title=f"“{reference.name}” of {character.name} could not be measured",
        body=" ".join(finding.text for finding in reference.findings),
        key=f"reference:{reference.id}",
        file_id=reference.file.id,
    )


async def checked(uow: UnitOfWork, told: Told) -> None:
    """Tell who had a picture checked that it could not be."""
    assert isinstance(told.payload, CheckUpdated)
    check = told.payload.data
    if told.actor_id is not None or check.state is not State.FAILED:
        return
    await service.notify(
        uow,
        person_ids=[check.created_by],
        kind=Kind.CHECK_FAILED,
        project_id=check.project_id,
        subject_type="check",
        subject_id=check.id,
        url=pages.check(check.project_id),
        title=f"“{check.name}” could not be checked",
        body=check.reason_text or "",
        key=f"check:{check.id}",
        file_id=check.file.id,
    )


async def _character(
    uow: UnitOfWork, payload: TrainingUpdated | VariationUpdated | ReferenceUpdated
) -> Character:
    character = await characters.find(uow, payload.character_id)
    assert character is not None  # a foreign key holds it
    return character


def register() -> None:
    when_told("server:training.updated", trained)
    when_told("server:variation.updated", drawn)
    when_told("server:reference.updated", measured)
    when_told("server:check.updated", checked)
