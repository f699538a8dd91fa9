"""What the API says about projects, their people and their files."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from onmodel.accounts.permissions import Role
from onmodel.accounts.schemas import PersonRead

Quality = Literal["low", "standard", "high"]
AspectRatio = Literal["16:9", "2.39:1", "1.85:1", "4:3", "1:1", "9:16"]


class FileRef(BaseModel):
    """A stored picture or file; its bytes are at ``/api/v1/files/{id}/{variant}``."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    thumbhash: str | None


class FileLink(BaseModel):
    """A link that works without signing in, until it expires."""

    url: str
    expires_at: datetime


class ProjectSettings(BaseModel):
    aspect_ratio: AspectRatio = "16:9"
    quality: Quality = "low"


class ProjectCreate(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=5000)
    settings: ProjectSettings = Field(default_factory=ProjectSettings)


class ProjectUpdate(BaseModel):
    """A change against the ``version`` that was read; a stale one is refused."""

    version: int
    title: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=5000)
    settings: ProjectSettings | None = None
    graph: dict[str, Any] | None = None


class ProjectRead(BaseModel):
    id: UUID
    title: str
    description: str
    settings: ProjectSettings
    version: int
    created_at: datetime
    created_by: UUID | None


class ProjectCard(ProjectRead):
    """A project in the list of one's projects."""

    role: Role
    character_count: int
    covers: list[FileRef]


class ProjectDetail(ProjectRead):
    role: Role
    graph: dict[str, Any]
    seq: int


class MemberRead(BaseModel):
    """Somebody in the project, by their own role or through teams."""

    person: PersonRead
    role: Role
    through: list[str]


class MemberPut(BaseModel):
    role: Role


class ProjectTeamRead(BaseModel):
    team_id: UUID
    name: str
    role: Role


class ProjectUpdated(BaseModel):
    """Event ``server:project.updated``."""

    project_id: UUID
    data: ProjectRead


class MembersUpdated(BaseModel):
    """Event ``server:members.updated``: the whole list, because teams change many at once."""

    project_id: UUID
    data: list[MemberRead]
