"""Training jobs and the adapters that they make."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class TrainingJob(Base):
    """One training of a character, from the button to the adapter.

    The same record serves the identity profile that a CPU builds and the LoRA that a GPU
    trains.
    """

    __tablename__ = "character_training_jobs"
    __table_args__ = (
        Index(
            "uq_character_training_jobs_active",
            "character_id",
            unique=True,
            postgresql_where=text("state IN ('queued','starting','running','paused')"),
        ),
        Index("ix_character_training_jobs_character_id_created_at", "character_id", "created_at"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    call_id: Mapped[UUID | None]
    asked_tier: Mapped[str] = mapped_column(String(16))
    used_tier: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), server_default="queued")
    priority: Mapped[int] = mapped_column(server_default=text("0"))
    progress: Mapped[int] = mapped_column(server_default=text("0"))
    step: Mapped[str] = mapped_column(String(200), server_default="")
    function: Mapped[str | None] = mapped_column(String(120))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    adapter_id: Mapped[UUID | None]
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Adapter(Base):
    """Trained weights of a character: an identity profile or a LoRA; numbered, never replaced."""

    __tablename__ = "adapters"
    __table_args__ = (UniqueConstraint("character_id", "number"),)

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    job_id: Mapped[UUID] = mapped_column(
        ForeignKey("character_training_jobs.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(24))
    number: Mapped[int]
    function: Mapped[str] = mapped_column(String(120))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB)
    encoder: Mapped[str | None] = mapped_column(String(60))
    template: Mapped[list[float] | None] = mapped_column(VECTOR(128), deferred=True)
    created_at: Mapped[CreatedAt]
