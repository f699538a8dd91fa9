"""The companion documents' generic assets: here every asset is a character."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from onmodel.accounts.permissions import Permission
from onmodel.accounts.signed_in import SignedIn
from onmodel.characters import listing, service
from onmodel.characters.repository import Filter
from onmodel.characters.schemas import CharacterCreate, CharacterRead
from onmodel.http.deps import Reading, Writing
from onmodel.http.problems import problems
from onmodel.kit.paging import MAX_LIMIT, Page
from onmodel.projects import access
from onmodel.projects.access import ProjectNotFoundError

router = APIRouter(prefix="/assets", tags=["assets"])


class AssetRead(BaseModel):
    id: UUID
    project_id: UUID
    type: Literal["character"] = "character"
    name: str
    data: CharacterRead


class AssetCreate(BaseModel):
    project_id: UUID
    type: Literal["character"] = "character"
    data: CharacterCreate


def _asset(character: CharacterRead) -> AssetRead:
    return AssetRead(
        id=character.id, project_id=character.project_id, name=character.name, data=character
    )


@router.get("", responses=problems(ProjectNotFoundError))
async def list_assets(
    project_id: UUID,
    uow: Reading,
    actor: SignedIn,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[AssetRead]:
    """The assets of a project, by name."""
    await access.require(uow, actor, project_id, Permission.VIEW)
    rows, next_cursor = await listing.page(
        uow, project_id, Filter(), sort="name", cursor=cursor, limit=limit
    )
    items = [_asset(CharacterRead.model_validate(row)) for row in rows]
    return Page(items=items, next_cursor=next_cursor)


@router.post("", status_code=201, responses=problems(ProjectNotFoundError))
async def create_asset(data: AssetCreate, uow: Writing, actor: SignedIn) -> AssetRead:
    return _asset(await service.create_character(uow, actor, data.project_id, data.data))
