"""What happens to a training job while its call runs and when it ends."""

from typing import Any
from uuid import UUID

import numpy as np

from onmodel.characters import repository as characters
from onmodel.characters import service as character_service
from onmodel.dispatch import handlers
from onmodel.dispatch.contracts import TrainingOutputs
from onmodel.dispatch.failures import TABLE, meaning
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallError, Ephemeral, Outcome, Progress
from onmodel.events import log as events
from onmodel.identity import repository as identities
from onmodel.identity.calibration import ENCODER
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State, advance
from onmodel.projects import files
from onmodel.training import repository, service
from onmodel.training.kinds import OF_OUTPUT
from onmodel.training.models import Adapter, TrainingJob
from onmodel.training.schemas import TrainingComplete

_CHANGE_PICTURES = "Change the pictures as their notes say, then train again."


async def started(uow: UnitOfWork, call: Call) -> None:
    """A worker has begun."""
    job = await _job(uow, call)
    if job is None:
        return
    job.state = advance(State(job.state), State.STARTING).value
    job.state = advance(State(job.state), State.RUNNING).value
    job.started_at = job.started_at or now()
    job.step = "Starting"
    job.used_tier = (call.tier_used or call.tier_asked).value
    await _tell(uow, job)


async def requeued(uow: UnitOfWork, call: Call) -> None:
    """The worker was lost; the job waits again at its old place."""
    job = await _job(uow, call)
    if job is None or job.state == State.QUEUED:
        return  # lost between being dealt and being begun: for people it never stopped waiting
    job.state = advance(State(job.state), State.QUEUED).value
    job.progress = 0
    job.step = "Waiting for another worker"
    await _tell(uow, job)


def progressed(call: Call, progress: Progress) -> Ephemeral:
    """Tell how far it is (contracts: ``server:training.progress``)."""
    return Ephemeral(
        "server:training.progress",
        {
            "job_id": str(call.subject_id),
            "progress": round(progress.percent),
            "step": progress.step,
            "eta_s": progress.eta_seconds,
            "curve": progress.curve.model_dump() if progress.curve else None,
        },
    )


async def finished(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """Write how it ended; a success becomes the character's adapter."""
    job = await _job(uow, call)
    if job is None:
        return
    job.state = outcome.state.value
    job.finished_at = now()
    job.used_tier = call.tier_used.value if call.tier_used else job.used_tier
    job.function = f"{call.function} {call.function_version}" if call.function else None
    adapter: Adapter | None = None
    if outcome.state is State.SUCCEEDED:
        adapter = await _adopt(uow, job, outcome)
        job.progress, job.step = 100, "Complete"
    elif outcome.state is State.FAILED:
        job.error, job.step = error_read(outcome.error), "Failed"
    else:
        job.step = "Cancelled"
    await _tell(uow, job, verb=f"training {outcome.state.value}")
    if adapter is not None:
        await events.record(
            uow,
            job.project_id,
            "server:training.complete",
            TrainingComplete(
                job_id=job.id,
                character_id=job.character_id,
                model_url=f"/api/v1/files/{adapter.file_id}/original",
            ),
        )


def error_read(error: CallError | None) -> dict[str, Any]:
    """Return a call's error as a record keeps and shows it."""
    if error is None:
        way_out = meaning("failed", "function").way_out
        return {"code": "failed", "detail": "It failed.", "try": way_out}
    # what a function's author refuses is in no table, and about the pictures
    own = error.fault == "input" and error.code not in TABLE
    way_out = _CHANGE_PICTURES if own else meaning(error.code, error.fault).way_out
    return {"code": error.code, "detail": error.message, "try": way_out}


async def _adopt(uow: UnitOfWork, job: TrainingJob, outcome: Outcome) -> Adapter:
    """Make the result of a training the adapter that the character uses."""
    assert outcome.outputs is not None  # a success has outputs
    learnt = TrainingOutputs.of(outcome.outputs)
    file = await files.add_output(uow, job.project_id, learnt.model, created_by=job.created_by)
    used = [UUID(reference_id) for reference_id in job.parameters["references"]]
    seen = await identities.vectors_of(uow, used, ENCODER)
    vectors = list(seen.values())
    adapter = Adapter(
        project_id=job.project_id,
        character_id=job.character_id,
        job_id=job.id,
        kind=OF_OUTPUT[learnt.model.output],
        number=await repository.next_adapter_number(uow, job.character_id),
        function=job.function or "",
        file_id=file.id,
        summary=learnt.report,
        encoder=ENCODER if vectors else None,
        template=np.mean(vectors, axis=0).tolist() if vectors else None,
    )
    uow.session.add(adapter)
    await uow.session.flush()
    job.adapter_id = adapter.id
    return adapter


async def _job(uow: UnitOfWork, call: Call) -> TrainingJob | None:
    """Return the job of a call with its character's row locked first, as requests do."""
    job = await repository.find(uow, call.subject_id)
    if job is None:
        return None
    await characters.lock(uow, job.character_id)
    return await repository.lock(uow, job.id)


async def _tell(uow: UnitOfWork, job: TrainingJob, *, verb: str | None = None) -> None:
    await uow.session.flush()
    values: dict[str, Any] = {"training_state": job.state, "training_job_id": job.id}
    if job.adapter_id is not None:
        adapter = await uow.session.get(Adapter, job.adapter_id)
        assert adapter is not None
        values |= {"adapter_id": adapter.id, "adapter_number": adapter.number}
    await characters.update_character(uow, job.character_id, **values)
    change: dict[str, object] | None = {"verb": verb} if verb else None
    await service.tell(uow, job, job.created_by if verb else None, change)
    await character_service.tell_by_id(uow, job.character_id, None, None)


def register() -> None:
    """Hear of the calls of training jobs."""
    handlers.register(
        service.SUBJECT,
        on_started=started,
        on_requeued=requeued,
        on_progress=progressed,
        on_finished=finished,
        owners=repository.characters_of,
    )
