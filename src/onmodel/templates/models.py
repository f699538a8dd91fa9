"""Characters that other projects may start from."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class Template(Base):
    """One published version of a character, complete enough to make it again."""

    __tablename__ = "character_templates"
    __table_args__ = (UniqueConstraint("character_id", "number"),)

    id: Mapped[Id]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    character_id: Mapped[UUID] = mapped_column(ForeignKey("characters.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    public: Mapped[bool] = mapped_column(server_default=text("false"))
    licence: Mapped[str] = mapped_column(server_default="")
    recipe: Mapped[dict[str, Any]] = mapped_column(JSONB)
    use_count: Mapped[int] = mapped_column(server_default=text("0"))
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[CreatedAt]
