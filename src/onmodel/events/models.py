"""The durable event log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base


class Event(Base):
    """One thing that happened in a project; ``seq`` has no gaps and follows commit order.

    ``project_id`` is no foreign key: this room lies below the nouns.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_subject", "subject_id", "seq", postgresql_where="subject_id IS NOT NULL"),
        # what people read of a project, which most events are not
        Index("ix_events_changes", "project_id", "seq", postgresql_where="change IS NOT NULL"),
    )

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    subject_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    change: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class EventCounter(Base):
    """The last ``seq`` of each project; its row lock puts the project's changes in order."""

    __tablename__ = "event_counters"

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
