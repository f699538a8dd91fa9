"""Votes, open and blind, and what people say beside them.

Everything here works on a seat: who sits there, a person of the house or a guest, was settled at
the door.
"""

from collections.abc import Sequence
from uuid import UUID

from onmodel.accounts.permissions import Permission, allows
from onmodel.accounts.service import Actor
from onmodel.decisions import counting, door, pairing, reading, repository, telling, voters
from onmodel.decisions.errors import (
    CandidateNotFoundError,
    TooFewCandidatesError,
    TooMuchSaidError,
    WrongMethodError,
)
from onmodel.decisions.models import Candidate, Decision, DecisionComment, Voter
from onmodel.decisions.reading import Dossier
from onmodel.decisions.schemas import (
    CommentWrite,
    DecisionRead,
    DecisionView,
    OwnVote,
    PairOfTwo,
    PairShown,
    PairWrite,
    VoteWrite,
)
from onmodel.kit.clock import now
from onmodel.kit.db import once
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.ids import new_id
from onmodel.kit.words import first_line
from onmodel.projects import access

MOST_COMMENTS = 300
# pairs that a page keeps for when its network is away
MOST_AHEAD = 12


async def view(uow: UnitOfWork, actor: Actor, decision_id: UUID, *, secret: bytes) -> DecisionView:
    """Return a decision as the actor sees it."""
    decision = await door.get_permitted(uow, actor, decision_id, Permission.VIEW)
    role = await access.role_in(uow, actor, decision.project_id)
    assert role is not None  # they may look
    voter = await repository.voter_of(uow, decision.id, actor.user_id)
    shown = await _view(uow, decision, voter, actor.user_id, secret)
    is_open = decision.state == "open"
    return shown.model_copy(
        update={
            "may_vote": is_open and allows(role, Permission.REVIEW),
            "may_suggest": is_open and allows(role, Permission.REVIEW),
            "may_generate": is_open and allows(role, Permission.GENERATE),
            "may_decide": door.decides(decision, actor, role),
        }
    )


async def guest_view(
    uow: UnitOfWork, decision: Decision, guest: Voter, *, secret: bytes
) -> DecisionView:
    """Return a decision as a guest sees it: who of the house said what stays inside."""
    shown = await _view(uow, decision, guest, guest.id, secret)
    return shown.model_copy(update={"may_vote": decision.state == "open"})


async def _view(
    uow: UnitOfWork, decision: Decision, voter: Voter | None, who: UUID, secret: bytes
) -> DecisionView:
    dossier = await reading.load(uow, decision)
    ready = dossier.ready
    reveal = voter is not None and voter.id in dossier.voted
    data = reading.decision_read(dossier, reveal=reveal)
    if decision.method == "blind" and decision.state == "open":
        place = {one: index for index, one in enumerate(_order(dossier, secret, who))}
        data.candidates.sort(key=lambda one: place[one.id])
    return DecisionView(
        decision=data,
        voter_id=voter.id if voter else None,
        votes=[
            OwnVote(candidate_id=one.candidate_id, verdict=one.verdict, stars=one.stars)  # type: ignore[arg-type]  # the table checks it
            for one in dossier.votes
            if voter and one.voter_id == voter.id
        ],
        pairs_answered=len(_seen(dossier, voter)),
        pairs_enough=pairing.enough(len(ready)) if decision.method == "blind" else 0,
        may_vote=False,
        may_decide=False,
        may_suggest=False,
        may_generate=False,
    )


def _order(dossier: Dossier, secret: bytes, who: UUID) -> list[UUID]:
    return pairing.order([one.id for one in dossier.candidates], secret, who)


def _seen(dossier: Dossier, voter: Voter | None) -> set[pairing.Pair]:
    ready = set(dossier.ready)
    return {
        (one.first_id, one.second_id)
        for one in dossier.pairs
        if voter and one.voter_id == voter.id and {one.first_id, one.second_id} <= ready
    }


async def vote(
    uow: UnitOfWork,
    actor: Actor,
    decision_id: UUID,
    candidate_id: UUID,
    data: VoteWrite,
    *,
    key: str | None = None,
) -> DecisionRead:
    """Say what the actor thinks of one candidate; their newest word counts.

    With a ``key`` a repeat changes nothing, here and below.

    Raises:
        VotingOverError: nobody votes any more.
        WrongMethodError: this decision is voted on blind.
        CandidateNotFoundError: it was taken out meanwhile.
    """
    if await once.repeated(uow, actor.user_id, key, "decision.vote", candidate_id, data):
        return await _again(uow, actor, decision_id)
    decision = await door.get_open(uow, actor, decision_id, Permission.REVIEW)
    voter = await voters.seat(uow, decision, actor)
    return await vote_as(uow, decision, voter, candidate_id, data)


async def vote_as(
    uow: UnitOfWork, decision: Decision, voter: Voter, candidate_id: UUID, data: VoteWrite
) -> DecisionRead:
    """Keep the vote of a seat; the decision's row is locked."""
    door.check_open(decision)
    _check_method(decision, "open")
    await _candidate(uow, decision, candidate_id)
    # the history has somebody's first word; who changes their mind ten times is no news
    is_news = not await repository.has_voted(uow, voter.id) and (data.verdict or data.stars)
    await repository.put_vote(uow, candidate_id, voter.id, verdict=data.verdict, stars=data.stars)
    change = {"verb": "voted", "name": decision.question, **_guest(voter)} if is_news else None
    return await telling.tell(uow, decision, voter.user_id, change, did="voted")


async def next_pair(
    uow: UnitOfWork, actor: Actor, decision_id: UUID, *, secret: bytes
) -> PairShown | None:
    """Return the two candidates that the actor is to compare next; None when none is left."""
    decision = await door.get_permitted(uow, actor, decision_id, Permission.REVIEW)
    voter = await repository.voter_of(uow, decision.id, actor.user_id)
    return await pair_for(uow, decision, voter, actor.user_id, secret=secret)


async def pair_for(
    uow: UnitOfWork, decision: Decision, voter: Voter | None, who: UUID, *, secret: bytes
) -> PairShown | None:
    """Return the next pair of a seat; asking twice shows the same one
    until somebody answers.

    Raises:
        TooFewCandidatesError: fewer than two pictures are there.
    """
    door.check_open(decision)
    _check_method(decision, "blind")
    dossier = await reading.load(uow, decision)
    ready = dossier.ready
    if len(ready) < 2:
        raise TooFewCandidatesError("Fewer than two pictures are there to compare.")
    seen = _seen(dossier, voter)
    # what all have said together: it chooses the pair, and nobody sees it
    ranking = counting.ranking(dossier.pairs, ready)
    drawn = pairing.draw(ready, ranking, seen, secret, who, most=1 + MOST_AHEAD)
    if not drawn:
        return None
    (left, right), *ahead = drawn
    return PairShown(
        left_id=left,
        right_id=right,
        answered=len(seen),
        enough=pairing.enough(len(ready)),
        ahead=[PairOfTwo(left_id=one, right_id=other) for one, other in ahead],
    )


async def compare(
    uow: UnitOfWork,
    actor: Actor,
    decision_id: UUID,
    data: PairWrite,
    *,
    key: str | None = None,
) -> DecisionRead:
    """Say which of two the actor prefers; the same pair again changes the answer."""
    if await once.repeated(uow, actor.user_id, key, "decision.pair", decision_id, data):
        return await _again(uow, actor, decision_id)
    decision = await door.get_open(uow, actor, decision_id, Permission.REVIEW)
    voter = await voters.seat(uow, decision, actor)
    return await compare_as(uow, decision, voter, data)


async def compare_as(
    uow: UnitOfWork, decision: Decision, voter: Voter, data: PairWrite
) -> DecisionRead:
    """Keep which of two a seat prefers; the decision's row is locked."""
    door.check_open(decision)
    _check_method(decision, "blind")
    both = {data.left_id, data.right_id}
    ready = set((await reading.load(uow, decision)).ready)
    if len(both) < 2 or not both <= ready or data.winner_id not in (None, *both):
        raise CandidateNotFoundError("These are not two pictures of this decision.")
    pair = pairing.pair_of(data.left_id, data.right_id)
    await repository.put_pair(uow, voter.id, pair, data.winner_id)
    return await telling.tell(uow, decision, voter.user_id, None)


async def comment(
    uow: UnitOfWork,
    actor: Actor,
    decision_id: UUID,
    data: CommentWrite,
    *,
    key: str | None = None,
) -> DecisionRead:
    """Say something of the decision or of one of its pictures."""
    if await once.repeated(uow, actor.user_id, key, "decision.comment", decision_id, data):
        return await _again(uow, actor, decision_id)
    decision = await door.get_permitted(uow, actor, decision_id, Permission.REVIEW, lock=True)
    voter = await voters.seat(uow, decision, actor)
    mentioned = await access.who_may_see(uow, decision.project_id, set(data.mentions))
    return await comment_as(uow, decision, voter, data, mentions=sorted(mentioned))


async def comment_as(
    uow: UnitOfWork,
    decision: Decision,
    voter: Voter,
    data: CommentWrite,
    *,
    mentions: Sequence[UUID] = (),
) -> DecisionRead:
    """Keep a comment of a seat; the decision's row is locked. A blind one stays quiet till the end.

    Raises:
        TooMuchSaidError: three hundred things were said of this decision already.
    """
    if data.candidate_id is not None:
        await _candidate(uow, decision, data.candidate_id)
    if await repository.count_comments(uow, decision.id) >= MOST_COMMENTS:
        raise TooMuchSaidError(f"A decision takes {MOST_COMMENTS} comments.")
    said = DecisionComment(
        id=new_id(),
        decision_id=decision.id,
        candidate_id=data.candidate_id,
        voter_id=voter.id,
        text=data.text,
        mentions=list(mentions),
        created_at=now(),
    )
    uow.session.add(said)
    if decision.method == "blind" and decision.state == "open":
        return await telling.tell(uow, decision, voter.user_id, None)
    change = {
        "verb": "commented",
        "name": decision.question,
        "comment": first_line(data.text),
        "comment_id": str(said.id),
        **_guest(voter),
    }
    return await telling.tell(uow, decision, voter.user_id, change)


def _guest(voter: Voter) -> dict[str, str]:
    """Return who it was where no account says so."""
    return {} if voter.user_id else {"guest": voter.name}


async def _again(uow: UnitOfWork, actor: Actor, decision_id: UUID) -> DecisionRead:
    """Return what a repeated word is answered with: the decision as it is now."""
    decision = await door.get_permitted(uow, actor, decision_id, Permission.VIEW)
    return reading.decision_read(await reading.load(uow, decision))


async def _candidate(uow: UnitOfWork, decision: Decision, candidate_id: UUID) -> Candidate:
    candidate = await uow.session.get(Candidate, candidate_id)
    if candidate is None or candidate.decision_id != decision.id:
        raise CandidateNotFoundError("This picture is not in this decision.")
    return candidate


def _check_method(decision: Decision, method: str) -> None:
    if decision.method != method:
        raise WrongMethodError(f"This decision is voted on {decision.method}.")
