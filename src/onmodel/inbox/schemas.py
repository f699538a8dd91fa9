"""What the API and the events say about notices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from onmodel.accounts.schemas import PersonRead
from onmodel.inbox.kinds import Group, Kind
from onmodel.projects.schemas import FileRef


class NoticeRead(BaseModel):
    """Something that you should hear of.

    ``url`` is the path of the exact page. ``actor`` is null where the house itself did it.
    """

    id: UUID
    kind: Kind
    group: Group
    project_id: UUID | None
    project_title: str | None
    subject_type: str
    subject_id: UUID
    url: str
    title: str
    body: str
    file: FileRef | None
    actor: PersonRead | None
    created_at: datetime
    read_at: datetime | None


class InboxChanged(BaseModel):
    """Event ``server:inbox.changed``: a notice came, or with null some were read elsewhere.

    Reaches only the person whose inbox it is, on every project. It may be lost: read
    ``/inbox/unread`` after each connection.
    """

    notice: NoticeRead | None


class Unread(BaseModel):
    """How many notices wait, in all and under each heading."""

    total: int
    groups: dict[Group, int]


Ids = Annotated[list[UUID], Field(min_length=1, max_length=500)]


class MarkRead(BaseModel):
    """Which notices were read: some, those under a heading, or with neither all of them."""

    ids: Ids | None = None
    group: Group | None = None


class MarkUnread(BaseModel):
    """Which notices wait again: some, or all that were read in one go (``marked_at``)."""

    ids: Ids | None = None
    marked_at: datetime | None = None


class Marked(BaseModel):
    """How many changed; ``marked_at`` takes exactly these back."""

    count: int
    marked_at: datetime
    unread: Unread


class Following(BaseModel):
    """Whether you hear when a character goes off model; of those you made you always do."""

    following: bool
    made_it: bool
