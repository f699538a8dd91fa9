"""How far each project's log is written into its Git repository."""

from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base


class ArchivePosition(Base):
    """The last ``seq`` of a project's log that was looked at; its row lock keeps others away."""

    __tablename__ = "archive_positions"

    project_id: Mapped[UUID] = mapped_column(
        ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(server_default=text("0"))
