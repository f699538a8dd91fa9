"""Cancel, pause, resume, retry and move, by people who may."""

from uuid import UUID

from onmodel.accounts.service import Actor
from onmodel.api.queue import rights
from onmodel.api.queue.schemas import (
    QueueBatch,
    QueueBatchDone,
    QueueChanged,
    QueueMove,
    QueueRefusal,
    QueueVerb,
)
from onmodel.dispatch import service as dispatch
from onmodel.dispatch import steering
from onmodel.dispatch.errors import NotOverError
from onmodel.dispatch.models import Call
from onmodel.dispatch.repository import get, lock
from onmodel.dispatch.schemas import CallParams, NewCall
from onmodel.dispatch.urgency import set_urgent
from onmodel.events.frames import channel, encode
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.kit.errors import ProblemError
from onmodel.kit.lifecycle import State
from onmodel.training import repository as trainings
from onmodel.training import service as training
from onmodel.training.schemas import TrainRequest
from onmodel.variations import repository as pictures
from onmodel.variations import service as variations


async def act(uow: UnitOfWork, actor: Actor, call_id: UUID, verb: QueueVerb) -> Call:
    """Do one thing with one call; returns it, or with ``retry`` the new one.

    Raises:
        CallNotFoundError, ForbiddenError: see `rights.permitted`.
        CallOverError, NotWaitingError, NotOverError: its state does not allow it any more.
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
            call = await _retry(uow, actor, call)
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


async def batch(database: Database, actor: Actor, wish: QueueBatch) -> QueueBatchDone:
    """Do one thing with many calls, each in its own transaction: one refusal stops no other."""
    done: list[UUID] = []
    refused: list[QueueRefusal] = []
    for id_ in dict.fromkeys(wish.ids):
        try:
            async with database.begin() as uow:
                done.append((await act(uow, actor, id_, wish.verb)).id)
        except ProblemError as problem:
            refused.append(QueueRefusal(id=id_, code=problem.code, detail=problem.detail))
    return QueueBatchDone(done=done, refused=refused)


def tell(uow: UnitOfWork, project_id: UUID) -> None:
    """Let everybody who looks at the project read the queue again, once this is durable."""
    news = QueueChanged().model_dump()
    uow.notify(channel(project_id), encode("server:queue.changed", news))


async def _retry(uow: UnitOfWork, actor: Actor, call: Call) -> Call:
    """Ask for the same again, once: a second click gets what the first one asked for."""
    call = await lock(uow, call.id)
    if call.retried_as is not None:
        return await get(uow, call.retried_as)
    if call.state not in (State.FAILED, State.CANCELLED):
        raise NotOverError("Only what failed or was cancelled can be tried again.")
    again = _AGAIN.get(call.subject_kind, _the_same)
    fresh = await again(uow, actor, call)
    call.retried_as = fresh.id
    await uow.session.flush()
    return fresh


async def _training(uow: UnitOfWork, actor: Actor, call: Call) -> Call:
    job = await trainings.find(uow, call.subject_id)
    assert job is not None  # jobs are never deleted while their call is kept
    wish = TrainRequest(quality=call.tier_asked.value, urgent=call.priority > 0)
    fresh = await training.request_training(uow, actor, job.character_id, wish)
    return await _call_of(uow, (await trainings.find(uow, fresh.id)))


async def _variation(uow: UnitOfWork, actor: Actor, call: Call) -> Call:
    row = await pictures.find(uow, call.subject_id)
    seed = int(row.recipe["seed"]) if row and "seed" in row.recipe else None
    fresh = await variations.regenerate(uow, actor, call.subject_id, seed)
    return await _call_of(uow, await pictures.find(uow, fresh.id))


async def _call_of(uow: UnitOfWork, row: object) -> Call:
    call_id = getattr(row, "call_id", None)
    assert call_id is not None  # it was asked for a moment ago
    return await get(uow, call_id)


async def _the_same(uow: UnitOfWork, actor: Actor, call: Call) -> Call:
    """Ask for the same once more: measurements, whose nouns take an answer at any time."""
    return await dispatch.submit(
        uow,
        NewCall(
            project_id=call.project_id,
            created_by=actor.user_id,
            subject_kind=call.subject_kind,
            subject_id=call.subject_id,
            task=call.task,
            params=CallParams.model_validate(call.params),
            tier=call.tier_asked,
            may_fall_back=call.may_fall_back,
            priority=call.priority,
            max_attempts=call.max_attempts,
            importance=call.importance,
        ),
    )


_AGAIN = {training.SUBJECT: _training, variations.SUBJECT: _variation}
