"""Variations: generated candidates of a character's standard set."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class Variation(Base):
    """One generated picture of a character, with its whole recipe and its measured identity.

    ``current`` marks the one that stands in the character's set for its key; a candidate
    (``candidate_of``) stands beside it until somebody confirms. One that was made for a run of a
    golden set (``golden_run_id``) never stands in the set.
    """

    __tablename__ = "character_variations"
    __table_args__ = (
        Index(
            "uq_character_variations_current",
            "character_id",
            "key",
            unique=True,
            postgresql_where=text("current AND removed_at IS NULL"),
        ),
        Index("ix_character_variations_character_id_key", "character_id", "key"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(60))
    tier: Mapped[str] = mapped_column(String(16))
    current: Mapped[bool] = mapped_column(server_default=text("true"))
    candidate_of: Mapped[UUID | None]
    golden_run_id: Mapped[UUID | None] = mapped_column(index=True)
    call_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(16), server_default="queued")
    progress: Mapped[int] = mapped_column(server_default=text("0"))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    preview: Mapped[bool] = mapped_column(server_default=text("false"))
    recipe: Mapped[dict[str, Any]] = mapped_column(JSONB)
    measurable: Mapped[str] = mapped_column(String(16), server_default="pending")
    reason: Mapped[str | None] = mapped_column(String(40))
    p_same: Mapped[float | None] = mapped_column(Float)
    fidelity: Mapped[float | None] = mapped_column(Float)
    similarity: Mapped[float | None] = mapped_column(Float)
    copy_paste: Mapped[bool] = mapped_column(server_default=text("false"))
    judge: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    # the picture as ``identity-measure`` reported it, without its vectors
    measurement: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    crop_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id"))
    encoder: Mapped[str | None] = mapped_column(String(60))
    verdict: Mapped[str | None] = mapped_column(String(16))
    verdict_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    starred: Mapped[bool] = mapped_column(server_default=text("false"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
