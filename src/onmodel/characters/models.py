"""Characters and their reference pictures."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Float, ForeignKey, Index, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class Character(Base):
    """One identity that must stay the same across every shot."""

    __tablename__ = "characters"
    __table_args__ = (
        Index(
            "uq_characters_project_id_trigger_word",
            "project_id",
            text("lower(trigger_word)"),
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index(
            "ix_characters_project_id_name_id",
            "project_id",
            text("lower(name)"),
            "id",
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index(
            "ix_characters_project_id_updated_at_id",
            "project_id",
            "updated_at",
            "id",
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index(
            "ix_characters_search_text",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
        CheckConstraint(
            "identity_route IN ('auto', 'photographic', 'illustrated', 'appearance')",
            name="identity_route",
        ),
        CheckConstraint("off_model_below BETWEEN 0 AND 1", name="off_model_below"),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, server_default="")
    trigger_word: Mapped[str] = mapped_column(String(60))
    positive_prompt: Mapped[str] = mapped_column(Text, server_default="")
    negative_prompt: Mapped[str] = mapped_column(Text, server_default="")
    importance: Mapped[str] = mapped_column(String(16), server_default="supporting")
    tier: Mapped[str] = mapped_column(String(16), server_default="low")
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(60)), server_default="{}")
    licence: Mapped[str] = mapped_column(Text, server_default="")
    consent: Mapped[str] = mapped_column(Text, server_default="")
    script_character: Mapped[str | None] = mapped_column(String(120))
    parameters: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default=text("'{}'::jsonb"), deferred=True
    )
    cover_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"))
    base_reference_id: Mapped[UUID | None]
    reference_count: Mapped[int] = mapped_column(server_default=text("0"))
    usable_reference_count: Mapped[int] = mapped_column(server_default=text("0"))
    variation_count: Mapped[int] = mapped_column(server_default=text("0"))
    training_state: Mapped[str | None] = mapped_column(String(16))
    training_job_id: Mapped[UUID | None]
    adapter_id: Mapped[UUID | None]
    adapter_number: Mapped[int | None]
    # how its pictures are judged, and below which p_same its owner hears of one
    identity_route: Mapped[str] = mapped_column(String(16), server_default="auto")
    off_model_below: Mapped[float] = mapped_column(Float, server_default=text("0.5"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    updated_at: Mapped[CreatedAt]
    removed_at: Mapped[datetime | None]
    search_text: Mapped[str] = mapped_column(
        Text,
        Computed("character_search_text(name, trigger_word, tags, description)", persisted=True),
        deferred=True,
    )


class Reference(Base):
    """A picture of a character that somebody uploaded, with what was measured in it."""

    __tablename__ = "character_references"
    __table_args__ = (
        Index(
            "uq_character_references_source",
            "character_id",
            "source_sha256",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    file_id: Mapped[UUID] = mapped_column(ForeignKey("files.id"))
    name: Mapped[str] = mapped_column(String(120))
    source_sha256: Mapped[str] = mapped_column(String(64))
    phash: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), server_default="checking")
    verdict: Mapped[str | None] = mapped_column(String(16))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'::jsonb")
    )
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    measurement: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
    removed_at: Mapped[datetime | None]
