"""Asking for calls and taking the wish back."""

from uuid import uuid4

import pytest

from onmodel.dispatch import leases, service
from onmodel.dispatch.errors import CallNotFoundError, CallOverError, UnknownDependencyError
from onmodel.dispatch.notices import CANCELLED, WAITING
from onmodel.dispatch.schemas import CallError, CallOutputs
from onmodel.kit.db.uow import Database, Notice
from onmodel.kit.lifecycle import State
from tests.support.calls import (
    LEASE,
    Noun,
    add_worker,
    claim_all,
    load,
    new_call,
    submit,
)

BAD_PICTURE = CallError(code="no_face", message="There is no face.", fault="input")


async def _run(database: Database, *, error: CallError | None = None) -> None:
    """Claim, start and end everything that is ready."""
    for claimed in await claim_all(database):
        async with database.begin() as uow:
            id_, fence = claimed.call_id, claimed.fence
            await leases.start(uow, id_, fence, worker_id=claimed.owner, lease_seconds=LEASE)
            if error:
                await leases.fail(uow, id_, fence, error)
            else:
                await leases.complete(uow, id_, fence, CallOutputs(), seconds=1.0)


async def test_submission_wakes_the_producer_after_the_commit(
    database: Database, notices: list[Notice]
) -> None:
    async with database.begin() as uow:
        await service.submit(uow, new_call())
        await service.submit(uow, new_call())
        assert notices == []
    assert notices == [(WAITING, b"")]


async def test_submission_rolls_back_with_its_transaction(database: Database) -> None:
    new = new_call()

    async def change_of_mind() -> None:
        async with database.begin() as uow:
            await service.submit(uow, new)
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await change_of_mind()
    async with database.begin() as uow:
        with pytest.raises(CallNotFoundError):
            await service.cancel(uow, new.id)


async def test_refuses_noun_that_nobody_answers_for(database: Database) -> None:
    with pytest.raises(LookupError, match="no handlers"):
        await submit(database, subject_kind="stranger")


async def test_cancels_waiting_call(database: Database, noun: Noun, notices: list[Notice]) -> None:
    call_id = await submit(database)
    async with database.begin() as uow:
        await service.cancel(uow, call_id)
    await add_worker(database, slots=1)
    assert await claim_all(database) == []
    assert (await load(database, call_id)).state is State.CANCELLED
    assert noun.of(call_id) == ["cancelled"]
    assert (CANCELLED, str(call_id).encode()) in notices


async def test_cancelled_while_running_refuses_the_workers_result(
    database: Database, noun: Noun
) -> None:
    call_id = await submit(database)
    worker = await add_worker(database, slots=1)
    (claimed,) = await claim_all(database)
    async with database.begin() as uow:
        await leases.start(uow, call_id, claimed.fence, worker_id=worker, lease_seconds=LEASE)
    async with database.begin() as uow:
        await service.cancel(uow, call_id)
    held = leases.Held(call_id, claimed.fence, 50.0, "half")
    async with database.begin() as uow:
        assert await leases.heartbeat(uow, [held], lease_seconds=LEASE) == [held]
        with pytest.raises(leases.LeaseLostError):
            await leases.complete(uow, call_id, claimed.fence, CallOutputs(), seconds=1.0)
    assert (await load(database, call_id)).state is State.CANCELLED
    assert noun.of(call_id) == ["started", "cancelled"]


async def test_cancels_once(database: Database) -> None:
    call_id = await submit(database)
    async with database.begin() as uow:
        await service.cancel(uow, call_id)
    async with database.begin() as uow:
        with pytest.raises(CallOverError, match="was cancelled before"):
            await service.cancel(uow, call_id)


async def test_runs_in_order_of_dependency(database: Database, noun: Noun) -> None:
    await add_worker(database, slots=5)
    draw, other, score = new_call(), new_call(), new_call()
    score = new_call(depends_on=(draw.id, other.id), priority=9)
    notify = new_call(depends_on=(score.id,), priority=9)
    async with database.begin() as uow:
        await service.submit_many(uow, [draw, other, score, notify])
    await _run(database)
    await _run(database)
    await _run(database)
    ended = [id_ for what, id_ in noun.heard if what == "succeeded"]
    assert ended == [draw.id, other.id, score.id, notify.id]


async def test_dependency_that_has_succeeded_holds_nothing_up(database: Database) -> None:
    await add_worker(database, slots=1)
    first = await submit(database)
    await _run(database)
    second = await submit(database, depends_on=(first,))
    assert [claim.call_id for claim in await claim_all(database)] == [second]


async def test_failure_ends_all_that_depends_on_it(database: Database, noun: Noun) -> None:
    await add_worker(database, slots=1)
    first = await submit(database)
    second = await submit(database, depends_on=(first,))
    third = await submit(database, depends_on=(second,))
    await _run(database, error=BAD_PICTURE)
    for id_ in (second, third):
        call = await load(database, id_)
        assert call.state is State.FAILED
        assert call.error is not None
        assert call.error["code"] == "dependency_failed"
        assert noun.of(id_) == ["failed"]


async def test_cancelling_cancels_all_that_depends_on_it(database: Database) -> None:
    first = await submit(database)
    second = await submit(database, depends_on=(first,))
    async with database.begin() as uow:
        await service.cancel(uow, first)
    assert (await load(database, second)).state is State.CANCELLED


@pytest.mark.parametrize("gone", ["unknown", "cancelled"])
async def test_refuses_dependency_that_cannot_succeed(database: Database, gone: str) -> None:
    dependency = uuid4()
    if gone == "cancelled":
        dependency = await submit(database)
        async with database.begin() as uow:
            await service.cancel(uow, dependency)
    with pytest.raises(UnknownDependencyError):
        await submit(database, depends_on=(dependency,))
