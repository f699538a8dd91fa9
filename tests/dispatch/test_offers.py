"""What workers say that they can do, and who gets what for it."""

from typing import Any
from uuid import UUID

import pytest

from onmodel.dispatch import leases, workers
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallError, CallParams, FunctionPin
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.kit.db.uow import Database
from onmodel.kit.lifecycle import State
from tests.support.calls import LEASE, add_worker, alter, claim_all, end, load, submit

DRAW, MEASURE = Task.GENERATE_VARIATION, Task.VALIDATE_CONSISTENCY
EVERY = tuple(tier.value for tier in ASCENDING)
NOT_HERE = CallError.of("gpu_too_small")


def offer(name: str, task: Task, *tiers: str, preview: bool = False) -> dict[str, Any]:
    fits = list(tiers or EVERY)
    return {
        **{"name": name, "version": "1", "tasks": [task.value], "preview": preview},
        **{"tiers": fits, "pinned": fits},
    }


RULER = offer("ruler", MEASURE)
PAINTER = offer("painter", DRAW)
SKETCHER = offer("sketcher", DRAW, "low", preview=True)


async def _cpu(database: Database, *offers: dict[str, Any]) -> UUID:
    return await add_worker(database, slots=2, offers=[RULER, *offers])


async def _gpu(database: Database, *, slots: int = 1) -> UUID:
    return await add_worker(database, slots=slots, offers=[RULER, PAINTER, SKETCHER])


async def _owners(database: Database) -> dict[UUID, UUID]:
    return {claim.call_id: claim.owner for claim in await claim_all(database)}


async def _refuse(database: Database, call_id: UUID, error: CallError = NOT_HERE) -> Call | None:
    """Let the owner of a dealt call begin it and find that it cannot do it."""
    call = await load(database, call_id)
    assert call.lease_owner is not None
    async with database.begin() as uow:
        await leases.start(
            uow, call_id, call.fence, worker_id=call.lease_owner, lease_seconds=LEASE
        )
        return await leases.pass_on(
            *(uow, call_id, call.fence, error), worker_id=call.lease_owner, lease_seconds=LEASE
        )


async def test_what_needs_a_gpu_waits_for_one_beside_idle_machines_without(
    database: Database,
) -> None:
    await _cpu(database)
    gpu = await _gpu(database)
    strict = {"tier": Tier.HIGH, "may_fall_back": False}
    first, second = [await submit(database, **strict) for _ in range(2)]
    assert await _owners(database) == {first: gpu}
    await end(database, first, seconds=1)
    assert await _owners(database) == {second: gpu}


async def test_what_runs_anywhere_leaves_the_gpu_to_what_does_not(database: Database) -> None:
    gpu = await _gpu(database)
    cpu = await _cpu(database)
    measured = await submit(database, task=MEASURE)
    drawn = await submit(database)
    assert await _owners(database) == {measured: cpu, drawn: gpu}


async def test_a_preview_is_made_only_while_what_finishes_is_busy(database: Database) -> None:
    cpu = await _cpu(database, SKETCHER)
    gpu = await _gpu(database)
    first, second, lead = [await submit(database) for _ in range(3)]
    await alter(database, lead, importance="lead")
    assert await _owners(database) == {first: gpu}
    assert await _owners(database) == {second: cpu}
    assert await _owners(database) == {}  # a lead waits
    await end(database, first, seconds=1)
    assert await _owners(database) == {lead: gpu}


async def test_a_tier_that_is_busy_falls_back_to_what_others_can_do(database: Database) -> None:
    await _gpu(database)
    small = await _cpu(database, offer("sketcher", DRAW, "low"))
    await submit(database, tier=Tier.HIGH)
    await claim_all(database)
    call_id = await submit(database, tier=Tier.HIGH)
    assert await _owners(database) == {call_id: small}
    call = await load(database, call_id)
    assert (call.tier_used, call.tier_reason) == (Tier.LOW, "all_busy")


async def test_where_nobody_can_as_asked_whoever_can_at_all_says_why(database: Database) -> None:
    await _cpu(database)
    able = await add_worker(database, slots=2, offers=[offer("sketcher", DRAW, "low")])
    call_id = await submit(database, tier=Tier.HIGH)
    assert await _owners(database) == {call_id: able}
    assert (await load(database, call_id)).tier_used == Tier.HIGH  # its worker steps down


async def test_where_nobody_can_at_all_the_first_one_says_so(database: Database) -> None:
    worker = await _cpu(database)
    call_id = await submit(database, may_fall_back=False)
    assert await _owners(database) == {call_id: worker}
    assert await _refuse(database, call_id) is None


@pytest.mark.parametrize("version", [None, "1"])
async def test_a_function_that_is_asked_for_by_name_is_looked_for(
    database: Database, version: str | None
) -> None:
    await _cpu(database, SKETCHER)
    gpu = await _gpu(database)
    only = FunctionPin(name="painter", version=version)
    calls = [await submit(database, params=CallParams(only=only)) for _ in range(2)]
    assert await _owners(database) == {calls[0]: gpu}


async def test_a_function_that_nobody_has_fails_where_it_may(database: Database) -> None:
    gpu = await _gpu(database)
    only = CallParams(only=FunctionPin(name="painter", version="0.9"))
    call_id = await submit(database, params=only)
    assert await _owners(database) == {call_id: gpu}
    assert await _refuse(database, call_id) is None


async def test_what_one_machine_refuses_goes_to_another_and_costs_no_attempt(
    database: Database,
) -> None:
    one = await add_worker(database, slots=2, offers=[offer("painter", DRAW, "low")])
    two = await add_worker(database, slots=1, offers=[offer("sketcher", DRAW)])
    call_id = await submit(database)
    assert await _owners(database) == {call_id: one}
    passed = await _refuse(database, call_id)
    assert passed is not None
    assert (passed.state, passed.attempt, len(passed.refused_by)) == (State.QUEUED, 0, 1)
    assert await _owners(database) == {call_id: two}
    assert await _refuse(database, call_id) is None  # nobody is left


async def test_what_was_refused_comes_back_when_the_other_machine_has_gone(
    database: Database,
) -> None:
    one = await add_worker(database, slots=2, offers=[offer("painter", DRAW, "low")])
    two = await add_worker(database, slots=1, offers=[offer("sketcher", DRAW)])
    call_id = await submit(database)
    assert await _owners(database) == {call_id: one}
    assert await _refuse(database, call_id) is not None
    async with database.begin() as uow:
        await workers.leave(uow, two)
    assert await _owners(database) == {call_id: one}
    assert await _refuse(database, call_id) is None


@pytest.mark.parametrize("importance", ["lead", "background"])
async def test_what_the_better_machine_refused_does_not_wait_for_it(
    database: Database, importance: str
) -> None:
    gpu = await _gpu(database, slots=2)
    cpu = await _cpu(database, SKETCHER)
    preview = await submit(database, importance=importance)
    lower = await submit(database, tier=Tier.HIGH, importance=importance)
    assert await _owners(database) == {preview: gpu, lower: gpu}
    for call_id in (preview, lower):
        assert await _refuse(database, call_id, CallError.of("not_for_sale")) is not None
    assert await _owners(database) == {preview: cpu, lower: cpu}
    call = await load(database, lower)
    assert (call.tier_used, call.tier_reason) == (Tier.LOW, "no_worker")
    assert await _refuse(database, preview) is None


async def test_what_is_dealt_to_a_worker_that_leaves_is_dealt_again_at_once(
    database: Database,
) -> None:
    leaving = await add_worker(database, slots=1)
    call_id = await submit(database)
    assert await _owners(database) == {call_id: leaving}
    async with database.read() as uow:
        assert await leases.expired(uow, lease_seconds=LEASE) == []
    async with database.begin() as uow:
        await workers.stop_accepting(uow, leaving)
    async with database.begin() as uow:
        ((id_, fence),) = await leases.expired(uow, lease_seconds=LEASE)
        await leases.requeue_expired(uow, id_, fence, lease_seconds=LEASE)
    other = await add_worker(database, slots=1)
    assert await _owners(database) == {call_id: other}
    assert (await load(database, call_id)).attempt == 0


async def test_nobody_begins_what_was_dealt_to_another(database: Database) -> None:
    owner, other = [await add_worker(database, slots=1) for _ in range(2)]
    call_id = await submit(database)
    (claim,) = await claim_all(database)
    assert claim.owner in (owner, other)
    thief = other if claim.owner == owner else owner
    with pytest.raises(leases.LeaseLostError):
        async with database.begin() as uow:
            await leases.start(uow, call_id, claim.fence, worker_id=thief, lease_seconds=LEASE)
    assert (await load(database, call_id)).state is State.STARTING
