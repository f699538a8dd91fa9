"""What the API says about what happened in a project."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from onmodel.characters.schemas import HistoryEntry
from onmodel.projects.schemas import FileRef


class ActivityCharacter(BaseModel):
    """The character that something happened to."""

    id: UUID
    name: str
    cover: FileRef | None
    removed: bool


class ActivityEntry(HistoryEntry):
    """One thing that somebody did; ``url`` is the path of the exact page.

    ``character`` is null where it concerns the whole project, ``file`` where no picture is meant.
    """

    character: ActivityCharacter | None
    file: FileRef | None
    url: str


class Activity(BaseModel):
    """A piece of the stream, newest first.

    ``next_before`` leads on and is null at the end. What has a ``seq`` above ``seen_seq`` is new
    to you.
    """

    items: list[ActivityEntry]
    next_before: int | None
    seen_seq: int


class SinceVisit(BaseModel):
    """What others did since you were last here.

    ``count`` is exact up to 1,000; ``items`` are the newest 100 of it. ``seen_at`` is null on a
    first visit, which begins with nothing new.
    """

    seq: int
    seen_seq: int
    seen_at: datetime | None
    count: int
    items: list[ActivityEntry]


class Seen(BaseModel):
    """Up to where you have followed; what is not newer than before changes nothing."""

    seq: Annotated[int, Field(ge=0, le=2**31 - 1)]
