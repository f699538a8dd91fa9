"""Calls go to where their function is warm, and nobody loses more turns than is promised."""

import random
from collections import Counter
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from onmodel.dispatch import affinity, workers
from onmodel.dispatch.affinity import LOOK_AHEAD, PASSED_OVER, Waiting, seat
from onmodel.dispatch.schemas import CallParams, FunctionPin
from onmodel.dispatch.tasks import Task
from onmodel.kit.db.uow import Database
from tests.support.calls import add_worker, claim_all, load, submit

HERE, THERE = UUID(int=1), UUID(int=2)
TRAIN, MAKE = Task.TRAIN_LORA.value, Task.GENERATE_VARIATION.value


def warm(task: str, *, name: str = "painter", state: str = "idle") -> dict[str, Any]:
    return {"function": name, "tasks": [task], "state": state, "calls": 1}


def calls(*tasks: str, **changes: Any) -> list[Waiting]:
    return [Waiting(UUID(int=100 + n), task, **changes) for n, task in enumerate(tasks)]


def test_whoever_has_a_turn_goes_to_where_it_is_warm() -> None:
    line = calls(TRAIN, MAKE)
    seating = seat(line, [HERE, THERE], {HERE: [warm(MAKE)], THERE: [warm(TRAIN)]})
    assert seating.owners == [(line[0].id, THERE), (line[1].id, HERE)]
    assert not seating.passed


def test_one_warm_function_is_good_for_one_call() -> None:
    line = calls(MAKE, MAKE)
    seating = seat(line, [HERE, THERE], {THERE: [warm(MAKE)]})
    assert seating.owners == [(line[0].id, THERE), (line[1].id, HERE)]


def test_a_call_goes_ahead_of_one_that_finds_nothing_warm() -> None:
    line = calls(TRAIN, TRAIN, MAKE)
    seating = seat(line, [HERE], {HERE: [warm(MAKE)]})
    assert seating.owners == [(line[2].id, HERE)]
    assert seating.passed == {line[0].id: 1, line[1].id: 1}


def test_not_ahead_of_one_that_lost_its_turns_already() -> None:
    tired, later = calls(TRAIN, passed_over=PASSED_OVER)[0], calls(MAKE, MAKE)[1]
    seating = seat([tired, later], [HERE], {HERE: [warm(MAKE)]})
    assert seating.owners == [(tired.id, HERE)]


def test_not_ahead_of_what_is_urgent() -> None:
    urgent, later = calls(TRAIN, urgent=True)[0], calls(MAKE, MAKE)[1]
    assert seat([urgent, later], [HERE], {HERE: [warm(MAKE)]}).owners == [(urgent.id, HERE)]


def test_what_asks_for_one_function_is_at_home_there_only() -> None:
    line = calls(MAKE, only="sculptor")
    idle = {HERE: [warm(MAKE)], THERE: [warm(MAKE, name="sculptor")]}
    assert seat(line, [HERE, THERE], idle).owners == [(line[0].id, THERE)]


@given(st.integers(min_value=0))
def test_the_bounds_hold_whatever_waits(seed: int) -> None:
    chance = random.Random(seed)
    people = [UUID(int=n) for n in range(1, 4)]
    line = [
        Waiting(
            UUID(int=100 + n),
            chance.choice([TRAIN, MAKE, "other"]),
            urgent=n < 2,
            passed_over=chance.randint(0, PASSED_OVER),
        )
        for n in range(chance.randint(1, 12))
    ]
    slots = [chance.choice(people) for _ in range(chance.randint(1, 6))]
    window = line[: len(slots) + LOOK_AHEAD]
    idle = {one: [warm(chance.choice([TRAIN, MAKE]))] * chance.randint(0, 2) for one in people}
    seating = seat(window, slots, idle)

    dealt = [id_ for id_, _ in seating.owners]
    assert len(dealt) == len(set(dealt)) == min(len(window), len(slots))
    assert not Counter(owner for _, owner in seating.owners) - Counter(slots)
    places = {call.id: place for place, call in enumerate(window)}
    assert dealt == sorted(dealt, key=places.__getitem__)
    for call in window:
        ahead = [id_ for id_ in dealt if places[id_] > places[call.id]]
        if call.id in dealt:
            continue
        assert len(ahead) <= seating.passed[call.id]
        assert call.passed_over + seating.passed[call.id] <= max(PASSED_OVER, call.passed_over)
        assert all(places[id_] - places[call.id] <= LOOK_AHEAD for id_ in ahead)
        assert not call.urgent or all(window[places[id_]].urgent for id_ in ahead)


async def _keeps(database: Database, worker: UUID, *kept: dict[str, Any]) -> None:
    async with database.begin() as uow:
        assert await workers.seen(uow, worker, warm=kept)


async def test_the_queue_deals_to_the_warm_worker(database: Database) -> None:
    cold, hot = await add_worker(database, slots=2), await add_worker(database, slots=1)
    await _keeps(database, hot, warm(MAKE))
    ids = [await submit(database) for _ in range(3)]
    await claim_all(database)
    assert [(await load(database, id_)).lease_owner for id_ in ids] == [hot, cold, cold]


async def test_nobody_is_passed_over_more_often_than_promised(database: Database) -> None:
    worker = await add_worker(database, slots=1)
    await _keeps(database, worker, warm(MAKE))
    slow = await submit(database, task=Task.TRAIN_LORA)
    quick = [await submit(database) for _ in range(PASSED_OVER + 2)]
    order: list[UUID] = []
    for slots in range(1, PASSED_OVER + 3):
        async with database.begin() as uow:
            (one,) = await workers.live(uow, lease_seconds=60)
            one.slots = slots
        order += [claim.call_id for claim in await claim_all(database)]
    assert order == [*quick[:PASSED_OVER], slow, quick[PASSED_OVER]]
    assert (await load(database, slow)).passed_over == PASSED_OVER


async def test_a_busy_or_other_function_makes_no_difference(database: Database) -> None:
    worker = await add_worker(database, slots=1)
    await _keeps(database, worker, warm(MAKE, state="busy"), warm(MAKE, name="painter"))
    pinned = CallParams(only=FunctionPin(name="sculptor"))
    first, second = (
        await submit(database, task=Task.TRAIN_LORA),
        await submit(database, params=pinned),
    )
    (claim,) = await claim_all(database)
    assert claim.call_id == first
    assert (await load(database, second)).passed_over == 0
    assert affinity.idle_of([warm(MAKE, state="busy")]) == []
