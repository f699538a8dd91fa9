"""What the API says about projects, their people and their files."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

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


# no canvas nests its nodes so deeply; beyond some 250 levels nothing can write it as JSON
MAX_DEPTH = 60


def _shallow(graph: dict[str, Any]) -> dict[str, Any]:
    level: list[Any] = [graph]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return graph
    raise ValueError(f"It is nested more than {MAX_DEPTH} levels deep.")


def _inside(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value
    return [one for one in inner if isinstance(one, (dict, list))]


Graph = Annotated[dict[str, Any], AfterValidator(_shallow)]
# PostgreSQL takes no NUL, and the folder is made before the row: so it is refused before both
_NO_NUL = r"^[^\x00]*$"
Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_NUL),
]
Description = Annotated[str, StringConstraints(max_length=5000, pattern=_NO_NUL)]


class ProjectCreate(BaseModel):
    title: Title
    description: Description = ""
    settings: ProjectSettings = Field(default_factory=ProjectSettings)


class ProjectUpdate(BaseModel):
    """A change against the ``version`` that was read; a stale one is refused."""

    version: int
    title: Title | None = None
    description: Description | None = None
    settings: ProjectSettings | None = None
    graph: Graph | None = None


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
