"""Vectors and what they are measured with: encoders, embeddings, calibrations, checks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id

# how the names of the indexes over vectors begin, one for each encoder
NEAREST = "nearest_"


class Encoder(Base):
    """A model that makes vectors; what it can be compared with hangs on this row.

    ``metric`` is ``euclidean`` (length of the difference) or ``cosine`` (one minus the cosine).
    """

    __tablename__ = "identity_encoders"
    __table_args__ = (
        # what embeddings refer to, so that no vector claims another encoder's shape or route
        UniqueConstraint("name", "dimensions", "route"),
        # an index entry and a row must each fit into a page of the database
        CheckConstraint("dimensions BETWEEN 1 AND 1900", name="dimensions"),
        CheckConstraint("metric IN ('euclidean', 'cosine')", name="metric"),
        CheckConstraint("route IN ('photographic', 'illustrated', 'appearance')", name="route"),
    )

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    route: Mapped[str] = mapped_column(String(16))
    dimensions: Mapped[int]
    metric: Mapped[str] = mapped_column(String(16))
    licence: Mapped[str] = mapped_column(String(120))
    commercial: Mapped[bool]
    created_at: Mapped[CreatedAt]


class Embedding(Base):
    """One face, or one whole figure, of one picture as one encoder sees it.

    ``face`` counts the faces of the picture, the largest first; number 0 is the one that the
    picture is judged by, and a whole figure is always number 0.
    """

    __tablename__ = "identity_embeddings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["encoder", "dimensions", "route"],
            [
                "identity_encoders.name",
                "identity_encoders.dimensions",
                "identity_encoders.route",
            ],
            name="fk_identity_embeddings_encoder",
        ),
        CheckConstraint("vector_dims(vector) = dimensions", name="dimensions"),
        CheckConstraint("subject_kind IN ('reference', 'variation')", name="subject_kind"),
        UniqueConstraint("subject_id", "encoder", "face"),
        Index("ix_identity_embeddings_character_id_encoder", "character_id", "encoder"),
        Index("ix_identity_embeddings_project_id_encoder", "project_id", "encoder"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    subject_kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[UUID]
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"))
    face: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    encoder: Mapped[str] = mapped_column(String(60))
    dimensions: Mapped[int]
    route: Mapped[str] = mapped_column(String(16))
    vector: Mapped[list[float]] = mapped_column(VECTOR())
    created_at: Mapped[CreatedAt]


class CalibrationVersion(Base):
    """One version of the way from a distance to a probability; one of each encoder is active."""

    __tablename__ = "identity_calibrations"
    __table_args__ = (
        UniqueConstraint("encoder", "version"),
        Index(
            "uq_identity_calibrations_active",
            "encoder",
            unique=True,
            postgresql_where=text("active"),
        ),
        CheckConstraint("source IN ('shipped', 'verdicts', 'pairs')", name="source"),
        CheckConstraint("slope > 0 AND genuine_deviation > 0", name="positive"),
    )

    id: Mapped[Id]
    encoder: Mapped[str] = mapped_column(ForeignKey("identity_encoders.name"))
    route: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    active: Mapped[bool] = mapped_column(server_default=text("false"))
    source: Mapped[str] = mapped_column(String(16))
    slope: Mapped[float]
    midpoint: Mapped[float]
    genuine_mean: Mapped[float]
    genuine_deviation: Mapped[float]
    impostor_rate: Mapped[float]
    pairs: Mapped[int] = mapped_column(server_default=text("0"))
    people: Mapped[int] = mapped_column(server_default=text("0"))
    ece: Mapped[float | None]
    auc: Mapped[float | None]
    reliability: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'::jsonb")
    )
    basis: Mapped[str] = mapped_column(Text)
    advised_to: Mapped[UUID | None]
    """References of characters after this one still carry the advice of another version."""
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]


class Check(Base):
    """Any picture that somebody had checked against the cast of a project.

    ``faces`` keeps distances, not probabilities: those come from the active calibration when
    the check is read.
    """

    __tablename__ = "identity_checks"
    __table_args__ = (
        Index("ix_identity_checks_project_id_created_at", "project_id", "created_at"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    name: Mapped[str] = mapped_column(String(120))
    expected: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default="{}")
    call_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(16), server_default="queued")
    reason: Mapped[str | None] = mapped_column(String(40))
    route: Mapped[str | None] = mapped_column(String(16))
    faces: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    missing: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None]
