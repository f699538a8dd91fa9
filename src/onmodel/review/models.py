"""Notes and other traces of people working together on a character."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class Collaboration(Base):
    """One note, suggestion or vote about a character or one of its pictures."""

    __tablename__ = "character_collaboration"
    __table_args__ = (
        Index("ix_character_collaboration_character_id_created_at", "character_id", "created_at"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    variation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("character_variations.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(24))
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    resolved_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]
