"""Decisions: suggest, compare, vote, decide."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, UploadFile
from fastapi.params import File as FileParam

from onmodel.accounts.permissions import Permission
from onmodel.accounts.signed_in import SignedIn
from onmodel.characters.errors import CharacterNotFoundError
from onmodel.decisions import door, links, service, suggesting, voters, voting
from onmodel.decisions.errors import (
    CandidateNotFoundError,
    CandidateTwiceError,
    DeadlinePastError,
    DecisionNotFoundError,
    DecisionStaleError,
    LeadError,
    NotDecidedError,
    ReviewLinkGoneError,
    TooFewCandidatesError,
    TooManyCandidatesError,
    TooMuchSaidError,
    VotingOverError,
    WrongMethodError,
    WrongPictureError,
)
from onmodel.decisions.schemas import (
    AskedWrite,
    CandidateAdd,
    CandidateMake,
    CommentWrite,
    DecideWrite,
    DecisionCreate,
    DecisionRead,
    DecisionUpdate,
    DecisionView,
    LinkCreate,
    Note,
    PairShown,
    PairWrite,
    ReviewLinkCreated,
    ReviewLinkRead,
    VoterWrite,
    VoteWrite,
)
from onmodel.decisions.voters import VoterNotFoundError
from onmodel.http.deps import DatabaseDep, Reading, SettingsDep, Writing
from onmodel.http.keys import ChangeKey
from onmodel.http.problems import problems
from onmodel.http.uploads import IntakeDep
from onmodel.kit.db.once import KeyReusedError
from onmodel.kit.errors import ForbiddenError
from onmodel.projects.access import ProjectNotFoundError
from onmodel.storage.picture_errors import BY_CODE
from onmodel.variations.errors import (
    CannotDoError,
    NoReferenceError,
    NotFinishedError,
    UnknownKeyError,
)

router = APIRouter(tags=["decisions"])

NOT_YOURS = (DecisionNotFoundError, ForbiddenError)
NO_ROOM = (VotingOverError, TooManyCandidatesError, WrongPictureError)


@router.post(
    "/characters/{character_id}/decisions",
    status_code=201,
    responses=problems(
        CharacterNotFoundError,
        ForbiddenError,
        UnknownKeyError,
        WrongPictureError,
        LeadError,
        DeadlinePastError,
    ),
)
async def create_decision(
    character_id: UUID, data: DecisionCreate, uow: Writing, actor: SignedIn
) -> DecisionRead:
    """Ask the team a question, such as which angry face it is to be."""
    return await service.create(uow, actor, character_id, data)


@router.get("/projects/{project_id}/decisions", responses=problems(ProjectNotFoundError))
async def list_decisions(
    project_id: UUID,
    uow: Reading,
    actor: SignedIn,
    character_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> list[DecisionRead]:
    """A project's decisions, the open ones first, then the newest."""
    return await service.list_decisions(
        uow, actor, project_id, character_id=character_id, limit=limit
    )


@router.get("/decisions/{decision_id}", responses=problems(DecisionNotFoundError))
async def read_decision(
    decision_id: UUID, uow: Reading, actor: SignedIn, settings: SettingsDep
) -> DecisionView:
    """A decision with your own votes; blind, in an order of your own."""
    return await voting.view(uow, actor, decision_id, secret=settings.secret_key)


@router.patch(
    "/decisions/{decision_id}",
    responses=problems(
        *NOT_YOURS, VotingOverError, DecisionStaleError, LeadError, DeadlinePastError
    ),
)
async def update_decision(
    decision_id: UUID, data: DecisionUpdate, uow: Writing, actor: SignedIn
) -> DecisionRead:
    """Change question, quorum, rule, lead or deadline; for whoever decides."""
    return await service.update(uow, actor, decision_id, data)


@router.post(
    "/decisions/{decision_id}/candidates",
    status_code=201,
    responses=problems(*NOT_YOURS, *NO_ROOM, CandidateTwiceError),
)
async def add_candidate(
    decision_id: UUID, data: CandidateAdd, uow: Writing, actor: SignedIn
) -> DecisionRead:
    """Suggest a picture of the character that is there already."""
    return await suggesting.add(uow, actor, decision_id, data)


@router.post(
    "/decisions/{decision_id}/pictures",
    status_code=201,
    responses=problems(*NOT_YOURS, *NO_ROOM, *BY_CODE.values()),
)
async def bring_candidate(
    decision_id: UUID,
    file: Annotated[UploadFile, FileParam(description="One picture")],
    actor: SignedIn,
    database: DatabaseDep,
    intake: IntakeDep,
    note: Annotated[Note, Query(max_length=500)] = "",
    edited_id: Annotated[UUID | None, Query(description="The picture it is an edit of")] = None,
) -> DecisionRead:
    """Suggest a picture from outside; it is measured like those that are made here."""
    async with database.read() as uow:
        decision = await door.get_permitted(uow, actor, decision_id, Permission.REVIEW)
        door.check_open(decision)
    picture = await intake.take(file)
    async with database.begin() as uow:
        return await suggesting.bring(
            uow, actor, decision_id, picture, note=note, edited_id=edited_id
        )


@router.post(
    "/decisions/{decision_id}/generated",
    status_code=202,
    responses=problems(*NOT_YOURS, *NO_ROOM, CannotDoError, NoReferenceError),
)
async def make_candidate(
    decision_id: UUID, data: CandidateMake, uow: Writing, actor: SignedIn
) -> DecisionRead:
    """Suggest a picture that is made now, with a seed and a quality of your choice."""
    return await suggesting.make(uow, actor, decision_id, data)


@router.delete(
    "/decisions/{decision_id}/candidates/{candidate_id}",
    responses=problems(*NOT_YOURS, CandidateNotFoundError, VotingOverError),
)
async def take_candidate_out(
    decision_id: UUID, candidate_id: UUID, uow: Writing, actor: SignedIn
) -> DecisionRead:
    """Take a picture and its votes out; for whoever suggested it, or decides."""
    return await suggesting.take_out(uow, actor, decision_id, candidate_id)


@router.put(
    "/decisions/{decision_id}/votes/{candidate_id}",
    responses=problems(
        *NOT_YOURS, CandidateNotFoundError, VotingOverError, WrongMethodError, KeyReusedError
    ),
)
async def put_vote(
    decision_id: UUID,
    candidate_id: UUID,
    data: VoteWrite,
    uow: Writing,
    actor: SignedIn,
    key: ChangeKey = None,
) -> DecisionRead:
    """Approve, reject or give stars; your newest word counts."""
    return await voting.vote(uow, actor, decision_id, candidate_id, data, key=key)


@router.get(
    "/decisions/{decision_id}/pairs/next",
    responses=problems(*NOT_YOURS, VotingOverError, WrongMethodError, TooFewCandidatesError),
)
async def next_decision_pair(
    decision_id: UUID, uow: Reading, actor: SignedIn, settings: SettingsDep
) -> PairShown | None:
    """The two pictures whose comparison tells most; null when you have compared all."""
    return await voting.next_pair(uow, actor, decision_id, secret=settings.secret_key)


@router.post(
    "/decisions/{decision_id}/pairs",
    responses=problems(
        *NOT_YOURS, VotingOverError, WrongMethodError, CandidateNotFoundError, KeyReusedError
    ),
)
async def put_decision_pair(
    decision_id: UUID, data: PairWrite, uow: Writing, actor: SignedIn, key: ChangeKey = None
) -> DecisionRead:
    """Say which of two you prefer, or neither; the same pair again changes the answer."""
    return await voting.compare(uow, actor, decision_id, data, key=key)


@router.post("/decisions/{decision_id}/asked", responses=problems(*NOT_YOURS, VotingOverError))
async def ask_people(
    decision_id: UUID, data: AskedWrite, uow: Writing, actor: SignedIn
) -> DecisionRead:
    """Ask people of the project for their vote."""
    return await voters.ask(uow, actor, decision_id, data.user_ids)


@router.put(
    "/decisions/{decision_id}/voters/{voter_id}",
    responses=problems(*NOT_YOURS, VotingOverError, VoterNotFoundError),
)
async def put_voter(
    decision_id: UUID, voter_id: UUID, data: VoterWrite, uow: Writing, actor: SignedIn
) -> DecisionRead:
    """Let somebody count or only advise; for whoever decides."""
    return await voters.set_advises(uow, actor, decision_id, voter_id, advises=data.advises)


@router.post(
    "/decisions/{decision_id}/comments",
    status_code=201,
    responses=problems(*NOT_YOURS, CandidateNotFoundError, TooMuchSaidError, KeyReusedError),
)
async def add_comment(
    decision_id: UUID,
    data: CommentWrite,
    uow: Writing,
    actor: SignedIn,
    key: ChangeKey = None,
) -> DecisionRead:
    """Say something of the decision, or of one of its pictures."""
    return await voting.comment(uow, actor, decision_id, data, key=key)


@router.post(
    "/decisions/{decision_id}/decide",
    responses=problems(
        *NOT_YOURS,
        VotingOverError,
        CandidateNotFoundError,
        NotFinishedError,
        TooFewCandidatesError,
    ),
)
async def decide(
    decision_id: UUID, data: DecideWrite, uow: Writing, actor: SignedIn
) -> DecisionRead:
    """Choose: the picture takes its place in the character's set."""
    return await service.decide(uow, actor, decision_id, data.candidate_id)


@router.post("/decisions/{decision_id}/reopen", responses=problems(*NOT_YOURS, NotDecidedError))
async def reopen_decision(decision_id: UUID, uow: Writing, actor: SignedIn) -> DecisionRead:
    """Undo a decision: voting goes on, and the set is as it was before."""
    return await service.reopen(uow, actor, decision_id)


@router.get("/decisions/{decision_id}/links", responses=problems(*NOT_YOURS))
async def list_review_links(
    decision_id: UUID, uow: Reading, actor: SignedIn
) -> list[ReviewLinkRead]:
    """Links for people outside the team."""
    return await links.list_links(uow, actor, decision_id)


@router.post(
    "/decisions/{decision_id}/links",
    status_code=201,
    responses=problems(*NOT_YOURS, TooMuchSaidError),
)
async def create_review_link(
    decision_id: UUID, data: LinkCreate, uow: Writing, actor: SignedIn, settings: SettingsDep
) -> ReviewLinkCreated:
    """A link for somebody without an account; its address is told this once."""
    return await links.create(uow, actor, decision_id, data, url=settings.url)


@router.delete(
    "/decisions/{decision_id}/links/{link_id}", responses=problems(*NOT_YOURS, ReviewLinkGoneError)
)
async def revoke_review_link(
    decision_id: UUID, link_id: UUID, uow: Writing, actor: SignedIn
) -> ReviewLinkRead:
    """End a link at once; what its guests said stays."""
    return await links.revoke(uow, actor, decision_id, link_id)
