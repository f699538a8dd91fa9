"""What each project and each person may have of the machines, and what they have had."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base

# Every weight up to it divides LCM without a rest, so equal shares stay exactly equal.
MAX_WEIGHT = 10
LCM = 2520


class ProjectShare(Base):
    """A project's part of all machines; a project without a row has weight 1 and no limit.

    ``had`` is virtual time: milliseconds of machine time, each counted ``LCM / weight`` times.
    """

    __tablename__ = "project_shares"
    __table_args__ = (
        CheckConstraint(f"weight BETWEEN 1 AND {MAX_WEIGHT}", name="weight"),
        CheckConstraint("max_running >= 1", name="max_running"),
        CheckConstraint("quota_calls >= 1", name="quota_calls"),
        CheckConstraint("quota_seconds >= 1", name="quota_seconds"),
        CheckConstraint("quota_period IN ('day', 'month')", name="quota_period"),
    )

    # No foreign key: the room of projects lies above this one.
    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    weight: Mapped[int] = mapped_column(default=1, server_default="1")
    had: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # Whether it had work waiting when slots were last dealt.
    waiting: Mapped[bool] = mapped_column(default=False, server_default="false")
    # What it had when its last call was dealt.
    began: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    max_running: Mapped[int | None]
    quota_calls: Mapped[int | None]
    quota_seconds: Mapped[int | None]
    quota_period: Mapped[str] = mapped_column(default="day", server_default="day")
    # Beyond the quota: refused when asked for, instead of waiting for the next period.
    refuses: Mapped[bool] = mapped_column(default=False, server_default="false")
    # Only functions whose weights allow work that is sold.
    commercial: Mapped[bool] = mapped_column(default=False, server_default="false")


class PersonShare(Base):
    """A person's part of one project's share; without a row the weight is 1."""

    __tablename__ = "person_shares"
    __table_args__ = (CheckConstraint(f"weight BETWEEN 1 AND {MAX_WEIGHT}", name="weight"),)

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    weight: Mapped[int] = mapped_column(default=1, server_default="1")
    had: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    waiting: Mapped[bool] = mapped_column(default=False, server_default="false")
    # What it had when its last call was dealt.
    began: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
