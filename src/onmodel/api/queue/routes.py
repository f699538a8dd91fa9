"""The queue of all projects that one may see, its history, and the machines."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from onmodel.accounts.signed_in import SignedIn
from onmodel.api.queue import changing, clearing, history, machines, reading, rights
from onmodel.api.queue.history import Wished
from onmodel.api.queue.schemas import (
    CallLog,
    QueueBatch,
    QueueBatchDone,
    QueueClear,
    QueueCleared,
    QueueDue,
    QueueItem,
    QueueMove,
    QueueRead,
    QueueVerb,
    WorkerRead,
)
from onmodel.dispatch.errors import (
    CallNotFoundError,
    CallOverError,
    DependencyUnmetError,
    DueTooSoonError,
    NotOverError,
    NotWaitingError,
    OthersTurnError,
)
from onmodel.dispatch.tasks import Task
from onmodel.http.deps import DatabaseDep, Reading, SettingsDep, Writing
from onmodel.http.problems import problems
from onmodel.kit.errors import ForbiddenError
from onmodel.kit.lifecycle import State
from onmodel.kit.paging import BadCursorError, Page
from onmodel.projects.access import ProjectNotFoundError

router = APIRouter(tags=["queue"])


@router.get("/queue")
async def read_queue(
    uow: Reading, actor: SignedIn, settings: SettingsDep, project_id: UUID | None = None
) -> QueueRead:
    """What works and what waits, in the order in which it will be done."""
    return await reading.read_queue(uow, actor, project_id, lease_seconds=settings.lease_seconds)


@router.get("/queue/history", responses=problems(BadCursorError))
async def read_history(
    uow: Reading,
    actor: SignedIn,
    state: State | None = None,
    person_id: UUID | None = None,
    project_id: UUID | None = None,
    task: Task | None = None,
    q: Annotated[str | None, Query(max_length=120)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[QueueItem]:
    """What ended, the newest first."""
    wished = Wished(
        state=state, person_id=person_id, project_id=project_id, task=task, text=q and q.strip()
    )
    return await history.page(uow, actor, wished, cursor=cursor, limit=limit)


@router.post("/queue/batch")
async def change_many(data: QueueBatch, database: DatabaseDep, actor: SignedIn) -> QueueBatchDone:
    """Do the same with many calls; those with which it does not work are named."""
    return await changing.batch(database, actor, data.verb, data.ids)


@router.post("/queue/clear", responses=problems(ProjectNotFoundError, ForbiddenError))
async def clear(data: QueueClear, uow: Writing, actor: SignedIn) -> QueueCleared:
    """Put away what ended in the last day; the history keeps it."""
    return await clearing.clear(uow, actor, data.project_id, data.whose)


@router.post("/queue/clearings/{clearing_id}/undo")
async def undo_clearing(clearing_id: UUID, uow: Writing, actor: SignedIn) -> QueueCleared:
    """Let what was put away in one step stand again."""
    return await clearing.undo(uow, actor, clearing_id)


@router.get("/queue/{call_id}", responses=problems(CallNotFoundError))
async def read_call(
    call_id: UUID, uow: Reading, actor: SignedIn, settings: SettingsDep
) -> QueueItem:
    call = await rights.visible(uow, actor, call_id)
    return await reading.read_one(uow, actor, call, lease_seconds=settings.lease_seconds)


@router.get("/queue/{call_id}/log", responses=problems(CallNotFoundError, ForbiddenError))
async def read_log(call_id: UUID, uow: Reading, actor: SignedIn) -> CallLog:
    """What the function printed last; for those who may make pictures."""
    call = await rights.permitted(uow, actor, call_id, "retry")
    return CallLog(text=call.log)


@router.post(
    "/queue/{call_id}/move",
    responses=problems(CallNotFoundError, ForbiddenError, NotWaitingError, OthersTurnError),
)
async def move(
    call_id: UUID, data: QueueMove, uow: Writing, actor: SignedIn, settings: SettingsDep
) -> QueueItem:
    """Put a waiting call before or after another one of the same person."""
    call = await changing.move(uow, actor, call_id, data)
    return await reading.read_one(uow, actor, call, lease_seconds=settings.lease_seconds)


@router.put(
    "/queue/{call_id}/due",
    responses=problems(CallNotFoundError, ForbiddenError, NotWaitingError, DueTooSoonError),
)
async def need_by(
    call_id: UUID, data: QueueDue, uow: Writing, actor: SignedIn, settings: SettingsDep
) -> QueueItem:
    """Say by when a waiting call is needed: an hour ahead, for owners at any moment."""
    call = await changing.need_by(uow, actor, call_id, data.due_at)
    return await reading.read_one(uow, actor, call, lease_seconds=settings.lease_seconds)


@router.post(
    "/queue/{call_id}/{verb}",
    responses=problems(
        CallNotFoundError,
        ForbiddenError,
        CallOverError,
        NotWaitingError,
        NotOverError,
        DependencyUnmetError,
    ),
)
async def change(
    call_id: UUID, verb: QueueVerb, database: DatabaseDep, actor: SignedIn, settings: SettingsDep
) -> QueueItem:
    """Cancel, pause, resume or retry.

    Cancelling a call cancels what waits for it. A retry answers with the new call; what ended
    only because of the old one comes back with it.
    """
    call = await changing.do(database, actor, call_id, verb)
    async with database.read() as uow:
        return await reading.read_one(uow, actor, call, lease_seconds=settings.lease_seconds)


@router.get("/workers")
async def list_workers(uow: Reading, _actor: SignedIn, settings: SettingsDep) -> list[WorkerRead]:
    """The machines that are alive, the oldest first."""
    return await machines.listing(uow, lease_seconds=settings.lease_seconds)
