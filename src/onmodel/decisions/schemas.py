"""What the API and the events say about decisions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from onmodel.kit.lifecycle import State
from onmodel.kit.words import plain
from onmodel.projects.schemas import FileRef, Quality
from onmodel.variations.schemas import Seed

MIN_CANDIDATES, MAX_CANDIDATES = 2, 12
MOST_SAID = 2000

Method = Literal["open", "blind"]
Rule = Literal["lead", "leading"]
DecisionState = Literal["open", "due", "decided"]
Source = Literal["existing", "picture", "generated", "edit"]
Ballot = Literal["approve", "reject"]
Stars = Annotated[int, Field(ge=1, le=5)]
Quorum = Annotated[int, Field(ge=0, le=100)]


def _line(text: str) -> str:
    return " ".join(text.split())


Question = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(plain),
    AfterValidator(_line),
]
GuestName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    AfterValidator(plain),
    AfterValidator(_line),
]
Note = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(plain)
]
Prompt = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=500),
    AfterValidator(plain),
    AfterValidator(_line),
]
Comment = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_SAID),
    AfterValidator(plain),
]


class DecisionCreate(BaseModel):
    """``lead_id`` decides; without it whoever asks, or the character's owner."""

    question: Question
    key: Annotated[str, Field(max_length=60)]
    method: Method = "open"
    rule: Rule = "lead"
    quorum: Quorum = 0
    lead_id: UUID | None = None
    deadline_at: AwareDatetime | None = None
    variation_ids: Annotated[list[UUID], Field(max_length=MAX_CANDIDATES)] = []
    asked: Annotated[list[UUID], Field(max_length=100)] = []


class DecisionUpdate(BaseModel):
    """``version`` is the one that was looked at; what is not given stays."""

    version: int
    question: Question | None = None
    rule: Rule | None = None
    quorum: Quorum | None = None
    lead_id: UUID | None = None
    deadline_at: AwareDatetime | None = None


class CandidateAdd(BaseModel):
    variation_id: UUID
    note: Note = ""


class CandidateMake(BaseModel):
    """Have a picture made; without a seed the next one that was not used.

    ``prompt`` says what is wished beside the character's keywords, in the generator's language.
    """

    seed: Seed | None = None
    tier: Quality | None = None
    prompt: Prompt = ""
    note: Note = ""


class VoteWrite(BaseModel):
    """The whole vote of one person on one candidate; both null take it back."""

    verdict: Ballot | None
    stars: Stars | None


class PairWrite(BaseModel):
    """``winner_id`` is one of the two, or null when neither is preferred."""

    left_id: UUID
    right_id: UUID
    winner_id: UUID | None


class VoterWrite(BaseModel):
    advises: bool


class AskedWrite(BaseModel):
    user_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]


class DecideWrite(BaseModel):
    """``candidate_id`` null keeps what stands in the set."""

    candidate_id: UUID | None


class CommentWrite(BaseModel):
    """``mentions`` are people of the project; others, and those of guests, are left out."""

    text: Comment
    candidate_id: UUID | None = None
    mentions: Annotated[list[UUID], Field(max_length=20)] = []


class LinkCreate(BaseModel):
    """``password`` is optional; the link ends by itself after ``days``."""

    label: GuestName
    password: Annotated[str, Field(min_length=8, max_length=200)] | None = None
    days: Annotated[int, Field(ge=1, le=90)] = 14


class GuestEnter(BaseModel):
    name: GuestName
    password: Annotated[str, Field(max_length=200)] = ""


class Tally(BaseModel):
    """Votes on one candidate: who counts, and beside it who advises.

    ``stars`` is the mean of ``stars_given`` people, null without one.
    """

    approve: int
    reject: int
    stars: float | None
    stars_given: int


class CandidateTally(BaseModel):
    counted: Tally
    advice: Tally
    approved_by: list[UUID]
    rejected_by: list[UUID]


class Rank(BaseModel):
    """A candidate's place after blind pairs.

    ``strength`` is in log-odds around the mean of all, with the ends of its 95 % interval;
    ``p_best`` is the probability that it is the strongest.
    """

    place: int
    strength: float
    low: float
    high: float
    p_best: float


class CandidateRead(BaseModel):
    """A picture that could be chosen.

    ``landmarks`` are points of the main face as shares of width and height, by name; null where
    no face was found. In a blind decision that is open, who and how are null. ``rank`` is by those
    who count, ``advice_rank`` by those who advise.
    """

    id: UUID
    variation_id: UUID | None
    file: FileRef | None
    state: State
    landmarks: dict[str, tuple[float, float]] | None
    p_same: float | None
    source: Source | None
    suggested_by: UUID | None
    note: str | None
    current: bool
    tally: CandidateTally | None
    rank: Rank | None
    advice_rank: Rank | None


class VoterRead(BaseModel):
    """``voted`` says that they had their say, not what they said."""

    id: UUID
    user_id: UUID | None
    name: str
    advises: bool
    asked: bool
    voted: bool


class DecisionCommentRead(BaseModel):
    id: UUID
    voter_id: UUID
    candidate_id: UUID | None
    text: str
    mentions: list[UUID]
    created_at: datetime
    edited_at: datetime | None


class DecisionRead(BaseModel):
    """A decision as everybody may see it.

    ``hidden`` is true while a blind decision is open: then it carries no votes, no ranking, no
    comments and no names of those who suggested. ``leading_id`` is the candidate ahead of all
    others by those who count, null where none is.
    """

    id: UUID
    project_id: UUID
    character_id: UUID
    character_name: str
    key: str
    label: str
    question: str
    method: Method
    rule: Rule
    quorum: int
    counted: int
    lead_id: UUID | None
    deadline_at: datetime | None
    state: DecisionState
    outcome: str | None
    hidden: bool
    candidates: list[CandidateRead]
    voters: list[VoterRead]
    comments: list[DecisionCommentRead]
    leading_id: UUID | None
    winner_id: UUID | None
    decided_by: UUID | None
    decided_at: datetime | None
    version: int
    created_by: UUID | None
    created_at: datetime


class OwnVote(BaseModel):
    candidate_id: UUID
    verdict: Ballot | None
    stars: Stars | None


class DecisionView(BaseModel):
    """A decision as one person sees it: with their own votes, in their own order.

    Blind, ``decision`` shows votes once ``pairs_answered`` has reached ``pairs_enough``.
    """

    decision: DecisionRead
    voter_id: UUID | None
    votes: list[OwnVote]
    pairs_answered: int
    pairs_enough: int
    may_vote: bool
    may_decide: bool
    may_suggest: bool
    may_generate: bool


class PairOfTwo(BaseModel):
    left_id: UUID
    right_id: UUID


class PairShown(PairOfTwo):
    """Two candidates side by side; ``answered`` of ``enough`` are done.

    ``ahead`` are pairs to go on with while the server cannot be asked for the next one.
    """

    answered: int
    enough: int
    ahead: list[PairOfTwo]


class DecisionUpdated(BaseModel):
    """Event ``server:decision.updated``; of the comments it has the newest one only.

    Before it comes the one whose words were changed.

    ``did`` is the verb of the history for what somebody did, such as ``voted``; null where nobody
    did anything, and where a blind decision hides what it was.
    """

    decision_id: UUID
    character_id: UUID
    did: str | None = None
    data: DecisionRead


class ReviewLinkRead(BaseModel):
    id: UUID
    label: str
    has_password: bool
    expires_at: datetime
    revoked_at: datetime | None
    guests: int


class ReviewLinkCreated(ReviewLinkRead):
    """The address is told once; only a hash of it is kept."""

    url: str


class LinkDoor(BaseModel):
    """What a link says before somebody has entered: nothing about what is behind it."""

    has_password: bool
    entered: bool


class GuestPicture(BaseModel):
    """Signed addresses of one picture; they end by themselves."""

    preview: str
    original: str


class GuestView(BaseModel):
    """What a guest sees: one decision, and addresses of its pictures by file id."""

    view: DecisionView
    pictures: dict[UUID, GuestPicture]
    name: str
    expires_at: datetime
