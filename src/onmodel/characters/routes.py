"""Characters and their reference pictures."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response, UploadFile
from fastapi.params import File as FileParam

from onmodel.accounts.permissions import Permission
from onmodel.accounts.signed_in import SignedIn
from onmodel.characters import listing, references, repository, service
from onmodel.characters.errors import (
    CharacterNotFoundError,
    DuplicateReferenceError,
    FieldConflictError,
    ReferenceNotFoundError,
    StaleVersionError,
    TooManyReferencesError,
    TriggerWordTakenError,
)
from onmodel.characters.repository import Filter
from onmodel.characters.schemas import (
    CharacterCreate,
    CharacterRead,
    CharacterUpdate,
    HistoryEntry,
    Importance,
    ReferenceRead,
)
from onmodel.events import log as events
from onmodel.http.deps import DatabaseDep, Reading, Writing
from onmodel.http.keys import ChangeKey
from onmodel.http.problems import problems
from onmodel.http.uploads import IntakeDep
from onmodel.kit.db.once import KeyReusedError
from onmodel.kit.errors import ForbiddenError
from onmodel.kit.paging import MAX_LIMIT, BadCursorError, Page
from onmodel.projects import access
from onmodel.projects.access import ProjectNotFoundError
from onmodel.projects.schemas import Quality
from onmodel.storage.picture_errors import BY_CODE

router = APIRouter(tags=["characters"])

State = Literal["untrained", "training", "trained", "failed"]
NOT_YOURS = (CharacterNotFoundError, ForbiddenError)
JSON = "application/json"


@router.get(
    "/projects/{project_id}/characters",
    response_model=Page[CharacterRead],
    responses=problems(ProjectNotFoundError, BadCursorError),
)
async def list_characters(
    project_id: UUID,
    uow: Reading,
    actor: SignedIn,
    q: Annotated[str | None, Query(max_length=200, description="Words to find")] = None,
    tag: Annotated[str | None, Query(max_length=60)] = None,
    tier: Quality | None = None,
    importance: Importance | None = None,
    state: State | None = None,
    sort: repository.Sort = "name",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
) -> Response:
    """One page of the gallery; ``total`` comes with the first page."""
    await access.require(uow, actor, project_id, Permission.VIEW)
    wished = Filter(q=q, tag=tag, tier=tier, importance=importance, state=state)
    items, next_cursor = await listing.page(
        uow, project_id, wished, sort=sort, cursor=cursor, limit=limit
    )
    total = await repository.count(uow, project_id, wished) if cursor is None else None
    return Response(listing.page_json(items, next_cursor, total), media_type=JSON)


@router.get("/projects/{project_id}/tags", responses=problems(ProjectNotFoundError))
async def list_tags(project_id: UUID, uow: Reading, actor: SignedIn) -> list[str]:
    """The tags in use, most used first."""
    await access.require(uow, actor, project_id, Permission.VIEW)
    return await repository.tags(uow, project_id)


@router.post(
    "/projects/{project_id}/characters",
    status_code=201,
    responses=problems(ProjectNotFoundError, ForbiddenError, TriggerWordTakenError),
)
async def create_character(
    project_id: UUID, data: CharacterCreate, uow: Writing, actor: SignedIn
) -> CharacterRead:
    return await service.create_character(uow, actor, project_id, data)


@router.get(
    "/characters/{character_id}",
    response_model=CharacterRead,
    responses=problems(CharacterNotFoundError),
)
async def read_character(character_id: UUID, uow: Reading, actor: SignedIn) -> Response:
    item = await listing.one(uow, character_id)
    if item is None or await access.role_in(uow, actor, item["project_id"]) is None:
        raise CharacterNotFoundError("This character does not exist, or you cannot see it.")
    return Response(listing.one_json(item), media_type=JSON)


@router.patch(
    "/characters/{character_id}",
    responses=problems(
        *NOT_YOURS, StaleVersionError, FieldConflictError, TriggerWordTakenError, KeyReusedError
    ),
)
async def update_character(
    character_id: UUID,
    data: CharacterUpdate,
    uow: Writing,
    actor: SignedIn,
    key: ChangeKey = None,
) -> CharacterRead:
    return await service.update_character(uow, actor, character_id, data, key=key)


@router.delete("/characters/{character_id}", responses=problems(*NOT_YOURS))
async def remove_character(character_id: UUID, uow: Writing, actor: SignedIn) -> CharacterRead:
    return await service.remove_character(uow, actor, character_id)


@router.post(
    "/characters/{character_id}/restore",
    responses=problems(*NOT_YOURS, TriggerWordTakenError),
)
async def restore_character(character_id: UUID, uow: Writing, actor: SignedIn) -> CharacterRead:
    return await service.restore_character(uow, actor, character_id)


@router.get("/characters/{character_id}/history", responses=problems(CharacterNotFoundError))
async def list_history(
    character_id: UUID,
    uow: Reading,
    actor: SignedIn,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[HistoryEntry]:
    """Who changed what and when, newest first."""
    character = await service.get_permitted(uow, actor, character_id, Permission.VIEW)
    rows = await events.history(uow, character.project_id, character_id, before=before, limit=limit)
    return [
        HistoryEntry(
            seq=row.seq,
            at=row.at,
            actor_id=row.actor_id,
            event=row.name,
            change=row.change or {},
        )
        for row in rows
    ]


@router.get("/characters/{character_id}/references", responses=problems(CharacterNotFoundError))
async def list_references(character_id: UUID, uow: Reading, actor: SignedIn) -> list[ReferenceRead]:
    return await references.list_references(uow, actor, character_id)


@router.post(
    "/characters/{character_id}/references",
    status_code=201,
    responses=problems(
        *NOT_YOURS, DuplicateReferenceError, TooManyReferencesError, *BY_CODE.values()
    ),
)
async def add_reference(
    character_id: UUID,
    file: Annotated[UploadFile, FileParam(description="One picture")],
    actor: SignedIn,
    database: DatabaseDep,
    intake: IntakeDep,
) -> ReferenceRead:
    """Add one picture; it is remade, stripped of its metadata, stored and measured."""
    async with database.read() as uow:
        await service.get_permitted(uow, actor, character_id, Permission.EDIT)
    picture = await intake.take(file)
    async with database.begin() as uow:
        return await references.add_reference(uow, actor, character_id, picture)


@router.delete(
    "/references/{reference_id}", responses=problems(ReferenceNotFoundError, ForbiddenError)
)
async def remove_reference(reference_id: UUID, uow: Writing, actor: SignedIn) -> ReferenceRead:
    return await references.remove_reference(uow, actor, reference_id)


@router.post(
    "/references/{reference_id}/restore",
    responses=problems(ReferenceNotFoundError, ForbiddenError, DuplicateReferenceError),
)
async def restore_reference(reference_id: UUID, uow: Writing, actor: SignedIn) -> ReferenceRead:
    return await references.restore_reference(uow, actor, reference_id)


@router.post(
    "/references/{reference_id}/base", responses=problems(ReferenceNotFoundError, ForbiddenError)
)
async def use_as_base(reference_id: UUID, uow: Writing, actor: SignedIn) -> ReferenceRead:
    """Make this picture the character's face."""
    return await references.use_as_base(uow, actor, reference_id)
