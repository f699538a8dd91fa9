"""The present state of a project in one answer."""

from uuid import UUID

from fastapi import APIRouter, Request

from onmodel.accounts.signed_in import SignedIn
from onmodel.api.realtime.messages import PROTOCOL_VERSION, FullSync
from onmodel.api.realtime.presence import PresenceBoard
from onmodel.api.state import project_state
from onmodel.http.deps import Reading
from onmodel.http.problems import problems
from onmodel.projects.access import ProjectNotFoundError

router = APIRouter(prefix="/projects", tags=["projects"])


@router.get("/{project_id}/state", responses=problems(ProjectNotFoundError))
async def read_state(project_id: UUID, uow: Reading, actor: SignedIn, request: Request) -> FullSync:
    """What ``server:full_sync`` says; then follow the socket with ``since`` = ``seq``."""
    state = await project_state(uow, actor, project_id)
    board: PresenceBoard = request.app.state.presence
    here = await board.people(project_id)
    return FullSync(**state.model_dump(), presence=here.people, protocol=PROTOCOL_VERSION)
