"""Weights, limits and quotas: who gets how much of the machines."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from onmodel.dispatch import leases, quotas, service, shares, sharing, steering
from onmodel.dispatch.errors import NotWaitingError, OthersTurnError, QuotaReachedError
from onmodel.dispatch.models import Call
from onmodel.dispatch.share_models import PersonShare, ProjectShare
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.dispatch.urgency import hurry_what_is_due, set_urgent
from onmodel.kit.db.uow import Database
from onmodel.kit.lifecycle import State
from tests.support.calls import PROJECT, add_worker, alter, claim_all, end, load, submit

ANN, BEN = UUID(int=101), UUID(int=102)
FILM, SERIES = PROJECT, UUID(int=2)


async def _set(database: Database, project: UUID = FILM, **values: Any) -> None:
    async with database.begin() as uow:
        await sharing.set_project(uow, project, **values)


async def _served(database: Database, rounds: int, *, seconds: float = 4.0) -> list[Call]:
    """Deal one slot after the other, each call ending before the next begins."""
    served: list[Call] = []
    for _ in range(rounds):
        (claim,) = await claim_all(database)
        served.append(await load(database, claim.call_id))
        await end(database, claim.call_id, seconds=seconds)
    return served


async def test_projects_share_by_weight_even_with_one_slot(database: Database) -> None:
    await add_worker(database, slots=1)
    await _set(database, FILM, weight=3)
    for project in (FILM, SERIES):
        for _ in range(12):
            await submit(database, project_id=project)
    served = Counter(call.project_id for call in await _served(database, 12))
    assert served == {FILM: 9, SERIES: 3}


async def test_the_example_of_the_documentation(database: Database) -> None:
    await add_worker(database, slots=1)
    await _set(database, FILM, weight=2)
    names: dict[UUID, str] = {}
    for project, letter, count in ((FILM, "f", 4), (SERIES, "s", 2)):
        for number in range(1, count + 1):
            names[await submit(database, project_id=project)] = f"{letter}{number}"
    served = [names[call.id] for call in await _served(database, 6, seconds=10)]
    assert served == ["f1", "s1", "f2", "f3", "s2", "f4"]


async def test_people_share_their_project_by_weight(database: Database) -> None:
    await add_worker(database, slots=1)
    async with database.begin() as uow:
        await sharing.set_person(uow, FILM, ANN, weight=2)
    for person in (ANN, BEN):
        for _ in range(9):
            await submit(database, created_by=person)
    served = Counter(call.created_by for call in await _served(database, 9))
    assert served == {ANN: 6, BEN: 3}


async def test_a_project_with_many_people_has_no_more_than_one_with_one(
    database: Database,
) -> None:
    await add_worker(database, slots=1)
    for person in range(5):
        for _ in range(2):
            await submit(database, project_id=FILM, created_by=UUID(int=200 + person))
    for _ in range(5):
        await submit(database, project_id=SERIES, created_by=ANN)
    served = Counter(call.project_id for call in await _served(database, 10))
    assert served == {FILM: 5, SERIES: 5}


async def test_what_counts_is_the_time_that_calls_take(database: Database) -> None:
    await add_worker(database, slots=1)
    for _ in range(2):
        await submit(database, created_by=ANN, task=Task.TRAIN_LORA)
    for _ in range(12):
        await submit(database, created_by=BEN)
    people: list[UUID] = []
    for _ in range(7):
        (claim,) = await claim_all(database)
        call = await load(database, claim.call_id)
        people.append(call.created_by)
        await end(database, call.id, seconds=20.0 if call.created_by == ANN else 4.0)
    # one training of twenty seconds is as much as five pictures of four
    assert people == [ANN, BEN, BEN, BEN, BEN, BEN, ANN]


async def test_rest_is_not_saved_up(database: Database) -> None:
    await add_worker(database, slots=1)
    for _ in range(20):
        await submit(database, created_by=ANN)
    await _served(database, 10)
    for _ in range(4):
        await submit(database, created_by=BEN)
    served = Counter(call.created_by for call in await _served(database, 8))
    assert served == {ANN: 4, BEN: 4}


async def test_a_call_that_never_ran_costs_its_person_nothing(database: Database) -> None:
    await add_worker(database, slots=1)
    cancelled = await submit(database, created_by=ANN)
    await claim_all(database)
    await alter(
        database,
        cancelled,
        state=State.CANCELLED,
        lease_owner=None,
        finished_at=datetime.now(UTC),
    )
    await submit(database, created_by=ANN)
    await claim_all(database)
    async with database.read() as uow:
        share = await uow.session.get(ProjectShare, FILM)
    call = await load(database, cancelled)
    assert (call.charged, call.used_ms) == (0, 0)
    assert share is not None
    assert share.had == 10_000 * 2520  # the second one, whose length nobody knows yet


async def test_what_was_given_back_costs_what_it_ran_and_not_what_it_lay(
    database: Database,
) -> None:
    worker = await add_worker(database, slots=1)
    await _set(database, FILM, quota_seconds=3600)
    call_id = await submit(database, created_by=ANN)
    (claim,) = await claim_all(database)
    days = timedelta(days=3)
    async with database.begin() as uow:
        await leases.start(uow, call_id, claim.fence, worker_id=worker, lease_seconds=60)
    await alter(database, call_id, started_at=datetime.now(UTC) - timedelta(seconds=20))
    async with database.begin() as uow:
        await leases.release(uow, call_id, claim.fence)
    given_back = await load(database, call_id)
    assert given_back.started_at is None
    assert given_back.used_ms == pytest.approx(20_000, abs=2_000)
    await alter(database, call_id, not_before=datetime.now(UTC) + days)
    await submit(database, created_by=BEN)  # a deal settles what has ended
    await claim_all(database)
    assert (await load(database, call_id)).charged == given_back.used_ms
    async with database.begin() as uow:
        await service.cancel(uow, call_id)
    over = await load(database, call_id)
    await alter(database, call_id, finished_at=datetime.now(UTC) + days)
    assert (over.used_ms, over.charged) == (given_back.used_ms, given_back.used_ms)
    async with database.read() as uow:
        use = await quotas.of_project(uow, FILM)
        share = await uow.session.get(PersonShare, (FILM, ANN))
    assert use.seconds == pytest.approx(20, abs=2)
    assert share is not None
    assert share.had == given_back.used_ms * 2520


async def test_a_call_that_ran_twice_costs_both(database: Database) -> None:
    worker = await add_worker(database, slots=1)
    call_id = await submit(database, created_by=ANN)
    for _ in range(2):
        (claim,) = await claim_all(database)
        async with database.begin() as uow:
            await leases.start(uow, call_id, claim.fence, worker_id=worker, lease_seconds=60)
        await alter(database, call_id, started_at=datetime.now(UTC) - timedelta(seconds=5))
        async with database.begin() as uow:
            await leases.release(uow, call_id, claim.fence)
    async with database.begin() as uow:
        await shares.prepare(uow)
    async with database.read() as uow:
        share = await uow.session.get(PersonShare, (FILM, ANN))
    used = (await load(database, call_id)).used_ms
    assert used == pytest.approx(10_000, abs=2_000)
    assert share is not None
    assert share.had == used * 2520


async def test_a_project_runs_no_more_at_once_than_it_may(database: Database) -> None:
    await add_worker(database, slots=5)
    await _set(database, FILM, max_running=2)
    films = [await submit(database, project_id=FILM) for _ in range(3)]
    series = [await submit(database, project_id=SERIES) for _ in range(2)]
    claimed = {claim.call_id for claim in await claim_all(database)}
    assert claimed == {*films[:2], *series}
    async with database.read() as uow:
        use = (await quotas.of_projects(uow, [FILM, SERIES]))[FILM]
    assert (use.hold, use.running, use.waiting) == ("project_limit", 2, 1)
    assert use.sentence == "The project may run 2 at once; one has to end first."
    await end(database, films[0], seconds=1)
    assert [claim.call_id for claim in await claim_all(database)] == [films[2]]


async def test_beyond_the_quota_calls_wait_for_the_next_day(database: Database) -> None:
    await add_worker(database, slots=5)
    await _set(database, FILM, quota_calls=2)
    ids = [await submit(database) for _ in range(3)]
    assert [claim.call_id for claim in await claim_all(database)] == ids[:2]
    async with database.read() as uow:
        use = (await quotas.of_projects(uow, [FILM]))[FILM]
    assert use.hold == "quota_calls"
    assert "may have 2 calls today" in (use.sentence or "")
    assert use.renews_at > datetime.now(UTC)
    for id_ in ids[:2]:  # they were yesterday's
        await alter(database, id_, claimed_at=datetime.now(UTC) - timedelta(days=1))
    assert [claim.call_id for claim in await claim_all(database)] == [ids[2]]


async def test_a_quota_of_seconds_counts_what_calls_took(database: Database) -> None:
    await add_worker(database, slots=1)
    await _set(database, FILM, quota_seconds=5, quota_period="month")
    first, second = await submit(database), await submit(database)
    await claim_all(database)
    await end(database, first, seconds=6)
    assert await claim_all(database) == []
    async with database.read() as uow:
        use = (await quotas.of_projects(uow, [FILM]))[FILM]
    assert (use.hold, round(use.seconds), use.waiting) == ("quota_seconds", 6, 1)
    assert "may use 5 seconds of machine time this month" in (use.sentence or "")
    await _set(database, FILM, quota_seconds=60)
    assert [claim.call_id for claim in await claim_all(database)] == [second]


async def test_a_project_can_refuse_instead(database: Database) -> None:
    await _set(database, FILM, quota_calls=1, refuses=True)
    await submit(database)
    with pytest.raises(
        QuotaReachedError, match="may begin no more calls this day; this asks for 1"
    ):
        await submit(database)
    await submit(database, project_id=SERIES)


async def test_urgent_goes_first_whoever_asks_and_is_charged(database: Database) -> None:
    await add_worker(database, slots=1)
    anns = [await submit(database, created_by=ANN) for _ in range(3)]
    ben = await submit(database, created_by=BEN)
    async with database.begin() as uow:
        await set_urgent(uow, anns[2], urgent=True)
    served = [call.id for call in await _served(database, 3)]
    assert served == [anns[2], ben, anns[0]]


async def test_taking_urgency_back_and_what_cannot_be_hurried(database: Database) -> None:
    await add_worker(database, slots=1)
    first, second = await submit(database), await submit(database)
    async with database.begin() as uow:
        await set_urgent(uow, second, urgent=True)
        assert not (await set_urgent(uow, second, urgent=False)).urgent
    assert [claim.call_id for claim in await claim_all(database)] == [first]
    async with database.begin() as uow:
        with pytest.raises(NotWaitingError):
            await set_urgent(uow, first, urgent=True)


async def test_what_is_due_soon_becomes_urgent(database: Database) -> None:
    now = datetime.now(UTC)
    soon = await submit(database, due_at=now + timedelta(seconds=15))
    later = await submit(database, due_at=now + timedelta(hours=1))
    async with database.begin() as uow:
        # nothing is known of its length, which counts as ten seconds; twice that is left
        assert await hurry_what_is_due(uow) == [soon]
        assert await hurry_what_is_due(uow) == []
    assert (await load(database, soon)).urgent
    assert not (await load(database, later)).urgent


async def test_a_call_moves_inside_its_project_and_its_urgency(database: Database) -> None:
    first, urgent = await submit(database), await submit(database, urgent=True)
    elsewhere = await submit(database, project_id=SERIES)
    async with database.begin() as uow:
        for other in (urgent, elsewhere):
            with pytest.raises(OthersTurnError):
                await steering.move(uow, first, beside=other, after=False)


async def test_a_slow_tier_is_charged_by_its_own_past(database: Database) -> None:
    past = await submit(database, tier=Tier.HIGH)
    await alter(database, past, tier_used=Tier.HIGH)
    await end(database, past, seconds=50)
    await add_worker(database, slots=2)
    call_id = await submit(database, tier=Tier.HIGH)
    other = await submit(database, tier=Tier.LOW)
    await claim_all(database)
    assert (await load(database, call_id)).charged == 50_000
    assert (await load(database, other)).charged == 10_000
