"""Claiming: who gets the next slot."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from onmodel.dispatch.choices import LEAD_WAITS_UP_TO
from onmodel.dispatch.order import PRIORITY_STEP
from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.uow import Database
from onmodel.kit.lifecycle import State
from tests.support.calls import add_worker, alter, claim_all, end, load, submit

ANN, BEN, CAT = UUID(int=101), UUID(int=102), UUID(int=103)


async def test_no_worker_no_claim(database: Database) -> None:
    await submit(database)
    assert await claim_all(database) == []


async def test_claims_as_many_as_there_are_free_slots(database: Database) -> None:
    worker = await add_worker(database, slots=2)
    ids = [await submit(database) for _ in range(3)]
    claims = await claim_all(database)
    assert [claim.call_id for claim in claims] == ids[:2]
    assert await claim_all(database) == []
    call = await load(database, ids[0])
    assert (call.state, call.lease_owner, call.fence) == (State.STARTING, worker, 1)


async def test_silent_worker_gets_nothing(database: Database) -> None:
    await add_worker(database, slots=2)
    await submit(database)
    assert await claim_all(database, lease_seconds=0) == []


async def test_people_take_turns(database: Database) -> None:
    await add_worker(database, slots=5)
    anns = [await submit(database, created_by=ANN) for _ in range(4)]
    bens = [await submit(database, created_by=BEN) for _ in range(2)]
    order = [claim.call_id for claim in await claim_all(database)]
    assert order == [anns[0], bens[0], anns[1], bens[1], anns[2]]


async def test_a_newcomer_goes_before_who_has_had_much(database: Database) -> None:
    await add_worker(database, slots=3)
    for _ in range(3):
        await submit(database, created_by=ANN)
    running = await claim_all(database)
    await end(database, running[0].call_id, seconds=9)
    await submit(database, created_by=ANN)
    bens = await submit(database, created_by=BEN)
    assert [claim.call_id for claim in await claim_all(database)] == [bens]


async def test_equals_take_turns_one_slot_after_the_other(database: Database) -> None:
    await add_worker(database, slots=1)
    for person in (ANN, BEN, CAT):
        for _ in range(2):
            await submit(database, created_by=person)
    people: list[UUID] = []
    for _ in range(6):
        (claim,) = await claim_all(database)
        people.append((await load(database, claim.call_id)).created_by)
        await end(database, claim.call_id, seconds=9)
    assert people == [ANN, BEN, CAT, ANN, BEN, CAT]


async def test_priority_goes_first_and_age_catches_up(database: Database) -> None:
    await add_worker(database, slots=4)
    fresh = await submit(database)
    urgent = await submit(database, priority=1)
    old = await submit(database)
    now = datetime.now(UTC)
    await alter(database, old, order_at=now - PRIORITY_STEP - timedelta(seconds=30))
    assert [claim.call_id for claim in await claim_all(database)] == [old, urgent, fresh]


async def test_requeued_call_keeps_its_place(database: Database) -> None:
    await add_worker(database, slots=1)
    first, second = await submit(database), await submit(database)
    (claim,) = await claim_all(database)
    assert claim.call_id == first
    await alter(database, first, state=State.QUEUED, lease_owner=None)
    (again,) = await claim_all(database)
    assert (again.call_id, again.fence) == (first, 2)
    assert (await load(database, second)).state is State.QUEUED


async def test_call_waits_for_its_backoff(database: Database) -> None:
    await add_worker(database, slots=1)
    call_id = await submit(database)
    await alter(database, call_id, not_before=datetime.now(UTC) + timedelta(hours=1))
    assert await claim_all(database) == []
    await alter(database, call_id, not_before=datetime.now(UTC) - timedelta(hours=1))
    assert len(await claim_all(database)) == 1


async def test_tier_without_worker_falls_back_only_when_it_may(database: Database) -> None:
    await add_worker(database, slots=2, tiers=(Tier.LOW,))
    strict = await submit(database, tier=Tier.HIGH, may_fall_back=False)
    lenient = await submit(database, tier=Tier.HIGH)
    (claim,) = await claim_all(database)
    assert (claim.call_id, claim.tier) == (lenient, Tier.LOW)
    call = await load(database, lenient)
    assert (call.tier_asked, call.tier_used, call.tier_reason) == ("high", "low", "no_worker")
    assert (await load(database, strict)).state is State.QUEUED


async def test_tier_that_is_busy_steps_down_one_tier_at_a_time(database: Database) -> None:
    await add_worker(database, slots=1, tiers=(Tier.HIGH,))
    await add_worker(database, slots=1, tiers=(Tier.STANDARD,))
    await add_worker(database, slots=1, tiers=(Tier.LOW,))
    ids = [await submit(database, tier=Tier.HIGH) for _ in range(3)]
    tiers: dict[UUID, Tier] = {}
    for _ in range(3):
        tiers |= {claim.call_id: claim.tier for claim in await claim_all(database)}
    assert [tiers[id_] for id_ in ids] == [Tier.HIGH, Tier.STANDARD, Tier.LOW]
    reasons = [(await load(database, id_)).tier_reason for id_ in ids]
    assert reasons == [None, "all_busy", "all_busy"]


async def test_a_lead_waits_for_its_tier_while_the_line_is_short(database: Database) -> None:
    await add_worker(database, slots=1, tiers=(Tier.HIGH,))
    await add_worker(database, slots=9, tiers=(Tier.LOW,))
    await submit(database, tier=Tier.HIGH)
    await claim_all(database)
    lead = await submit(database, tier=Tier.HIGH, importance="lead")
    other = await submit(database, tier=Tier.HIGH, importance="supporting")
    assert [claim.call_id for claim in await claim_all(database)] == [other]
    strict = {"tier": Tier.HIGH, "may_fall_back": False}
    for _ in range(int(LEAD_WAITS_UP_TO)):
        await submit(database, **strict)
    assert [claim.call_id for claim in await claim_all(database)] == [lead]
    call = await load(database, lead)
    assert (call.tier_used, call.tier_reason) == (Tier.LOW, "line_too_long")


async def test_two_producers_share_the_slots_without_harm(database: Database) -> None:
    await add_worker(database, slots=7)
    ids = [await submit(database) for _ in range(20)]
    rounds = await asyncio.gather(*(claim_all(database) for _ in range(4)))
    claimed = [claim.call_id for round_ in rounds for claim in round_]
    assert sorted(claimed) == ids[:7]


async def test_reserves_slots_on_the_emptiest_worker(database: Database) -> None:
    small, large = await add_worker(database, slots=1), await add_worker(database, slots=3)
    ids = [await submit(database) for _ in range(4)]
    await claim_all(database)
    owners = [(await load(database, id_)).lease_owner for id_ in ids]
    assert (owners.count(small), owners.count(large)) == (1, 3)
    assert owners[0] == large
