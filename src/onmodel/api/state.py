"""The whole present state of a project, for a first look and for those who fell behind."""

from uuid import UUID

from pydantic import BaseModel

from onmodel.accounts.permissions import Permission, Role
from onmodel.accounts.service import Actor
from onmodel.characters import listing
from onmodel.characters import repository as characters
from onmodel.characters.repository import Filter
from onmodel.characters.schemas import CharacterRead
from onmodel.events import log as events
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import access, service
from onmodel.projects import repository as projects
from onmodel.projects.schemas import MemberRead, ProjectRead
from onmodel.training import repository as training
from onmodel.training import service as training_service
from onmodel.training.schemas import TrainingJobRead

MAX_CHARACTERS = 500


class ProjectState(BaseModel):
    """Event ``server:full_sync`` (with who is here added) and ``GET /projects/{id}/state``.

    ``characters`` is null when there are more than 500: the gallery then reads its pages
    again. ``seq`` was read before everything else, so an event that is already part of the
    state may arrive once more and changes nothing.
    """

    seq: int
    project: ProjectRead
    role: Role
    members: list[MemberRead]
    character_count: int
    characters: list[CharacterRead] | None
    training: list[TrainingJobRead]


async def project_state(uow: UnitOfWork, actor: Actor, project_id: UUID) -> ProjectState:
    """Read everything; raises ProjectNotFoundError."""
    role = await access.require(uow, actor, project_id, Permission.VIEW)
    seq = await events.last_seq(uow, project_id)
    project = await projects.find(uow, project_id)
    assert project is not None  # the door has just seen it
    everyone = Filter()
    count = await characters.count(uow, project_id, everyone)
    rows = None
    if count <= MAX_CHARACTERS:
        rows, _ = await listing.page(
            uow, project_id, everyone, sort="name", cursor=None, limit=MAX_CHARACTERS
        )
    return ProjectState(
        seq=seq,
        project=service.project_read(project),
        role=role,
        members=await service.list_members(uow, project_id),
        character_count=count,
        characters=None if rows is None else [CharacterRead.model_validate(row) for row in rows],
        training=await training_service.read_all(
            uow, await training.active_in_project(uow, project_id)
        ),
    )
