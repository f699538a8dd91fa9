"""From rows to what people see of a decision."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from onmodel.characters.models import Character
from onmodel.decisions import counting, repository
from onmodel.decisions.models import Candidate, Decision, DecisionComment, PairVote, Vote, Voter
from onmodel.decisions.schemas import (
    CandidateRead,
    CandidateTally,
    DecisionCommentRead,
    DecisionRead,
    Rank,
    VoterRead,
)
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.projects.schemas import FileRef
from onmodel.variations.models import Variation
from onmodel.variations.standard import label_of


@dataclass(frozen=True)
class Dossier:
    """A decision with everything that belongs to it."""

    decision: Decision
    character_name: str
    candidates: list[Candidate]
    pictures: dict[UUID, Variation]
    files: dict[UUID, File]
    voters: dict[UUID, Voter]
    votes: list[Vote]
    pairs: list[PairVote]
    comments: list[DecisionComment]

    @property
    def ready(self) -> list[UUID]:
        """The candidates whose picture is there, in order of suggestion."""
        return [
            one.id for one in self.candidates if self.pictures[one.variation_id].file_id is not None
        ]

    @property
    def voted(self) -> set[UUID]:
        """The voters who had their say."""
        if self.decision.method == "blind":
            return counting.voted_blind(self.pairs, self.ready)
        return counting.voted_openly(self.votes)

    @property
    def counted(self) -> int:
        """How many of those who count had their say."""
        return sum(not self.voters[one].advises for one in self.voted)

    def pairs_of(self, *, advice: bool) -> list[PairVote]:
        """Return the blind pairs of those who advise, or of those who count."""
        return [pair for pair in self.pairs if self.voters[pair.voter_id].advises is advice]

    def tallies(self) -> dict[UUID, CandidateTally]:
        """Return the open votes by candidate."""
        of: dict[UUID, list[Vote]] = defaultdict(list)
        for vote in self.votes:
            of[vote.candidate_id].append(vote)
        return {one.id: counting.tally(of[one.id], self.voters) for one in self.candidates}

    def ranks(self, *, advice: bool) -> dict[UUID, Rank]:
        """Return the places after blind pairs; empty before the first advice."""
        pairs = self.pairs_of(advice=advice)
        if advice and not pairs:
            return {}
        return counting.ranks(counting.ranking(pairs, self.ready), self.ready)

    def leading(self) -> UUID | None:
        """Return the candidate that is ahead of all others by those who count."""
        if self.decision.method == "blind":
            return counting.ahead_blind(self.ranks(advice=False))
        return counting.ahead_openly(self.tallies())


async def load(uow: UnitOfWork, decision: Decision) -> Dossier:
    """Return one decision with everything that belongs to it."""
    return (await load_all(uow, [decision]))[0]


async def load_all(uow: UnitOfWork, decisions: Sequence[Decision]) -> list[Dossier]:
    """Return decisions with everything that belongs to them, in as many queries as for one."""
    ids = [one.id for one in decisions]
    candidates = await repository.candidates(uow, ids)
    candidate_ids = [one.id for one in candidates]
    pictures = await repository.pictures(uow, [one.variation_id for one in candidates])
    files = await projects.files_by_id(uow, [row.file_id for row in pictures.values()])
    votes = await repository.votes(uow, candidate_ids)
    pairs = await repository.pair_votes(uow, candidate_ids)
    comments = await repository.comments(uow, ids)
    # last: each vote, pair and comment that was read has its voter, also one who came meanwhile
    voters = await repository.voters(uow, ids)
    names = await _names(uow, [one.character_id for one in decisions])
    of_voter = {one.id: one.decision_id for one in voters}
    return [
        Dossier(
            decision=decision,
            character_name=names[decision.character_id],
            candidates=[one for one in candidates if one.decision_id == decision.id],
            pictures=pictures,
            files=files,
            voters={one.id: one for one in voters if one.decision_id == decision.id},
            votes=[one for one in votes if of_voter[one.voter_id] == decision.id],
            pairs=[one for one in pairs if of_voter[one.voter_id] == decision.id],
            comments=[one for one in comments if one.decision_id == decision.id],
        )
        for decision in decisions
    ]


async def _names(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await uow.session.execute(
        select(Character.id, Character.name).where(Character.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


def decision_read(dossier: Dossier, *, reveal: bool = False) -> DecisionRead:
    """Return what may be seen of a decision.

    Args:
        dossier: everything.
        reveal: show the votes of a blind decision that is open, to one who has voted.
    """
    row = dossier.decision
    hidden = row.method == "blind" and row.state == "open" and not reveal
    blind = row.method == "blind"
    tallies = {} if blind else dossier.tallies()
    ranks = dossier.ranks(advice=False) if blind and not hidden else {}
    advised = dossier.ranks(advice=True) if blind and not hidden else {}
    voted = dossier.voted
    return DecisionRead(
        id=row.id,
        project_id=row.project_id,
        character_id=row.character_id,
        character_name=dossier.character_name,
        key=row.key,
        label=label_of(row.key),
        question=row.question,
        method=row.method,  # type: ignore[arg-type]  # the table checks it
        rule=row.rule,  # type: ignore[arg-type]
        quorum=row.quorum,
        counted=dossier.counted,
        lead_id=row.lead_id,
        deadline_at=row.deadline_at,
        state=row.state,  # type: ignore[arg-type]
        outcome=row.outcome,
        hidden=hidden,
        candidates=[
            _candidate(
                one,
                dossier,
                hidden=hidden,
                tally=tallies.get(one.id),
                rank=ranks.get(one.id),
                advice_rank=advised.get(one.id),
            )
            for one in dossier.candidates
        ],
        voters=[_voter(one, one.id in voted) for one in dossier.voters.values()],
        comments=[] if hidden else [_comment(one) for one in dossier.comments],
        leading_id=None if hidden else dossier.leading(),
        winner_id=row.winner_id,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        version=row.version,
        created_by=row.created_by,
        created_at=row.created_at,
    )


def _candidate(
    one: Candidate,
    dossier: Dossier,
    *,
    hidden: bool,
    tally: CandidateTally | None,
    rank: Rank | None,
    advice_rank: Rank | None,
) -> CandidateRead:
    picture = dossier.pictures[one.variation_id]
    file = dossier.files.get(picture.file_id) if picture.file_id else None
    return CandidateRead(
        id=one.id,
        variation_id=None if hidden else one.variation_id,
        file=FileRef.model_validate(file) if file else None,
        state=State(picture.state),
        landmarks=landmarks(picture.measurement),
        p_same=None if hidden else picture.p_same,
        source=None if hidden else one.source,  # type: ignore[arg-type]
        suggested_by=None if hidden else one.suggested_by,
        note=None if hidden else one.note,
        current=not hidden and picture.current,
        tally=tally,
        rank=rank,
        advice_rank=advice_rank,
    )


def landmarks(measurement: dict[str, Any] | None) -> dict[str, tuple[float, float]] | None:
    """Return the main face's points as shares of the picture's width and height."""
    faces = (measurement or {}).get("faces") or []
    if measurement is None or not faces or "landmarks" not in faces[0]:
        return None
    width, height = measurement["width"], measurement["height"]
    return {
        name: (round(x / width, 5), round(y / height, 5))
        for name, (x, y) in faces[0]["landmarks"].items()
    }


def _voter(one: Voter, voted: bool) -> VoterRead:
    return VoterRead(
        id=one.id,
        user_id=one.user_id,
        name=one.name,
        advises=one.advises,
        asked=one.asked,
        voted=voted,
    )


def _comment(one: DecisionComment) -> DecisionCommentRead:
    return DecisionCommentRead(
        id=one.id,
        voter_id=one.voter_id,
        candidate_id=one.candidate_id,
        text=one.text,
        mentions=one.mentions,
        created_at=one.created_at,
        edited_at=one.edited_at,
    )
