"""How well a character's pictures hold together, and how they are judged."""

from typing import Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Response

from onmodel.accounts.permissions import Permission
from onmodel.accounts.signed_in import SignedIn
from onmodel.characters import service as characters
from onmodel.characters.errors import CharacterNotFoundError, StaleVersionError
from onmodel.http.deps import DatabaseDep, Reading
from onmodel.http.problems import problems
from onmodel.kit.errors import ForbiddenError
from onmodel.review import consistency, settings
from onmodel.review.export import to_csv
from onmodel.review.schemas import ConsistencyRead, ConsistencySettings
from onmodel.storage.names import clean_name

router = APIRouter(tags=["review"])


@router.get("/characters/{character_id}/consistency", responses=problems(CharacterNotFoundError))
async def read_consistency(character_id: UUID, uow: Reading, actor: SignedIn) -> ConsistencyRead:
    """Everything that the consistency page of a character shows."""
    return await consistency.read(uow, actor, character_id)


@router.patch(
    "/characters/{character_id}/consistency",
    responses=problems(CharacterNotFoundError, ForbiddenError, StaleVersionError),
)
async def change_consistency(
    character_id: UUID, data: ConsistencySettings, database: DatabaseDep, actor: SignedIn
) -> ConsistencyRead:
    """Choose the route by which a character is judged, and its limit."""
    async with database.begin() as uow:
        await settings.change(uow, actor, character_id, data)
    # read afterwards: that takes a while, and nobody has to wait for it
    async with database.read() as uow:
        return await consistency.read(uow, actor, character_id)


@router.get(
    "/characters/{character_id}/consistency.{kind}",
    responses=problems(CharacterNotFoundError),
    response_class=Response,
)
async def export_consistency(
    character_id: UUID, kind: Literal["csv", "json"], uow: Reading, actor: SignedIn
) -> Response:
    """The same to take away: a table with one line for each picture, or everything as JSON."""
    character = await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    data = await consistency.read_of(uow, actor, character)
    filename = quote(f"{clean_name(character.name)} consistency.{kind}")
    return Response(
        to_csv(data) if kind == "csv" else data.model_dump_json(indent=2),
        media_type="text/csv; charset=utf-8" if kind == "csv" else "application/json",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{filename}",
            "Cache-Control": "no-store",
        },
    )
