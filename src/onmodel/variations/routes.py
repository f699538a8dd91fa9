"""Variations: generate, compare, choose, export."""

from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response

from onmodel.accounts.permissions import Permission
from onmodel.accounts.signed_in import SignedIn
from onmodel.characters import repository as characters
from onmodel.characters.errors import CharacterNotFoundError, VersionNotFoundError
from onmodel.dispatch.errors import CallOverError, DueTooSoonError, UnknownDependencyError
from onmodel.http.deps import Reading, StoreDep, Writing
from onmodel.http.keys import ChangeKey
from onmodel.http.problems import problems
from onmodel.identity import search
from onmodel.identity.errors import NotMeasuredError
from onmodel.identity.schemas import Limit, SimilarRead
from onmodel.kit.db.once import KeyReusedError
from onmodel.kit.errors import ForbiddenError
from onmodel.storage.names import clean_name
from onmodel.variations import reading, service
from onmodel.variations.errors import (
    CannotDoError,
    NoReferenceError,
    NotCandidateError,
    NotFinishedError,
    NothingToExportError,
    SheetCompleteError,
    UnknownKeyError,
    VariationNotFoundError,
)
from onmodel.variations.export import model_sheet
from onmodel.variations.schemas import (
    GenerateRequest,
    PresentScore,
    RegenerateRequest,
    SlotRead,
    VariationRead,
    VariationUpdate,
)
from onmodel.variations.standard import slots

router = APIRouter(tags=["variations"])

NOT_YOURS = (VariationNotFoundError, ForbiddenError)


@router.get("/standard-set")
async def read_standard_set(_actor: SignedIn) -> list[SlotRead]:
    """Every picture of the standard sheet, and whether this house can make it."""
    return [SlotRead(**vars(slot)) for slot in slots()]


@router.post(
    "/characters/{character_id}/variations",
    status_code=202,
    responses=problems(
        CharacterNotFoundError,
        ForbiddenError,
        UnknownKeyError,
        CannotDoError,
        NoReferenceError,
        SheetCompleteError,
        VersionNotFoundError,
        DueTooSoonError,
        UnknownDependencyError,
    ),
)
async def request_variations(
    character_id: UUID, data: GenerateRequest, uow: Writing, actor: SignedIn
) -> list[VariationRead]:
    """Generate pictures of the standard set, all at once; they arrive over the socket."""
    return await service.request_variations(uow, actor, character_id, data)


@router.get("/characters/{character_id}/variations", responses=problems(CharacterNotFoundError))
async def list_variations(character_id: UUID, uow: Reading, actor: SignedIn) -> list[VariationRead]:
    """What stands in the set, and the candidates beside it."""
    return await service.list_variations(uow, actor, character_id)


@router.get(
    "/variations/{variation_id}/present-score",
    responses=problems(VariationNotFoundError, NotMeasuredError),
)
async def read_present_score(variation_id: UUID, uow: Reading, actor: SignedIn) -> PresentScore:
    """How a picture fits the character as it is now; its own score may be against a version."""
    return await service.present_score(uow, actor, variation_id)


@router.get(
    "/characters/{character_id}/sheet.{kind}",
    responses=problems(CharacterNotFoundError, NothingToExportError),
    response_class=Response,
)
async def export_sheet(
    character_id: UUID,
    kind: Literal["png", "pdf"],
    uow: Reading,
    actor: SignedIn,
    store: StoreDep,
) -> Response:
    """The model sheet: one A3 page, labelled, ready to pin on a wall."""
    data, name = await model_sheet(uow, store, actor, character_id, as_pdf=kind == "pdf")
    filename = quote(f"{clean_name(name)} model sheet.{kind}")
    return Response(
        data,
        media_type="application/pdf" if kind == "pdf" else "image/png",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{filename}",
            "Cache-Control": "no-store",
        },
    )


@router.get("/variations/{variation_id}", responses=problems(VariationNotFoundError))
async def read_variation(variation_id: UUID, uow: Reading, actor: SignedIn) -> VariationRead:
    row = await service.get_permitted(uow, actor, variation_id, Permission.VIEW)
    return await reading.read(uow, row)


@router.get(
    "/variations/{variation_id}/similar",
    responses=problems(VariationNotFoundError, NotMeasuredError),
)
async def find_like_variation(
    variation_id: UUID,
    uow: Writing,
    actor: SignedIn,
    limit: Limit = 24,
    others: Annotated[bool, Query(description="Leave out the character's own pictures")] = False,
) -> SimilarRead:
    """Pictures like this one in every project that you may see, the nearest first."""
    row = await service.get_permitted(uow, actor, variation_id, Permission.VIEW)
    character = await characters.find(uow, row.character_id)
    assert character is not None  # a foreign key holds it
    return await search.like_picture(
        uow, actor, variation_id, character, limit=limit, others=others
    )


@router.patch(
    "/variations/{variation_id}",
    responses=problems(*NOT_YOURS, NotFinishedError, KeyReusedError),
)
async def update_variation(
    variation_id: UUID,
    data: VariationUpdate,
    uow: Writing,
    actor: SignedIn,
    key: ChangeKey = None,
) -> VariationRead:
    """Approve, reject or star."""
    return await service.update_variation(uow, actor, variation_id, data, key=key)


@router.post(
    "/variations/{variation_id}/regenerate",
    status_code=202,
    responses=problems(
        *NOT_YOURS, NotFinishedError, NoReferenceError, DueTooSoonError, UnknownDependencyError
    ),
)
async def regenerate(
    variation_id: UUID, data: RegenerateRequest, uow: Writing, actor: SignedIn
) -> VariationRead:
    """Make a new picture beside this one; nothing is replaced until somebody confirms."""
    return await service.regenerate(uow, actor, variation_id, data.seed, data)


@router.post(
    "/variations/{variation_id}/confirm",
    responses=problems(*NOT_YOURS, NotCandidateError, NotFinishedError),
)
async def confirm(variation_id: UUID, uow: Writing, actor: SignedIn) -> VariationRead:
    """Let the candidate take its place in the set."""
    return await service.confirm(uow, actor, variation_id)


@router.post(
    "/variations/{variation_id}/discard", responses=problems(*NOT_YOURS, NotCandidateError)
)
async def discard(variation_id: UUID, uow: Writing, actor: SignedIn) -> VariationRead:
    """Keep the picture of the set."""
    return await service.discard(uow, actor, variation_id)


@router.post("/variations/{variation_id}/cancel", responses=problems(*NOT_YOURS, CallOverError))
async def cancel(variation_id: UUID, uow: Writing, actor: SignedIn) -> VariationRead:
    return await service.cancel(uow, actor, variation_id)
