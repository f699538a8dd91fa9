"""Decisions: a question, the pictures that could answer it, and what people say of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class Decision(Base):
    """One question about one place of a character's set.

    ``due`` means that voting is over and the lead has to choose. ``winner_id`` is the candidate
    that was chosen, ``replaced_id`` the picture that stood in its place before; ``stood_before``
    says that it was the winner itself, so that nothing was replaced.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_project_id_created_at", "project_id", "created_at"),
        Index("ix_decisions_character_id", "character_id"),
        Index("ix_decisions_deadline_at", "deadline_at", postgresql_where=text("state = 'open'")),
        CheckConstraint("method IN ('open', 'blind')", name="method"),
        CheckConstraint("rule IN ('lead', 'leading')", name="rule"),
        CheckConstraint("state IN ('open', 'due', 'decided')", name="state"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(60))
    question: Mapped[str] = mapped_column(String(200))
    method: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str] = mapped_column(String(16))
    quorum: Mapped[int]
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    deadline_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(16), server_default="open")
    outcome: Mapped[str | None] = mapped_column(String(200))
    winner_id: Mapped[UUID | None]
    replaced_id: Mapped[UUID | None]
    stood_before: Mapped[bool] = mapped_column(server_default=text("false"))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]


class Candidate(Base):
    """One picture that could be chosen, and who suggested it.

    A quiet one was made for a blind decision and nobody was told of it yet.
    """

    __tablename__ = "decision_candidates"
    __table_args__ = (
        UniqueConstraint("decision_id", "variation_id"),
        Index("ix_decision_candidates_variation_id", "variation_id"),
    )

    id: Mapped[Id]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    variation_id: Mapped[UUID] = mapped_column(
        ForeignKey("character_variations.id", ondelete="CASCADE")
    )
    source: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(500), server_default="")
    suggested_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    quiet: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[CreatedAt]


class ReviewLink(Base):
    """A way in for people without an account, to one decision and to nothing else."""

    __tablename__ = "decision_links"
    __table_args__ = (Index("ix_decision_links_decision_id", "decision_id"),)

    id: Mapped[Id]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(120))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]


class Voter(Base):
    """Somebody in a decision: a person of the house, or a guest who came by a link.

    One who advises is shown, but counts neither for the quorum nor for who leads.
    """

    __tablename__ = "decision_voters"
    __table_args__ = (
        UniqueConstraint("decision_id", "user_id"),
        CheckConstraint("(user_id IS NULL) = (link_id IS NOT NULL)", name="one_way_in"),
    )

    id: Mapped[Id]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision_links.id"))
    name: Mapped[str] = mapped_column(String(120))
    advises: Mapped[bool] = mapped_column(server_default=text("false"))
    asked: Mapped[bool] = mapped_column(server_default=text("false"))
    token_hash: Mapped[bytes | None] = mapped_column(unique=True)
    created_at: Mapped[CreatedAt]


# two guests of one link never have the same name
Index("uq_decision_voters_guest_name", Voter.link_id, func.lower(Voter.name), unique=True)


class Vote(Base):
    """What one voter says of one candidate, openly: a verdict, stars (1 to 5), or both."""

    __tablename__ = "decision_votes"
    __table_args__ = (
        CheckConstraint("verdict IN ('approve', 'reject')", name="verdict"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    )

    candidate_id: Mapped[UUID] = mapped_column(
        ForeignKey("decision_candidates.id", ondelete="CASCADE"), primary_key=True
    )
    voter_id: Mapped[UUID] = mapped_column(
        ForeignKey("decision_voters.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    verdict: Mapped[str | None] = mapped_column(String(16))
    stars: Mapped[int | None]
    updated_at: Mapped[CreatedAt]


class PairVote(Base):
    """Which of two candidates one voter prefers, blind; no ``winner_id`` means neither.

    ``first_id`` is the smaller of the two ids, whichever side they were shown on.
    """

    __tablename__ = "decision_pair_votes"
    __table_args__ = (CheckConstraint("first_id < second_id", name="order"),)

    voter_id: Mapped[UUID] = mapped_column(
        ForeignKey("decision_voters.id", ondelete="CASCADE"), primary_key=True
    )
    first_id: Mapped[UUID] = mapped_column(
        ForeignKey("decision_candidates.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    second_id: Mapped[UUID] = mapped_column(
        ForeignKey("decision_candidates.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    winner_id: Mapped[UUID | None]
    updated_at: Mapped[CreatedAt]


class DecisionComment(Base):
    """A sentence about a decision, or about one of its pictures."""

    __tablename__ = "decision_comments"
    __table_args__ = (Index("ix_decision_comments_decision_id", "decision_id", "created_at"),)

    id: Mapped[Id]
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    candidate_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("decision_candidates.id", ondelete="SET NULL")
    )
    voter_id: Mapped[UUID] = mapped_column(ForeignKey("decision_voters.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(2000))
    mentions: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default="{}")
    created_at: Mapped[CreatedAt]
    edited_at: Mapped[datetime | None]
