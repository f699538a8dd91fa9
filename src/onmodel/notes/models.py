"""The table of notes and of what was answered to them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class Note(Base):
    """One note on a picture, or one answer to a note.

    Every drawing is a row of its own, so two people who draw at once never touch the same thing.
    A note belongs to the slot (``key``) that its picture stands in: when another picture takes
    the slot, notes that hold on to the face go along. ``together`` lets everybody who reviews
    change its words; ``writers`` are those besides its author who did.
    """

    __tablename__ = "character_notes"
    __table_args__ = (
        Index("ix_character_notes_character_id_key", "character_id", "key"),
        Index("ix_character_notes_parent_id", "parent_id"),
        Index("ix_character_notes_mentions", "mentions", postgresql_using="gin"),
        CheckConstraint("(parent_id IS NULL) = (number IS NOT NULL)", name="numbered"),
        CheckConstraint("parent_id IS NULL OR mark IS NULL", name="answers_draw_nothing"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    variation_id: Mapped[UUID] = mapped_column(
        ForeignKey("character_variations.id", ondelete="CASCADE")
    )
    key: Mapped[str] = mapped_column(String(60))
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("character_notes.id", ondelete="CASCADE")
    )
    # counted within a slot and never given twice, so that "note 3" stays note 3
    number: Mapped[int | None]
    mark: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    on_face: Mapped[bool] = mapped_column(server_default=sql("false"))
    text: Mapped[str]
    mentions: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    together: Mapped[bool] = mapped_column(server_default=sql("false"))
    writers: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    version: Mapped[int] = mapped_column(server_default=sql("1"))
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    edited_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
