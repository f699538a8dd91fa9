"""The SQL of decisions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import undefer

from onmodel.decisions.models import (
    Candidate,
    Decision,
    DecisionComment,
    PairVote,
    ReviewLink,
    Vote,
    Voter,
)
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.variations.models import Variation


async def find(uow: UnitOfWork, decision_id: UUID) -> Decision | None:
    return await uow.session.get(Decision, decision_id)


async def lock(uow: UnitOfWork, decision_id: UUID) -> Decision | None:
    return await uow.session.scalar(
        select(Decision)
        .where(Decision.id == decision_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def newest(
    uow: UnitOfWork, project_id: UUID, *, character_id: UUID | None, limit: int
) -> list[Decision]:
    """Return a project's decisions, those that are not decided first, then the newest."""
    query = select(Decision).where(Decision.project_id == project_id)
    if character_id is not None:
        query = query.where(Decision.character_id == character_id)
    rows = await uow.session.scalars(
        query.order_by(Decision.state == "decided", Decision.created_at.desc()).limit(limit)
    )
    return list(rows)


async def with_picture(uow: UnitOfWork, variation_id: UUID, *, decided: bool) -> list[UUID]:
    """Return the decisions, decided or not, that have a picture among their candidates."""
    rows = await uow.session.scalars(
        select(Decision.id)
        .join(Candidate, Candidate.decision_id == Decision.id)
        .where(Candidate.variation_id == variation_id, (Decision.state == "decided").is_(decided))
        .order_by(Decision.id)
    )
    return list(rows)


async def due(uow: UnitOfWork, at: datetime, *, limit: int) -> list[Decision]:
    """Return the decisions that are open although their deadline has passed."""
    rows = await uow.session.scalars(
        select(Decision)
        .where(Decision.state == "open", Decision.deadline_at <= at)
        .order_by(Decision.deadline_at)
        .limit(limit)
    )
    return list(rows)


async def candidates(uow: UnitOfWork, ids: Sequence[UUID]) -> list[Candidate]:
    rows = await uow.session.scalars(
        select(Candidate)
        .where(Candidate.decision_id.in_(ids))
        .order_by(Candidate.created_at, Candidate.id)
    )
    return list(rows)


async def quiet(uow: UnitOfWork, variation_ids: Collection[UUID]) -> set[UUID]:
    """Return which of the pictures were made for a blind decision and are not told of yet."""
    rows = await uow.session.scalars(
        select(Candidate.variation_id).where(
            Candidate.variation_id.in_(variation_ids), Candidate.quiet
        )
    )
    return set(rows)


async def pictures(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Variation]:
    """Return variations by id, with what was measured in them."""
    rows = await uow.session.scalars(
        select(Variation)
        .where(Variation.id.in_(ids))
        .options(undefer(Variation.measurement))
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


async def voters(uow: UnitOfWork, ids: Sequence[UUID]) -> list[Voter]:
    rows = await uow.session.scalars(
        select(Voter)
        .where(Voter.decision_id.in_(ids))
        .order_by(Voter.created_at, Voter.id)
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def votes(uow: UnitOfWork, candidate_ids: Sequence[UUID]) -> list[Vote]:
    rows = await uow.session.scalars(
        select(Vote)
        .where(Vote.candidate_id.in_(candidate_ids))
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def pair_votes(uow: UnitOfWork, candidate_ids: Sequence[UUID]) -> list[PairVote]:
    rows = await uow.session.scalars(
        select(PairVote)
        .where(PairVote.first_id.in_(candidate_ids))
        .execution_options(populate_existing=True)
    )
    return list(rows)


async def comments(uow: UnitOfWork, ids: Sequence[UUID]) -> list[DecisionComment]:
    rows = await uow.session.scalars(
        select(DecisionComment)
        .where(DecisionComment.decision_id.in_(ids))
        .order_by(DecisionComment.created_at, DecisionComment.id)
    )
    return list(rows)


async def find_comment(uow: UnitOfWork, comment_id: UUID) -> DecisionComment | None:
    return await uow.session.get(DecisionComment, comment_id)


async def voter_of(uow: UnitOfWork, decision_id: UUID, user_id: UUID) -> Voter | None:
    return await uow.session.scalar(
        select(Voter).where(Voter.decision_id == decision_id, Voter.user_id == user_id)
    )


async def put_vote(uow: UnitOfWork, candidate_id: UUID, voter_id: UUID, **said: Any) -> None:
    """Keep a vote in place of the one before; nothing said takes it back."""
    if not any(said.values()):
        await uow.session.execute(
            delete(Vote).where(Vote.candidate_id == candidate_id, Vote.voter_id == voter_id)
        )
        return
    values = said | {"updated_at": now()}
    await uow.session.execute(
        insert(Vote)
        .values(candidate_id=candidate_id, voter_id=voter_id, **values)
        .on_conflict_do_update(index_elements=["candidate_id", "voter_id"], set_=values)
    )


async def has_voted(uow: UnitOfWork, voter_id: UUID) -> bool:
    """Tell whether a voter has said something of any candidate."""
    said = select(Vote.candidate_id).where(Vote.voter_id == voter_id).limit(1)
    return await uow.session.scalar(said) is not None


async def put_pair(
    uow: UnitOfWork, voter_id: UUID, pair: tuple[UUID, UUID], winner_id: UUID | None
) -> None:
    """Keep which of two a voter prefers, in place of what they said before."""
    values = {"winner_id": winner_id, "updated_at": now()}
    await uow.session.execute(
        insert(PairVote)
        .values(voter_id=voter_id, first_id=pair[0], second_id=pair[1], **values)
        .on_conflict_do_update(index_elements=["voter_id", "first_id", "second_id"], set_=values)
    )


async def count_comments(uow: UnitOfWork, decision_id: UUID) -> int:
    return await uow.session.scalar(
        select(func.count()).where(DecisionComment.decision_id == decision_id)
    )


async def links(uow: UnitOfWork, decision_id: UUID) -> list[tuple[ReviewLink, int]]:
    """Return a decision's links, the newest first, each with how many came by it."""
    rows = await uow.session.execute(
        select(ReviewLink, func.count(Voter.id))
        .outerjoin(Voter, Voter.link_id == ReviewLink.id)
        .where(ReviewLink.decision_id == decision_id)
        .group_by(ReviewLink.id)
        .order_by(ReviewLink.created_at.desc())
    )
    return [(link, guests) for link, guests in rows]


async def link_by_token(uow: UnitOfWork, token_hash: bytes) -> ReviewLink | None:
    return await uow.session.scalar(select(ReviewLink).where(ReviewLink.token_hash == token_hash))


async def guest_by_token(uow: UnitOfWork, link_id: UUID, token_hash: bytes) -> Voter | None:
    return await uow.session.scalar(
        select(Voter).where(Voter.link_id == link_id, Voter.token_hash == token_hash)
    )


async def guests(uow: UnitOfWork, link_id: UUID) -> list[Voter]:
    return list(await uow.session.scalars(select(Voter).where(Voter.link_id == link_id)))
