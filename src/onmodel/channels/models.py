"""What people want to hear outside of OnModel, where, and what is on its way there."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt, Id


class Preferences(Base):
    """A person's wishes; who has no row has the defaults.

    ``silenced`` holds, for each group of notices, the media by which it does not come. The times
    are those of the wall in ``time_zone``.
    """

    __tablename__ = "notification_preferences"
    __table_args__ = (CheckConstraint("digest IN ('off', 'hourly', 'daily')", name="digest"),)

    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    time_zone: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(16))
    digest_at: Mapped[time]
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    silenced: Mapped[dict[str, Any]]


class Destination(Base):
    """A browser, an e-mail address, or an address of a chat service.

    ``address`` is encrypted, ``mark`` tells equal addresses apart from others without it. A
    browser's belongs to the session that gave it, and ends with it.
    """

    __tablename__ = "notification_destinations"
    __table_args__ = (
        UniqueConstraint("person_id", "mark"),
        CheckConstraint("medium IN ('push', 'email', 'chat')", name="medium"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    medium: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(254))
    address: Mapped[bytes]
    mark: Mapped[bytes] = mapped_column(index=True)
    problem: Mapped[str | None] = mapped_column(String(300))
    sent_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]


class Delivery(Base):
    """One notice on its way to one destination; without a notice it is a test.

    ``waiting`` until it was ``sent``, ``skipped`` because it was no longer wanted, or ``dead``
    after too many attempts.
    """

    __tablename__ = "notification_deliveries"
    __table_args__ = (
        UniqueConstraint("notice_id", "destination_id"),
        CheckConstraint("state IN ('waiting', 'sent', 'skipped', 'dead')", name="state"),
        Index("ix_notification_deliveries_due", "next_at", postgresql_where="state = 'waiting'"),
    )

    id: Mapped[Id]
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"))
    destination_id: Mapped[UUID] = mapped_column(
        ForeignKey("notification_destinations.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(String(16), server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    next_at: Mapped[datetime]
    problem: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]
