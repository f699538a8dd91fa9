"""The present state of a project in one answer."""

from uuid import UUID

from fastapi import APIRouter

from onmodel.accounts.signed_in import SignedIn
from onmodel.api.realtime import presence
from onmodel.api.realtime.messages import PROTOCOL_VERSION, FullSync
from onmodel.api.realtime.presence import PresentPerson
from onmodel.api.state import project_state
from onmodel.http.deps import BusDep, Reading
from onmodel.http.problems import problems
from onmodel.projects.access import ProjectNotFoundError

router = APIRouter(prefix="/projects", tags=["projects"])


@router.get("/{project_id}/state", responses=problems(ProjectNotFoundError))
async def read_state(project_id: UUID, uow: Reading, actor: SignedIn, bus: BusDep) -> FullSync:
    """What ``server:full_sync`` says; then follow the socket with ``since`` = ``seq``."""
    state = await project_state(uow, actor, project_id)
    here = await presence.people(bus, project_id)
    return FullSync(
        **state.model_dump(),
        presence=[PresentPerson.model_validate(person) for person in here],
        protocol=PROTOCOL_VERSION,
    )
