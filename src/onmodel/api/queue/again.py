"""Trying again what failed or was cancelled, and with it what ended only because of that."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from onmodel.accounts.service import Actor
from onmodel.api.queue import rights
from onmodel.dispatch import dependencies
from onmodel.dispatch import service as dispatch
from onmodel.dispatch.errors import DependencyUnmetError, NotOverError
from onmodel.dispatch.models import Call
from onmodel.dispatch.repository import get, lock
from onmodel.dispatch.schemas import CallParams, NewCall
from onmodel.dispatch.timing import Timing
from onmodel.kit.clock import now
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.kit.errors import ProblemError
from onmodel.training import repository as trainings
from onmodel.training import service as training
from onmodel.training.schemas import TrainRequest
from onmodel.variations import repository as pictures
from onmodel.variations import service as variations


async def retry(uow: UnitOfWork, actor: Actor, call: Call) -> Call:
    """Ask once more for what a call was to do; it waits for the newest tries of what that did.

    What was tried again already is not, by a second click: the newest try is the answer, and has
    the right to the next one.

    Raises:
        NotOverError: it did not fail.
        DependencyUnmetError: something that it waits for is lost, too.
        ProblemError: what its noun says against it.
    """
    call = await lock(uow, call.id)  # a click of the same moment waits, and finds what this asked
    if call.state not in dependencies.LOST:
        raise NotOverError("Only what failed or was cancelled can be tried again.")
    if call.retried_as is not None:
        (latest,) = await dependencies.newest(uow, [call.id])
        return latest
    before = await dependencies.newest(uow, call.depends_on)
    if any(one.state in dependencies.LOST for one in before):
        raise DependencyUnmetError("What this waits for did not succeed.")
    again = _AGAIN.get(call.subject_kind, _the_same)
    fresh = await again(uow, actor, call, [one.id for one in before])
    call.retried_as = fresh.id
    if call.due_at is not None and call.due_at > now():
        fresh.due_at = call.due_at
    await uow.session.flush()
    return fresh


async def bring_back(database: Database, actor: Actor, call_id: UUID) -> None:
    """Try again what ended only because of this call, which was tried again.

    Each in a transaction of its own: one that cannot come back stops no other.
    """
    async with database.read() as uow:
        lost = await dependencies.lost_with(uow, call_id)
    for id_ in lost:
        with suppress(ProblemError):
            async with database.begin() as uow:
                await retry(uow, actor, await rights.permitted(uow, actor, id_, "retry"))
            await bring_back(database, actor, id_)


async def _training(uow: UnitOfWork, actor: Actor, call: Call, after: list[UUID]) -> Call:
    job = await trainings.find(uow, call.subject_id)
    assert job is not None  # jobs are never deleted while their call is kept
    wish = TrainRequest(quality=call.tier_asked.value, urgent=call.priority > 0, after=after)
    fresh = await training.request_training(uow, actor, job.character_id, wish)
    return await _call_of(uow, (await trainings.find(uow, fresh.id)))


async def _variation(uow: UnitOfWork, actor: Actor, call: Call, after: list[UUID]) -> Call:
    row = await pictures.find(uow, call.subject_id)
    if row is not None and variations.stands_aside(row):
        fresh = await _the_same(uow, actor, call, after)
        await variations.begin_again(uow, actor, row.id, fresh.id)
        return fresh
    seed = int(row.recipe["seed"]) if row and "seed" in row.recipe else None
    made = await variations.regenerate(uow, actor, call.subject_id, seed, Timing(after=after))
    return await _call_of(uow, await pictures.find(uow, made.id))


async def _call_of(uow: UnitOfWork, row: object) -> Call:
    call_id = getattr(row, "call_id", None)
    assert call_id is not None  # it was asked for a moment ago
    return await get(uow, call_id)


async def _the_same(uow: UnitOfWork, actor: Actor, call: Call, after: list[UUID]) -> Call:
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
            depends_on=tuple(after),
        ),
    )


_Again = Callable[[UnitOfWork, Actor, Call, list[UUID]], Awaitable[Call]]
_AGAIN: dict[str, _Again] = {training.SUBJECT: _training, variations.SUBJECT: _variation}
