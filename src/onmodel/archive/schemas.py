"""What the API says about a project's Git repository."""

from datetime import datetime

from pydantic import BaseModel


class CommitRead(BaseModel):
    """One commit: its id in hex, who made the change, and what it says."""

    id: str
    author: str
    at: datetime
    subject: str


class RepositoryRead(BaseModel):
    """``waiting`` counts events of the log that were not looked at yet.

    ``folder`` is the repository's name under ``Projects`` in the workspace; ``commits`` are the
    newest first. ``advice`` says what this machine lacks.
    """

    folder: str
    waiting: int
    commits: list[CommitRead]
    advice: str | None
