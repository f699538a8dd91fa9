"""Calls that wait for others: in whatever order things go wrong, nothing runs early or hangs."""

import asyncio
from random import Random
from uuid import UUID

import pytest

from onmodel.dispatch import dependencies, leases, service
from onmodel.dispatch.errors import CallOverError, TooManyDependenciesError, UnknownDependencyError
from onmodel.dispatch.queue import standing
from onmodel.dispatch.schemas import CallError, CallOutputs, Claim, NewCall
from onmodel.dispatch.tiers import Tier
from onmodel.dispatch.timing import MOST_DEPENDENCIES
from onmodel.kit.clock import now
from onmodel.kit.db.uow import Database
from onmodel.kit.lifecycle import FINAL, State
from tests.support.calls import (
    LEASE,
    Noun,
    add_worker,
    alter,
    claim_all,
    end,
    load,
    new_call,
    submit,
)

REFUSED = CallError(code="no_face", message="There is no face.", fault="input")
BROKEN = CallError.of("storage_unavailable")


def _graph(dice: Random, size: int) -> list[NewCall]:
    """Return wishes of which each may depend on up to four earlier ones."""
    wishes: list[NewCall] = []
    for _ in range(size):
        before = dice.sample(wishes, min(len(wishes), dice.choice([0, 0, 1, 1, 2, 4])))
        person = UUID(int=dice.choice([100, 101]))
        after = tuple(one.id for one in before)
        wishes.append(new_call(depends_on=after, created_by=person, max_attempts=3))
    return wishes


class _Studio:
    """Runs whatever is dealt, with accidents, and watches that nothing begins too early."""

    def __init__(self, database: Database, dice: Random, wishes: list[NewCall]) -> None:
        self.database, self.dice = database, dice
        self.after = {wish.id: wish.depends_on for wish in wishes}

    async def round(self) -> None:
        """Deal, let several calls end at once, and let the pauses between tries pass."""
        claims = await claim_all(self.database)
        await asyncio.gather(*(self._run(claim) for claim in claims), self._cancel_one())
        for id_ in self.after:
            await alter(self.database, id_, not_before=None)

    async def _run(self, claim: Claim) -> None:
        id_, fence = claim.call_id, claim.fence
        for before in self.after[id_]:
            assert (await load(self.database, before)).state is State.SUCCEEDED
        fate = self.dice.choice(["good"] * 5 + ["refused", "broken", "lost", "given back"])
        try:
            async with self.database.begin() as uow:
                await leases.start(uow, id_, fence, worker_id=claim.owner, lease_seconds=LEASE)
            if fate == "lost":
                await alter(self.database, id_, lease_until=now().replace(year=2020))
            async with self.database.begin() as uow:
                match fate:
                    case "good":
                        await leases.complete(uow, id_, fence, CallOutputs(), seconds=1.0)
                    case "refused":
                        await leases.fail(uow, id_, fence, REFUSED)
                    case "broken":
                        await leases.fail(uow, id_, fence, BROKEN)
                    case "lost":
                        await leases.requeue_expired(uow, id_, fence, lease_seconds=LEASE)
                    case _:
                        await leases.release(uow, id_, fence)
        except leases.LeaseLostError:
            pass  # somebody cancelled it meanwhile

    async def _cancel_one(self) -> None:
        if self.dice.random() > 0.1:
            return
        try:
            async with self.database.begin() as uow:
                await service.cancel(uow, self.dice.choice(list(self.after)))
        except CallOverError:
            pass


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_runs_early_and_nothing_is_left(
    database: Database, noun: Noun, seed: int
) -> None:
    dice = Random(seed)
    wishes = _graph(dice, 24)
    await add_worker(database, slots=4)
    async with database.begin() as uow:
        await service.submit_many(uow, wishes)
    studio = _Studio(database, dice, wishes)
    ended = {}
    for _ in range(200):
        await studio.round()
        ended = {wish.id: await load(database, wish.id) for wish in wishes}
        if all(call.state in FINAL for call in ended.values()):
            break
    assert len(ended) == len(wishes)
    for id_, call in ended.items():
        assert call.state in FINAL
        heard = [what for what in noun.of(id_) if what in FINAL]
        assert heard == [call.state.value]
        parents = [ended[before].state for before in studio.after[id_]]
        if call.state is State.SUCCEEDED:
            assert set(parents) <= {State.SUCCEEDED}
        elif call.error is not None and call.error["code"] in dependencies.UNMET:
            assert call.attempt == 0
            assert {State.FAILED, State.CANCELLED} & set(parents)
        elif call.state is State.FAILED:
            assert call.attempt > 0


async def test_only_calls_of_the_same_project_are_waited_for(database: Database) -> None:
    elsewhere = await submit(database, project_id=UUID(int=2))
    with pytest.raises(UnknownDependencyError):
        await submit(database, depends_on=(elsewhere,))


async def test_the_number_of_dependencies_is_bounded(database: Database) -> None:
    ids = [await submit(database) for _ in range(MOST_DEPENDENCIES + 1)]
    with pytest.raises(TooManyDependenciesError):
        await submit(database, depends_on=tuple(ids))
    await submit(database, depends_on=tuple(ids[1:]))


async def test_what_is_cancelled_with_another_says_so(database: Database) -> None:
    first = await submit(database)
    second = await submit(database, depends_on=(first,))
    async with database.begin() as uow:
        await service.cancel(uow, first)
    call = await load(database, second)
    assert call.state is State.CANCELLED
    assert call.error is not None
    assert call.error["code"] == "dependency_cancelled"


async def test_the_newest_try_that_is_not_lost_counts(database: Database) -> None:
    first = await submit(database)
    other = await submit(database)
    second = await submit(database)
    third = await submit(database)
    await alter(database, first, retried_as=second, state=State.FAILED)
    await alter(database, second, retried_as=third, state=State.SUCCEEDED)
    await alter(database, third, state=State.CANCELLED)
    async with database.read() as uow:
        found = await dependencies.newest(uow, [first, other])
    assert {call.id for call in found} == {second, other}


async def test_the_forecast_counts_what_is_waited_for(database: Database) -> None:
    past = await submit(database)
    await end(database, past, seconds=4.0)
    await alter(database, past, tier_used=Tier.LOW)
    await add_worker(database, slots=1)
    first = await submit(database)
    second = await submit(database, depends_on=(first,))
    third = await submit(database, depends_on=(first, second))
    async with database.read() as uow:
        rows = {row.call.id: row for row in await standing(uow, lease_seconds=LEASE)}
    assert [rows[id_].eta_s for id_ in (first, second, third)] == [4.0, 8.0, 12.0]
    assert [rows[id_].position for id_ in (first, second, third)] == [1, None, None]
