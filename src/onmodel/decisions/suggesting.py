"""Candidates: pictures that are there, brought from outside, edited, or made for the purpose."""

from uuid import UUID

from sqlalchemy import func, select

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.characters.models import Character
from onmodel.decisions import door, repository, telling
from onmodel.decisions.errors import (
    CandidateNotFoundError,
    CandidateTwiceError,
    TooManyCandidatesError,
    WrongPictureError,
)
from onmodel.decisions.models import Candidate, Decision
from onmodel.decisions.schemas import (
    MAX_CANDIDATES,
    CandidateAdd,
    CandidateMake,
    DecisionRead,
    Source,
)
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.storage.pictures import Picture
from onmodel.variations import repository as pictures
from onmodel.variations import service as variations
from onmodel.variations import uploads
from onmodel.variations.models import Variation

MAX_SEED = variations.MAX_SEED


async def add(uow: UnitOfWork, actor: Actor, decision_id: UUID, data: CandidateAdd) -> DecisionRead:
    """Suggest a picture of the character that is there already, or once was.

    Raises:
        VotingOverError: the decision takes no more pictures.
        WrongPictureError: it is another character's, or for another place of the sheet.
        CandidateTwiceError: it is a candidate already.
        TooManyCandidatesError: there are twelve.
    """
    decision = await door.get_open(uow, actor, decision_id, Permission.REVIEW)
    row = await _picture(uow, decision, data.variation_id)
    await put(uow, decision, row, "existing", note=data.note, by=actor.user_id)
    return await _tell(uow, decision, actor)


async def bring(
    uow: UnitOfWork,
    actor: Actor,
    decision_id: UUID,
    picture: Picture,
    *,
    note: str,
    edited_id: UUID | None,
) -> DecisionRead:
    """Suggest a picture whose bytes are stored already; it is measured like those made here.

    Args:
        edited_id: the picture of this character of which it is an edit.
    """
    character, decision = await _both(uow, actor, decision_id, Permission.REVIEW)
    edited = await _picture(uow, decision, edited_id) if edited_id else None
    made = await uploads.bring(
        uow, actor, character, decision.key, picture, edited=edited, quietly=_is_blind(decision)
    )
    source = "edit" if edited else "picture"
    return await _put_made(uow, actor, decision, made.id, source, note)


async def make(
    uow: UnitOfWork, actor: Actor, decision_id: UUID, data: CandidateMake
) -> DecisionRead:
    """Suggest a picture that does not exist yet: it is asked for and appears when it is made.

    Raises:
        CannotDoError: no function of this house can make it.
        NoReferenceError: no reference shows a face.
    """
    character, decision = await _both(uow, actor, decision_id, Permission.GENERATE)
    seed = data.seed if data.seed is not None else await _fresh_seed(uow, decision)
    (made,) = await variations.make_aside(
        uow,
        actor,
        character,
        [(decision.key, seed)],
        tier=data.tier,
        prompt=data.prompt,
        quietly=_is_blind(decision),
    )
    return await _put_made(uow, actor, decision, made.id, "generated", data.note)


async def take_out(
    uow: UnitOfWork, actor: Actor, decision_id: UUID, candidate_id: UUID
) -> DecisionRead:
    """Take a candidate and its votes out: for whoever suggested it, and for who decides."""
    decision = await door.get_open(uow, actor, decision_id, Permission.REVIEW)
    candidate = await uow.session.get(Candidate, candidate_id)
    if candidate is None or candidate.decision_id != decision.id:
        raise CandidateNotFoundError("This picture is not in this decision.")
    if candidate.suggested_by != actor.user_id:
        await door.check_decides(uow, actor, decision)
    await uow.session.delete(candidate)
    return await telling.tell(uow, decision, actor.user_id, None)


async def put(
    uow: UnitOfWork,
    decision: Decision,
    row: Variation,
    source: Source,
    *,
    note: str,
    by: UUID,
) -> None:
    """Put one picture among the candidates; the decision's row is locked."""
    present = await repository.candidates(uow, [decision.id])
    if any(one.variation_id == row.id for one in present):
        raise CandidateTwiceError("This picture is a candidate already.")
    _check_room(len(present))
    uow.session.add(
        Candidate(
            decision_id=decision.id,
            variation_id=row.id,
            source=source,
            note=note,
            suggested_by=by,
            quiet=source != "existing" and _is_blind(decision),
            created_at=now(),
        )
    )
    await uow.session.flush()


def check_fits(row: Variation | None, character_id: UUID, key: str) -> Variation:
    """Return the picture if it may answer a question about this place of the set."""
    if row is None or row.character_id != character_id:
        raise WrongPictureError("This is no picture of this character.")
    if row.key != key:
        raise WrongPictureError("This picture is for another place of the sheet.")
    if row.golden_run_id is not None or row.state in ("failed", "cancelled"):
        raise WrongPictureError("This picture cannot stand in the sheet.")
    return row


async def _picture(uow: UnitOfWork, decision: Decision, variation_id: UUID) -> Variation:
    return check_fits(await pictures.find(uow, variation_id), decision.character_id, decision.key)


async def _both(
    uow: UnitOfWork, actor: Actor, decision_id: UUID, permission: Permission
) -> tuple[Character, Decision]:
    """Lock the character, then the decision: one order of locks, no deadlock."""
    seen = await door.get_permitted(uow, actor, decision_id, permission)
    character = await characters.get_present(uow, actor, seen.character_id, permission)
    decision = await door.get_open(uow, actor, decision_id, permission)
    _check_room(len(await repository.candidates(uow, [decision.id])))
    return character, decision


def _check_room(count: int) -> None:
    if count >= MAX_CANDIDATES:
        raise TooManyCandidatesError(f"There are {MAX_CANDIDATES} pictures to choose from.")


async def _put_made(
    uow: UnitOfWork, actor: Actor, decision: Decision, variation_id: UUID, source: Source, note: str
) -> DecisionRead:
    row = await pictures.find(uow, variation_id)
    assert row is not None  # just made
    await put(uow, decision, row, source, note=note, by=actor.user_id)
    return await _tell(uow, decision, actor)


async def _tell(uow: UnitOfWork, decision: Decision, actor: Actor) -> DecisionRead:
    change = {"verb": "suggested picture", "name": decision.question}
    # who suggested what is part of what a blind decision hides
    by = None if _is_blind(decision) else actor.user_id
    return await telling.tell(uow, decision, by, None if by is None else change)


def _is_blind(decision: Decision) -> bool:
    return decision.method == "blind"


async def reveal(uow: UnitOfWork, decision: Decision) -> None:
    """Tell of the pictures that a blind decision kept quiet; voting is over, its row is locked."""
    candidates = [one for one in await repository.candidates(uow, [decision.id]) if one.quiet]
    for one in candidates:
        one.quiet = False
    await uow.session.flush()
    rows = await repository.pictures(uow, [one.variation_id for one in candidates])
    for one in candidates:
        row = rows[one.variation_id]
        if one.source == "generated":
            await variations.asked_for(uow, [row])
        else:
            await uploads.told(uow, row)


async def _fresh_seed(uow: UnitOfWork, decision: Decision) -> int:
    used: int | None = await uow.session.scalar(
        select(func.max(Variation.recipe["seed"].as_integer())).where(
            Variation.character_id == decision.character_id, Variation.key == decision.key
        )
    )
    return ((used or 0) + 1) % MAX_SEED
