"""Golden sets: chosen, made again, compared."""

from uuid import UUID

from fastapi import APIRouter

from onmodel.accounts.signed_in import SignedIn
from onmodel.characters.errors import CharacterNotFoundError
from onmodel.http.deps import Reading, Writing
from onmodel.http.problems import problems
from onmodel.kit.errors import ForbiddenError
from onmodel.review import golden
from onmodel.review.errors import GoldenRunningError, GoldenSetEmptyError, SlotTwiceError
from onmodel.review.schemas import GoldenRead, GoldenRunRead, GoldenSlots
from onmodel.variations.errors import CannotDoError, NoReferenceError, UnknownKeyError

router = APIRouter(tags=["review"])

NOT_YOURS = (CharacterNotFoundError, ForbiddenError)


@router.get("/characters/{character_id}/golden", responses=problems(CharacterNotFoundError))
async def read_golden(character_id: UUID, uow: Reading, actor: SignedIn) -> GoldenRead:
    """The golden set and its newest runs, each compared with the one before."""
    return await golden.read(uow, actor, character_id)


@router.put(
    "/characters/{character_id}/golden",
    responses=problems(*NOT_YOURS, UnknownKeyError, CannotDoError, SlotTwiceError),
)
async def put_golden(
    character_id: UUID, data: GoldenSlots, uow: Writing, actor: SignedIn
) -> GoldenRead:
    """Choose its pictures and seeds, the whole list."""
    return await golden.put(uow, actor, character_id, data)


@router.post(
    "/characters/{character_id}/golden/runs",
    status_code=202,
    responses=problems(*NOT_YOURS, GoldenSetEmptyError, GoldenRunningError, NoReferenceError),
)
async def run_golden(character_id: UUID, uow: Writing, actor: SignedIn) -> GoldenRunRead:
    """Make its pictures once more with what there is now; they arrive over the socket."""
    return await golden.run(uow, actor, character_id)
