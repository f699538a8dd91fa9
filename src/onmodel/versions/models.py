"""What is kept of a character at every change, and the names that people give to it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class Version(Base):
    """A character as it was after a transaction that changed it; never written again.

    ``state`` is a `snapshot.Snapshot`. ``changes`` are those that the history tells of the same
    transaction, oldest first; pictures that arrive by themselves have none. ``first_seq`` to
    ``last_seq`` are the project's events of that transaction: those about the character made it.
    They are null in versions that are older than these columns.
    """

    __tablename__ = "character_versions"
    __table_args__ = (UniqueConstraint("character_id", "number"),)

    id: Mapped[Id]
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[dict[str, Any]] = mapped_column(JSONB)
    author_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default="{}")
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    first_seq: Mapped[int | None]
    last_seq: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[CreatedAt]


class VersionName(Base):
    """A name that a version has for good: a trigger of the table refuses to move or change it."""

    __tablename__ = "character_version_names"
    __table_args__ = (
        Index(
            "uq_character_version_names_name",
            "character_id",
            text("lower(name)"),
            unique=True,
        ),
    )

    id: Mapped[Id]
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    version_id: Mapped[UUID] = mapped_column(
        ForeignKey("character_versions.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, server_default="")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
