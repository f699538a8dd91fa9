"""What happens to a variation while it is made, when it is there, and when it is judged."""

from typing import Any
from uuid import UUID

from onmodel.characters import repository as characters
from onmodel.characters import service as character_service
from onmodel.characters.references import EXTENSIONS
from onmodel.dispatch import handlers
from onmodel.dispatch import service as dispatch
from onmodel.dispatch.contracts import ConsistencyInputs, VariationOutputs
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import FileInput, NewCall, Outcome
from onmodel.dispatch.tasks import Task
from onmodel.events import log as events
from onmodel.identity import calibrations, measured, search
from onmodel.identity import repository as identities
from onmodel.identity.references import when_advised
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State, advance
from onmodel.projects import files
from onmodel.projects.models import File
from onmodel.storage.keys import blob_key
from onmodel.training.progress import error_read
from onmodel.variations import changes, judging, repository, service
from onmodel.variations.models import Variation
from onmodel.variations.schemas import GenerationResult
from onmodel.variations.standard import label_of

SCORE_SUBJECT = "variation_score"


async def started(uow: UnitOfWork, call: Call) -> None:
    """A worker has begun."""
    row = await _row(uow, call.subject_id)
    if row is not None:
        row.state = advance(State(row.state), State.STARTING).value
        row.state = advance(State(row.state), State.RUNNING).value
        await uow.session.flush()
        await service.tell(uow, row, None, None)


async def requeued(uow: UnitOfWork, call: Call) -> None:
    """The worker was lost; the picture waits again."""
    row = await _row(uow, call.subject_id)
    # one that was dealt but not begun never stopped waiting, for people
    if row is not None and row.state != State.QUEUED:
        row.state = advance(State(row.state), State.QUEUED).value
        await uow.session.flush()
        await service.tell(uow, row, None, None)


async def finished(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """Keep the picture and have it judged, or keep the reason why there is none."""
    row = await _row(uow, call.subject_id)
    if row is None:
        return
    row.state = outcome.state.value
    row.finished_at = now()
    row.recipe = row.recipe | {
        "function": call.function,
        "version": call.function_version,
        "terms": _terms(row, call),
        "reads": call.reads,
        "tier_asked": call.tier_asked.value,
        "tier_used": call.tier_used.value if call.tier_used else None,
        "tier_reason": call.tier_reason,
        "function_reason": call.function_reason,
    }
    if outcome.state is State.SUCCEEDED:
        file = await _keep(uow, row, outcome)
        await ask_for_judgement(uow, row, file)
    else:
        row.measurable, row.reason = "not_measurable", "unreadable"
        if outcome.state is State.FAILED:
            row.error = error_read(outcome.error)
    await uow.session.flush()
    await repository.recount(uow, row.character_id)
    await service.tell(uow, row, None, None)
    await character_service.tell_by_id(uow, row.character_id, None, None)
    quiet = row.golden_run_id is not None or await changes.kept_quiet(uow, [row])
    if row.file_id is not None and not quiet:
        await events.record(
            uow,
            row.project_id,
            "server:generation.result",
            GenerationResult(
                character_id=row.character_id,
                variation_id=row.id,
                image_url=f"/api/v1/files/{row.file_id}/original",
            ),
        )


def _terms(row: Variation, call: Call) -> list[dict[str, Any]]:
    """Return what the picture stands under: the function's terms, and those of what it read."""
    model = (row.recipe.get("made_of") or {}).get("adapter")
    read = model["terms"] if model and model["kind"] in call.reads else []
    return [*call.terms, *(one for one in read if one not in call.terms)]


async def _keep(uow: UnitOfWork, row: Variation, outcome: Outcome) -> File:
    assert outcome.outputs is not None  # a success has outputs
    made = VariationOutputs.of(outcome.outputs)
    file = await files.add_output(
        uow,
        row.project_id,
        made.image,
        created_by=row.created_by,
        width=made.report.size,
        height=made.report.size,
    )
    row.file_id = file.id
    row.preview = made.report.preview
    row.progress = 100
    return file


async def ask_for_judgement(uow: UnitOfWork, row: Variation, file: File) -> None:
    """Have a picture measured; its numbers come when that is done."""
    assert row.created_by is not None
    await dispatch.submit(
        uow,
        NewCall(
            project_id=row.project_id,
            created_by=row.created_by,
            subject_kind=SCORE_SUBJECT,
            subject_id=row.id,
            task=Task.VALIDATE_CONSISTENCY,
            params=ConsistencyInputs(
                pictures=[
                    FileInput(
                        key=blob_key(file.sha256),
                        name=f"variation.{EXTENSIONS[file.media_type]}",
                        media_type=file.media_type,
                    )
                ]
            ).params(),
            priority=1,
        ),
    )


async def judged(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """Turn the measurement of a picture into numbers against the character's references."""
    # before the rows, as a change of calibration does it
    known = await identities.hold_encoders(uow)
    row = await _row(uow, call.subject_id)
    if row is None:
        return
    picture = measured.first_picture(outcome) if outcome.state is State.SUCCEEDED else None
    if picture is None:
        row.measurable, row.reason = "not_measurable", "unreadable"
    else:
        character = await characters.find(uow, row.character_id)
        assert character is not None  # its row is locked
        await judging.keep_measurement(uow, row, picture, known)
        await judging.judge(uow, row, character)
        stored = measured.crop(outcome)
        if stored is not None:
            crop = await files.add_output(uow, row.project_id, stored, created_by=None)
            row.crop_file_id = crop.id
    await uow.session.flush()
    await service.tell(uow, row, None, None)


async def _owners_of_scores(uow: UnitOfWork, variation_ids: set[UUID]) -> set[UUID]:
    await identities.hold_encoders(uow)  # before the rows, as above
    return await repository.characters_of(uow, variation_ids)


async def references_advised(uow: UnitOfWork, character_id: UUID) -> None:
    """Judge a character's pictures by the references that count now; its row is locked."""
    character = await characters.find(uow, character_id)
    assert character is not None  # its row is locked
    for row in await judging.rejudge(uow, character):
        await service.tell(uow, row, None, None)


async def _row(uow: UnitOfWork, variation_id: UUID) -> Variation | None:
    """Return the variation with its character's row locked first, as requests do."""
    row = await repository.find(uow, variation_id)
    if row is None:
        return None
    await characters.lock(uow, row.character_id)
    return await repository.lock(uow, variation_id)


def register() -> None:
    """Hear of the calls that make pictures and of those that judge them."""
    handlers.register(
        service.SUBJECT,
        on_started=started,
        on_requeued=requeued,
        on_finished=finished,
        owners=repository.characters_of,
    )
    handlers.register(SCORE_SUBJECT, on_finished=judged, owners=_owners_of_scores)
    calibrations.when_put_in_force(judging.rescore)
    when_advised(references_advised)
    search.name_variations(label_of)
