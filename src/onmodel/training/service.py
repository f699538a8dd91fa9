"""Training: asked for by a person, run by the Producer, told to everybody."""

from collections.abc import Sequence
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import repository as characters
from onmodel.characters import service as character_service
from onmodel.characters.models import Character, Reference
from onmodel.characters.references import EXTENSIONS
from onmodel.characters.schemas import REFERENCES_NEEDED
from onmodel.dispatch import repository as calls
from onmodel.dispatch import service as dispatch
from onmodel.dispatch.choices import sentence
from onmodel.dispatch.contracts import TrainingInputs
from onmodel.dispatch.models import Call
from onmodel.dispatch.queue import Standing, standings_of
from onmodel.dispatch.schemas import FileInput, NewCall
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.dispatch.told import Curve
from onmodel.events import log as events
from onmodel.functions.terms import Terms
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.projects import due
from onmodel.projects import repository as projects
from onmodel.storage.keys import blob_key
from onmodel.training import repository
from onmodel.training.errors import (
    NotEnoughReferencesError,
    ReferencesPendingError,
    TrainingActiveError,
    TrainingNotFoundError,
)
from onmodel.training.models import TrainingJob
from onmodel.training.schemas import ErrorRead, TrainingJobRead, TrainingUpdated, TrainRequest

SUBJECT = "training"
URGENT_PRIORITY = 5
LEASE_SECONDS = 15.0


async def request_training(
    uow: UnitOfWork, actor: Actor, character_id: UUID, data: TrainRequest
) -> TrainingJobRead:
    """Put a character's training into the queue.

    Raises:
        NotEnoughReferencesError: fewer usable pictures than the tier needs.
        ReferencesPendingError: pictures are still being checked, and they might make enough.
        TrainingActiveError: one is waiting or running.
        DueTooSoonError: it is needed too soon, see ``projects.due``.
        UnknownDependencyError: it is to come after something that is not there.
    """
    character = await character_service.get_present(uow, actor, character_id, Permission.TRAIN)
    await due.check(uow, actor, character.project_id, data.due_at)
    if await repository.find_active(uow, character_id):
        raise TrainingActiveError(f"{character.name} is being trained already.")
    rows = await characters.references(uow, character_id)
    usable = [row for row in rows if row.state == "ready" and row.verdict != "hurts"]
    _check_count(character, data.quality, len(usable), rows)
    job = TrainingJob(
        project_id=character.project_id,
        character_id=character.id,
        asked_tier=data.quality,
        state=State.QUEUED.value,
        priority=URGENT_PRIORITY if data.urgent else 0,
        step="Waiting for a worker",
        parameters={"references": [str(row.id) for row in usable]},
        created_by=actor.user_id,
    )
    uow.session.add(job)
    await uow.session.flush()
    call = await dispatch.submit(
        uow,
        NewCall(
            project_id=job.project_id,
            created_by=actor.user_id,
            subject_kind=SUBJECT,
            subject_id=job.id,
            task=Task.TRAIN_LORA,
            tier=Tier(data.quality),
            params=TrainingInputs(pictures=await _pictures(uow, usable)).params(),
            priority=job.priority,
            importance=character.importance,
            depends_on=tuple(data.after),
            due_at=data.due_at,
        ),
    )
    job.call_id = call.id
    character.tier = data.quality
    character.training_state, character.training_job_id = job.state, job.id
    await uow.session.flush()
    await uow.session.refresh(job)
    read = await tell(
        uow, job, actor.user_id, {"verb": "started training", "quality": data.quality}
    )
    await character_service.tell_by_id(uow, character.id, actor.user_id, None)
    return read


def _check_count(character: Character, quality: str, usable: int, rows: list[Reference]) -> None:
    needed = REFERENCES_NEEDED[quality]
    if usable >= needed:
        return
    checking = sum(row.state == "checking" for row in rows)
    if usable + checking >= needed:
        raise ReferencesPendingError(f"{checking} pictures are still being checked.")
    raise NotEnoughReferencesError(
        f"{character.name} has {usable} usable pictures; {quality} quality needs {needed}.",
        extra={"usable": usable, "needed": needed},
    )


async def _pictures(uow: UnitOfWork, rows: list[Reference]) -> list[FileInput]:
    stored = await projects.files_by_id(uow, [row.file_id for row in rows])
    return [
        FileInput(
            key=blob_key(stored[row.file_id].sha256),
            name=f"{row.id}.{EXTENSIONS[stored[row.file_id].media_type]}",
            media_type=stored[row.file_id].media_type,
        )
        for row in rows
    ]


async def read(uow: UnitOfWork, job: TrainingJob) -> TrainingJobRead:
    """Return a job with its place in the queue and its forecast."""
    return (await read_all(uow, [job]))[0]


async def read_all(uow: UnitOfWork, jobs: Sequence[TrainingJob]) -> list[TrainingJobRead]:
    """Return jobs with their places and forecasts, in as many queries as for one."""
    found = await calls.by_id(uow, [job.call_id for job in jobs if job.call_id])
    active = [job.call_id for job in jobs if job.call_id and State(job.state).is_active]
    at = await standings_of(uow, active, lease_seconds=LEASE_SECONDS)
    return [
        _read(job, found.get(job.call_id), at.get(job.call_id)) if job.call_id else _read(job)
        for job in jobs
    ]


def _read(
    job: TrainingJob, call: Call | None = None, at: Standing | None = None
) -> TrainingJobRead:
    state = State(job.state)
    progress, step = job.progress, job.step
    if call is not None and state.is_active:
        # the heartbeat keeps these on the call; the job has them when it is over
        progress, step = max(progress, round(call.progress)), call.step or step
    reason, why = (call.tier_reason, call.function_reason) if call else (None, None)
    return TrainingJobRead(
        id=job.id,
        project_id=job.project_id,
        character_id=job.character_id,
        call_id=job.call_id,
        state=state,
        progress=progress,
        step=step,
        position=at.position if at else None,
        eta_s=at.eta_s if at else None,
        asked_tier=job.asked_tier,  # type: ignore[arg-type]  # checked when written
        used_tier=job.used_tier,  # type: ignore[arg-type]
        tier_reason=sentence(reason),
        tier_reason_code=reason,
        function_reason=sentence(why),
        function_reason_code=why,
        function=job.function,
        terms=[Terms.model_validate(one) for one in call.terms] if call else [],
        reference_count=len(job.parameters.get("references", [])),
        adapter_id=job.adapter_id,
        curve=Curve.model_validate(call.curve) if call and call.curve else None,
        error=ErrorRead.model_validate(job.error) if job.error else None,
        created_by=job.created_by,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


async def get_permitted(
    uow: UnitOfWork, actor: Actor, job_id: UUID, permission: Permission
) -> TrainingJob:
    """Return a job that the actor may treat so; raises TrainingNotFoundError."""
    job = await repository.find(uow, job_id)
    if job is None:
        raise TrainingNotFoundError("This training does not exist.")
    await character_service.get_permitted(uow, actor, job.character_id, permission)
    return job


async def cancel_training(uow: UnitOfWork, actor: Actor, job_id: UUID) -> TrainingJobRead:
    """Stop a training that waits or runs; raises CallOverError when it has ended."""
    job = await get_permitted(uow, actor, job_id, Permission.TRAIN)
    assert job.call_id is not None
    await dispatch.cancel(uow, job.call_id)
    await uow.session.refresh(job)
    return await read(uow, job)


async def tell(
    uow: UnitOfWork,
    job: TrainingJob,
    actor_id: UUID | None,
    change: dict[str, object] | None,
) -> TrainingJobRead:
    """Record that a job changed and return what everybody now sees."""
    data = await read(uow, job)
    await events.record(
        uow,
        job.project_id,
        "server:training.updated",
        TrainingUpdated(job_id=job.id, character_id=job.character_id, data=data),
        actor_id=actor_id,
        subject_id=job.character_id,
        change=change,
    )
    return data
