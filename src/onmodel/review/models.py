"""People's judgement of pictures: verdicts, alerts, and golden sets."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id

_JUDGEMENTS = "judgement IN ('same', 'not_same', 'cant_tell')"


class IdentityVerdict(Base):
    """One person's word on whether a picture shows its character; one row for each of them."""

    __tablename__ = "identity_verdicts"
    __table_args__ = (
        UniqueConstraint("variation_id", "person_id"),
        Index("ix_identity_verdicts_project_id", "project_id"),
        CheckConstraint(_JUDGEMENTS, name="judgement"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    variation_id: Mapped[UUID] = mapped_column(
        ForeignKey("character_variations.id", ondelete="CASCADE")
    )
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    judgement: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[CreatedAt]


class PairVerdict(Base):
    """One person's word on two pictures that they saw without names or scores.

    ``first_id`` is the smaller of the two ids, so that a pair is the same pair whichever side
    its pictures were shown on.
    """

    __tablename__ = "identity_pair_verdicts"
    __table_args__ = (
        UniqueConstraint("person_id", "first_id", "second_id"),
        Index("ix_identity_pair_verdicts_project_id", "project_id"),
        CheckConstraint(_JUDGEMENTS, name="judgement"),
        CheckConstraint("first_id < second_id", name="order"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    first_kind: Mapped[str] = mapped_column(String(16))
    first_id: Mapped[UUID]
    second_kind: Mapped[str] = mapped_column(String(16))
    second_id: Mapped[UUID]
    same_character: Mapped[bool]
    judgement: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[CreatedAt]


class IdentityAlert(Base):
    """A picture of the set that fell below its character's limit; one row for each picture.

    ``handled_by`` is who put it to sleep, closed or reopened it; None where the house did.
    """

    __tablename__ = "identity_alerts"
    __table_args__ = (
        UniqueConstraint("variation_id"),
        Index("ix_identity_alerts_project_id_state", "project_id", "state"),
        Index("ix_identity_alerts_owner_id_state", "owner_id", "state"),
        Index(
            "ix_identity_alerts_snoozed_until",
            "snoozed_until",
            postgresql_where=text("state = 'snoozed'"),
        ),
        CheckConstraint("state IN ('open', 'snoozed', 'closed')", name="state"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    variation_id: Mapped[UUID] = mapped_column(
        ForeignKey("character_variations.id", ondelete="CASCADE")
    )
    reference_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("character_references.id", ondelete="SET NULL")
    )
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    p_same: Mapped[float] = mapped_column(Float)
    below: Mapped[float] = mapped_column(Float)
    state: Mapped[str] = mapped_column(String(16), server_default="open")
    snoozed_until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(500))
    handled_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]


class GoldenSet(Base):
    """The fixed pictures by which a character's generators are compared.

    ``slots`` is a list of ``{"key", "seed"}``.
    """

    __tablename__ = "golden_sets"

    character_id: Mapped[UUID] = mapped_column(
        ForeignKey("characters.id", ondelete="CASCADE"), primary_key=True
    )
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    updated_at: Mapped[CreatedAt]


class GoldenRun(Base):
    """A golden set made once; its pictures are variations that never stand in the sheet.

    ``slots`` is a list of ``{"key", "seed", "variation_id"}``, as the set was then.
    """

    __tablename__ = "golden_runs"
    __table_args__ = (
        UniqueConstraint("character_id", "number"),
        Index(
            "uq_golden_runs_running",
            "character_id",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
        CheckConstraint("state IN ('running', 'done')", name="state"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    number: Mapped[int]
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    function: Mapped[str | None] = mapped_column(String(120))
    function_version: Mapped[str | None] = mapped_column(String(120))
    adapter_number: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(16), server_default="running")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None]
