"""Cancel, pause, resume, retry and move, by people who may."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from onmodel.accounts.service import Actor
from onmodel.api.queue import again, rights
from onmodel.api.queue.schemas import (
    QueueBatchDone,
    QueueChanged,
    QueueMove,
    QueueRefusal,
    QueueVerb,
)
from onmodel.dispatch import service as dispatch
from onmodel.dispatch import steering
from onmodel.dispatch.models import Call
from onmodel.dispatch.urgency import set_due, set_urgent
from onmodel.events.frames import channel, encode
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.kit.errors import ProblemError
from onmodel.projects import due


async def act(uow: UnitOfWork, actor: Actor, call_id: UUID, verb: QueueVerb) -> Call:
    """Do one thing with one call; returns it, or with ``retry`` the new one.

    Raises:
        CallNotFoundError, ForbiddenError: see `rights.permitted`.
        CallOverError, NotWaitingError, NotOverError: its state does not allow it any more.
        DependencyUnmetError: with ``retry``, what it waits for is lost.
    """
    call = await rights.permitted(uow, actor, call_id, verb)
    match verb:
        case "cancel":
            call = await dispatch.cancel(uow, call_id)
        case "pause":
            call = await steering.pause(uow, call_id)
        case "resume":
            call = await steering.resume(uow, call_id)
        case "hurry" | "unhurry":
            call = await set_urgent(uow, call_id, urgent=verb == "hurry")
        case "retry":
            call = await again.retry(uow, actor, call)
    tell(uow, call.project_id)
    return call


async def move(uow: UnitOfWork, actor: Actor, call_id: UUID, where: QueueMove) -> Call:
    """Change the order of one person's waiting calls."""
    call = await rights.permitted(uow, actor, call_id, "move")
    beside = where.before or where.after
    assert beside is not None  # the schema has seen to it
    await rights.permitted(uow, actor, beside, "move")
    call = await steering.move(uow, call_id, beside=beside, after=where.after is not None)
    tell(uow, call.project_id)
    return call


async def need_by(uow: UnitOfWork, actor: Actor, call_id: UUID, due_at: datetime | None) -> Call:
    """Say by when a waiting call is needed, or that there is no such moment.

    Raises:
        CallNotFoundError, ForbiddenError: see `rights.permitted`.
        DueTooSoonError: see `projects.due`.
        NotWaitingError: it works already, or has ended.
    """
    call = await rights.permitted(uow, actor, call_id, "due")
    await due.check(uow, actor, call.project_id, due_at)
    call = await set_due(uow, call_id, due_at)
    tell(uow, call.project_id)
    return call


async def do(database: Database, actor: Actor, call_id: UUID, verb: QueueVerb) -> Call:
    """Do one thing with one call; with ``retry`` what was lost with it comes back, too.

    Raises:
        ProblemError: see ``act``.
    """
    async with database.begin() as uow:
        call = await act(uow, actor, call_id, verb)
    if verb == "retry":
        await again.bring_back(database, actor, call_id)
    return call


async def batch(
    database: Database, actor: Actor, verb: QueueVerb, ids: Sequence[UUID]
) -> QueueBatchDone:
    """Do one thing with many calls, each in its own transaction: one refusal stops no other.

    What came back already with an earlier one of them is done, not refused.
    """
    done: list[UUID] = []
    refused: list[QueueRefusal] = []
    # in the order of asking, so that what others wait for comes before them
    for id_ in sorted(set(ids)):
        try:
            done.append((await do(database, actor, id_, verb)).id)
        except ProblemError as problem:
            refused.append(QueueRefusal(id=id_, code=problem.code, detail=problem.detail))
    return QueueBatchDone(done=done, refused=refused)


def tell(uow: UnitOfWork, project_id: UUID) -> None:
    """Let everybody who looks at the project read the queue again, once this is durable."""
    news = QueueChanged().model_dump()
    uow.notify(channel(project_id), encode("server:queue.changed", news))
