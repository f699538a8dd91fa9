"""Training: ask for it, watch it, stop it."""

from uuid import UUID

from fastapi import APIRouter

from onmodel.accounts.permissions import Permission
from onmodel.accounts.signed_in import SignedIn
from onmodel.characters import service as characters
from onmodel.characters.errors import CharacterNotFoundError
from onmodel.dispatch.errors import CallOverError, DueTooSoonError, UnknownDependencyError
from onmodel.http.deps import Reading, Writing
from onmodel.http.problems import problems
from onmodel.kit.errors import ForbiddenError
from onmodel.training import repository, service
from onmodel.training.errors import (
    NotEnoughReferencesError,
    ReferencesPendingError,
    TrainingActiveError,
    TrainingNotFoundError,
)
from onmodel.training.schemas import AdapterRead, TrainingJobRead, TrainRequest

router = APIRouter(tags=["training"])


@router.post(
    "/characters/{character_id}/train",
    status_code=202,
    responses=problems(
        CharacterNotFoundError,
        ForbiddenError,
        NotEnoughReferencesError,
        ReferencesPendingError,
        TrainingActiveError,
        DueTooSoonError,
        UnknownDependencyError,
    ),
)
async def request_training(
    character_id: UUID, data: TrainRequest, uow: Writing, actor: SignedIn
) -> TrainingJobRead:
    """Train a character; without a GPU the identity profile is built."""
    return await service.request_training(uow, actor, character_id, data)


@router.get("/characters/{character_id}/training", responses=problems(CharacterNotFoundError))
async def list_training(character_id: UUID, uow: Reading, actor: SignedIn) -> list[TrainingJobRead]:
    """The character's training jobs, newest first."""
    await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    return await service.read_all(uow, await repository.list_jobs(uow, character_id))


@router.get("/characters/{character_id}/adapters", responses=problems(CharacterNotFoundError))
async def list_adapters(character_id: UUID, uow: Reading, actor: SignedIn) -> list[AdapterRead]:
    """The trained weights and profiles of a character, newest first."""
    await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    return [
        AdapterRead(
            id=adapter.id,
            character_id=adapter.character_id,
            kind=adapter.kind,
            number=adapter.number,
            function=adapter.function,
            summary=adapter.summary,
            created_at=adapter.created_at,
        )
        for adapter in await repository.list_adapters(uow, character_id)
    ]


@router.get("/training/{job_id}", responses=problems(TrainingNotFoundError))
async def read_training(job_id: UUID, uow: Reading, actor: SignedIn) -> TrainingJobRead:
    job = await service.get_permitted(uow, actor, job_id, Permission.VIEW)
    return await service.read(uow, job)


@router.post(
    "/training/{job_id}/cancel",
    responses=problems(TrainingNotFoundError, ForbiddenError, CallOverError),
)
async def cancel_training(job_id: UUID, uow: Writing, actor: SignedIn) -> TrainingJobRead:
    return await service.cancel_training(uow, actor, job_id)
