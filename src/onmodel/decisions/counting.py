"""From votes to what a team thinks: tallies, who had their say, and who is ahead."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from onmodel.decisions.models import PairVote, Vote, Voter
from onmodel.decisions.pairing import enough
from onmodel.decisions.ranking import Comparison, Ranking, rank
from onmodel.decisions.schemas import CandidateTally, Rank, Tally

CLEAR = 0.8
"""From which probability to be the best on a blind ranking has a winner."""


def tally(votes: Sequence[Vote], voters: dict[UUID, Voter]) -> CandidateTally:
    """Count the votes on one candidate, those who advise apart."""
    counted = [vote for vote in votes if not voters[vote.voter_id].advises]
    advice = [vote for vote in votes if voters[vote.voter_id].advises]
    return CandidateTally(
        counted=_tally(counted),
        advice=_tally(advice),
        approved_by=[vote.voter_id for vote in votes if vote.verdict == "approve"],
        rejected_by=[vote.voter_id for vote in votes if vote.verdict == "reject"],
    )


def _tally(votes: Sequence[Vote]) -> Tally:
    stars = [vote.stars for vote in votes if vote.stars is not None]
    said = Counter(vote.verdict for vote in votes)
    return Tally(
        approve=said["approve"],
        reject=said["reject"],
        stars=round(sum(stars) / len(stars), 2) if stars else None,
        stars_given=len(stars),
    )


def voted_openly(votes: Iterable[Vote]) -> set[UUID]:
    """Return the voters who said something of a candidate."""
    return {vote.voter_id for vote in votes}


def voted_blind(pairs: Iterable[PairVote], ready: Sequence[UUID]) -> set[UUID]:
    """Return the voters who compared enough of the pictures that are there."""
    there = set(ready)
    answered = Counter(
        pair.voter_id for pair in pairs if pair.first_id in there and pair.second_id in there
    )
    needed = enough(len(ready))
    return {voter for voter, count in answered.items() if needed and count >= needed}


def ranking(pairs: Iterable[PairVote], ready: Sequence[UUID]) -> Ranking:
    """Return the ranking of the pictures that are there, in their order."""
    place = {candidate: index for index, candidate in enumerate(ready)}
    comparisons = [
        Comparison(place[pair.first_id], place[pair.second_id], _first_won(pair))
        for pair in pairs
        if pair.first_id in place and pair.second_id in place
    ]
    return rank(len(ready), comparisons)


def _first_won(pair: PairVote) -> float:
    if pair.winner_id is None:
        return 0.5
    return 1.0 if pair.winner_id == pair.first_id else 0.0


def ranks(found: Ranking, ready: Sequence[UUID]) -> dict[UUID, Rank]:
    """Return each candidate's place with its uncertainty."""
    low, high = found.interval()
    best = found.p_best()
    by_strength = sorted(range(len(ready)), key=lambda index: -found.strengths[index])
    return {
        ready[index]: Rank(
            place=place,
            strength=round(float(found.strengths[index]), 4),
            low=round(float(low[index]), 4),
            high=round(float(high[index]), 4),
            p_best=round(float(best[index]), 4),
        )
        for place, index in enumerate(by_strength, start=1)
    }


@dataclass(frozen=True, order=True)
class _Score:
    balance: int
    stars: float


def ahead_openly(tallies: dict[UUID, CandidateTally]) -> UUID | None:
    """Return the candidate with the best balance of verdicts, then stars; None on a tie.

    One that more people reject than approve leads nothing.
    """
    scores = {
        candidate: _Score(one.counted.approve - one.counted.reject, one.counted.stars or 0.0)
        for candidate, one in tallies.items()
    }
    best, *others = sorted(scores.items(), key=lambda item: item[1], reverse=True) or [(None, None)]
    candidate, score = best
    if candidate is None or score is None or score.balance < 0 or score <= _Score(0, 0.0):
        return None
    return None if others and others[0][1] == score else candidate


def ahead_blind(placed: dict[UUID, Rank]) -> UUID | None:
    """Return the candidate that is the best with some certainty; None when it is not clear."""
    return next((one for one, rank in placed.items() if rank.p_best >= CLEAR), None)
