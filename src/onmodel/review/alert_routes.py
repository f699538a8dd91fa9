"""Off-model alerts: seen, put to sleep, closed, opened again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from onmodel.accounts.signed_in import SignedIn
from onmodel.http.deps import Reading, Writing
from onmodel.http.problems import problems
from onmodel.kit.errors import ForbiddenError
from onmodel.projects.access import ProjectNotFoundError
from onmodel.review import alerts
from onmodel.review.alerts import AlertState
from onmodel.review.errors import AlertNotFoundError, AlertOverError
from onmodel.review.schemas import AlertRead, AlertSnooze

router = APIRouter(tags=["review"])

NOT_YOURS = (AlertNotFoundError, ForbiddenError)
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/projects/{project_id}/alerts", responses=problems(ProjectNotFoundError))
async def list_alerts(
    project_id: UUID,
    uow: Reading,
    actor: SignedIn,
    state: AlertState | None = None,
    character_id: UUID | None = None,
    limit: Limit = 100,
) -> list[AlertRead]:
    """A project's alerts, newest first; without a state those that are not closed."""
    return await alerts.list_for_project(
        uow, actor, project_id, state=state, character_id=character_id, limit=limit
    )


@router.get("/alerts")
async def list_own_alerts(uow: Reading, actor: SignedIn, limit: Limit = 100) -> list[AlertRead]:
    """The open alerts of the characters that you made, in all your projects."""
    return await alerts.list_own(uow, actor, limit=limit)


@router.post("/alerts/{alert_id}/snooze", responses=problems(*NOT_YOURS, AlertOverError))
async def snooze_alert(
    alert_id: UUID, data: AlertSnooze, uow: Writing, actor: SignedIn
) -> AlertRead:
    """Let it be quiet for some days, and say why."""
    return await alerts.snooze(uow, actor, alert_id, data)


@router.post("/alerts/{alert_id}/close", responses=problems(*NOT_YOURS))
async def close_alert(alert_id: UUID, uow: Writing, actor: SignedIn) -> AlertRead:
    """Say that it is settled; the house does not open it again."""
    return await alerts.close(uow, actor, alert_id)


@router.post("/alerts/{alert_id}/reopen", responses=problems(*NOT_YOURS, AlertOverError))
async def reopen_alert(alert_id: UUID, uow: Writing, actor: SignedIn) -> AlertRead:
    return await alerts.reopen(uow, actor, alert_id)
