"""Texts that several people write at once, and the operations that made them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class TextDocument(Base):
    """One text; its revision is the number of operations that it has seen.

    What its noun shows lies at ``settled_revision``; the operations after it are a run that goes
    on: who took part, since when, and when the last one came. ``noun`` and ``subject_id`` name the
    record; they are no foreign key, because this room lies below the nouns.
    """

    __tablename__ = "text_documents"
    __table_args__ = (
        UniqueConstraint("subject_id", "field"),
        Index(
            "ix_text_documents_touched_at",
            "touched_at",
            postgresql_where=sql("touched_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    noun: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    field: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(server_default=sql("0"))
    settled_revision: Mapped[int] = mapped_column(server_default=sql("0"))
    run_authors: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}")
    run_began_at: Mapped[datetime | None]
    touched_at: Mapped[datetime | None]


class TextOperation(Base):
    """One operation as it was applied: it makes revision ``revision + 1`` of ``revision``."""

    __tablename__ = "text_operations"
    __table_args__ = (UniqueConstraint("document_id", "operation_id"),)

    document_id: Mapped[UUID] = mapped_column(
        ForeignKey("text_documents.id", ondelete="CASCADE"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    operation_id: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[UUID | None]
    operation: Mapped[list[Any]] = mapped_column(JSONB)
    at: Mapped[CreatedAt]
