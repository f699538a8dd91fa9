"""Who accepted which licence, and when."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class LicenceAcceptance(Base):
    """An administrator's word that a function or an encoder may be used on certain terms.

    Rows are never removed: a withdrawn one says until when it held. The person's name stands
    beside the id, since it is the record of what was agreed, whoever leaves the house.
    """

    __tablename__ = "licence_acceptances"
    __table_args__ = (
        Index(
            "uq_licence_acceptances_in_force",
            "kind",
            "name",
            "digest",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        CheckConstraint("kind IN ('function', 'encoder')", name="kind"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(80))
    # Of the terms: other ones need another acceptance.
    digest: Mapped[str] = mapped_column(String(64))
    terms: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    # No foreign keys: the room of people lies above this one.
    accepted_by: Mapped[UUID]
    accepted_by_name: Mapped[str] = mapped_column(String(120))
    accepted_at: Mapped[CreatedAt]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
