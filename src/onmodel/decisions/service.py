"""Decisions: asked, changed, decided, opened again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import repository as character_rows
from onmodel.characters import service as characters
from onmodel.characters.models import Character
from onmodel.decisions import door, reading, repository, suggesting, telling, voters
from onmodel.decisions.errors import (
    CandidateNotFoundError,
    DeadlinePastError,
    DecisionStaleError,
    LeadError,
    NotDecidedError,
    TooFewCandidatesError,
    VotingOverError,
)
from onmodel.decisions.models import Candidate, Decision
from onmodel.decisions.schemas import (
    MIN_CANDIDATES,
    DecisionCreate,
    DecisionRead,
    DecisionUpdate,
)
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.projects import access
from onmodel.variations import repository as pictures
from onmodel.variations import service as variations
from onmodel.variations.errors import NotFinishedError, UnknownKeyError
from onmodel.variations.models import Variation
from onmodel.variations.standard import KEYS, label_of


async def create(
    uow: UnitOfWork, actor: Actor, character_id: UUID, data: DecisionCreate
) -> DecisionRead:
    """Ask a question about one place of a character's set.

    Raises:
        UnknownKeyError: the standard set has no such place.
        WrongPictureError: a picture does not fit the question.
        LeadError: who should decide may not change characters here.
        DeadlinePastError: the deadline is over already.
    """
    character = await characters.get_present(uow, actor, character_id, Permission.REVIEW)
    if data.key not in KEYS:
        raise UnknownKeyError(f"“{data.key}” is not part of the standard set.")
    _check_deadline(data.deadline_at)
    decision = Decision(
        project_id=character.project_id,
        character_id=character.id,
        key=data.key,
        question=data.question,
        method=data.method,
        rule=data.rule,
        quorum=data.quorum,
        lead_id=await _lead(uow, actor, character, data.lead_id),
        deadline_at=data.deadline_at,
        state="open",
        version=1,
        created_by=actor.user_id,
        created_at=now(),
        updated_at=now(),
    )
    uow.session.add(decision)
    await uow.session.flush()
    for variation_id in dict.fromkeys(data.variation_ids):
        row = await pictures.find(uow, variation_id)
        fits = suggesting.check_fits(row, character.id, data.key)
        await suggesting.put(uow, decision, fits, "existing", note="", by=actor.user_id)
    names = await voters.add_asked(uow, decision, data.asked)
    change = {"verb": "asked the team", "name": data.question, "people": names}
    return await telling.tell(uow, decision, actor.user_id, change)


async def _lead(
    uow: UnitOfWork, actor: Actor, character: Character, wished: UUID | None
) -> UUID | None:
    """Return who decides: whom the asker named, or else themselves, or the character's owner."""
    if wished is not None:
        if not await door.can_lead(uow, character.project_id, wished):
            raise LeadError("Whoever decides must be allowed to change characters here.")
        return wished
    for one in (actor.user_id, character.created_by):
        if await door.can_lead(uow, character.project_id, one):
            return one
    return None  # an owner of the project decides


def _check_deadline(at: datetime | None) -> None:
    if at is not None and at <= now():
        raise DeadlinePastError("The deadline must lie ahead.")


async def list_decisions(
    uow: UnitOfWork, actor: Actor, project_id: UUID, *, character_id: UUID | None, limit: int
) -> list[DecisionRead]:
    """Return a project's decisions, the open ones first."""
    await access.require(uow, actor, project_id, Permission.VIEW)
    rows = await repository.newest(uow, project_id, character_id=character_id, limit=limit)
    return [reading.decision_read(one) for one in await reading.load_all(uow, rows)]


async def update(
    uow: UnitOfWork, actor: Actor, decision_id: UUID, data: DecisionUpdate
) -> DecisionRead:
    """Change the question or the rules; for whoever decides.

    Raises:
        DecisionStaleError: somebody changed it since ``data.version``.
    """
    decision = await door.get_open(uow, actor, decision_id, Permission.REVIEW)
    await door.check_decides(uow, actor, decision)
    if decision.version != data.version:
        raise DecisionStaleError(f"“{decision.question}” was changed by somebody else.")
    wished = data.model_dump(exclude_unset=True, exclude={"version"})
    _check_deadline(wished.get("deadline_at"))
    lead_id = wished.get("lead_id")
    if lead_id is not None and not await door.can_lead(uow, decision.project_id, lead_id):
        raise LeadError("Whoever decides must be allowed to change characters here.")
    # only who decides and until when may be nobody and never
    may_be_nothing = {"lead_id", "deadline_at"}
    changed: dict[str, list[Any]] = {}
    for field, value in wished.items():
        before = getattr(decision, field)
        if value == before or (value is None and field not in may_be_nothing):
            continue
        setattr(decision, field, value)
        changed[field] = [_plain(before), _plain(value)]
    if not changed:
        return reading.decision_read(await reading.load(uow, decision))
    decision.version += 1
    change = {"verb": "changed decision", "name": decision.question, "rules": changed}
    return await telling.tell(uow, decision, actor.user_id, change)


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int, type(None))) else str(value)


async def decide(
    uow: UnitOfWork, actor: Actor, decision_id: UUID, candidate_id: UUID | None
) -> DecisionRead:
    """Let a candidate stand in the character's set, or with None keep what stands there.

    Raises:
        ForbiddenError: they neither lead it nor own the project.
        VotingOverError: it was decided already.
        CandidateNotFoundError: it was taken out meanwhile.
        NotFinishedError: its picture has not appeared yet.
        TooFewCandidatesError: there was nothing to choose from.
    """
    seen = await door.get_permitted(uow, actor, decision_id, Permission.EDIT)
    await door.check_decides(uow, actor, seen)
    if candidate_id is not None:
        await stop_beside(uow, seen)
    decision = await lock_both(uow, seen)
    if decision.state == "decided":
        raise VotingOverError("This is decided already.")
    kept = candidate_id is None
    why = "What stood in the sheet was kept." if kept else "The lead chose."
    return await conclude(uow, decision, candidate_id, actor.user_id, why)


async def stop_beside(uow: UnitOfWork, decision: Decision) -> None:
    """Cancel what is being made beside the picture that may leave the set.

    A call's row is locked before its character's: call this before ``lock_both``.
    """
    former = (await pictures.current(uow, decision.character_id)).get(decision.key)
    for other in await pictures.candidates(uow, former.id) if former else []:
        await variations.stop(uow, other)


async def lock_both(uow: UnitOfWork, seen: Decision) -> Decision:
    """Lock a decision's character, then the decision; return it as it is now."""
    await character_rows.lock(uow, seen.character_id)
    decision = await repository.lock(uow, seen.id)
    assert decision is not None  # nothing removes decisions but their project
    return decision


async def conclude(
    uow: UnitOfWork,
    decision: Decision,
    candidate_id: UUID | None,
    actor_id: UUID | None,
    why: str,
) -> DecisionRead:
    """Decide; the door is behind the caller, and both rows are locked.

    Args:
        uow: the transaction.
        decision: which is not decided.
        candidate_id: what is to stand in the set; None keeps what does.
        actor_id: who decides; None for the house, when a deadline has passed.
        why: a sentence for people.
    """
    row = await _winner(uow, decision, candidate_id) if candidate_id else None
    decision.state, decision.winner_id, decision.outcome = "decided", candidate_id, why
    decision.decided_by, decision.decided_at = actor_id, now()
    decision.replaced_id = None
    decision.stood_before = row is not None and _stands(row)
    await uow.session.flush()
    await suggesting.reveal(uow, decision)
    telling.leave_to_me(decision)
    if row is not None and not _stands(row):
        former = (await pictures.current(uow, row.character_id)).get(row.key)
        beside = former.id if former else row.candidate_of
        _, decision.replaced_id = await variations.take_place(uow, row, actor_id, beside)
    change = {"verb": "decided", "name": decision.question, "picture": label_of(decision.key)}
    return await telling.tell(uow, decision, actor_id, change)


def _stands(row: Variation) -> bool:
    return row.current and row.removed_at is None


async def _winner(uow: UnitOfWork, decision: Decision, candidate_id: UUID) -> Variation:
    candidates = await repository.candidates(uow, [decision.id])
    winner = next((one for one in candidates if one.id == candidate_id), None)
    if winner is None:
        raise CandidateNotFoundError("This picture is not in this decision.")
    if len(candidates) < MIN_CANDIDATES:
        raise TooFewCandidatesError("A decision needs two pictures to choose from.")
    return await _finished(uow, winner)


async def _finished(uow: UnitOfWork, candidate: Candidate) -> Variation:
    row = await pictures.lock(uow, candidate.variation_id)
    if row is None or State(row.state) is not State.SUCCEEDED:
        raise NotFinishedError("This picture is not finished.")
    return row


async def reopen(uow: UnitOfWork, actor: Actor, decision_id: UUID) -> DecisionRead:
    """Undo a decision: voting goes on, and the set is as it was before.

    What somebody else put into the set since then stays.

    Raises:
        NotDecidedError: it is open.
    """
    seen = await door.get_permitted(uow, actor, decision_id, Permission.EDIT)
    await door.check_decides(uow, actor, seen)
    decision = await lock_both(uow, seen)
    if decision.state == "open":
        raise NotDecidedError("This decision is open.")
    winner_id, replaced_id = decision.winner_id, decision.replaced_id
    changed_set = winner_id is not None and not decision.stood_before
    decision.state, decision.outcome = "open", None
    decision.winner_id = decision.replaced_id = decision.decided_by = decision.decided_at = None
    if decision.deadline_at is not None and decision.deadline_at <= now():
        decision.deadline_at = None
    decision.version += 1
    await uow.session.flush()
    if winner_id is not None and changed_set:
        await _put_back(uow, winner_id, replaced_id, actor.user_id)
    change = {"verb": "reopened decision", "name": decision.question}
    return await telling.tell(uow, decision, actor.user_id, change)


async def _put_back(
    uow: UnitOfWork, winner_id: UUID, replaced_id: UUID | None, actor_id: UUID
) -> None:
    """Let the set be as it was before a candidate took its place."""
    winner = await uow.session.get(Candidate, winner_id)
    row = await pictures.lock(uow, winner.variation_id) if winner else None
    if row is None or not _stands(row):
        return  # somebody chose another one since
    former = await pictures.lock(uow, replaced_id) if replaced_id else None
    if former is not None:
        await variations.take_place(uow, former, actor_id, None)
    else:
        await variations.leave_place(uow, row, actor_id)
