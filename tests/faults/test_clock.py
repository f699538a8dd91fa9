"""The database's clock jumps in mid-call: a call may run twice, and its effect happens once."""

from onmodel.kit.db.uow import Database
from tests.faults.conftest import StartPart
from tests.faults.watching import SECOND_ATTEMPT, everybody_may_finish, nothing_is_held
from tests.support.gate import Gate
from tests.support.turned_clock import TurnedClock
from tests.worker.conftest import StartWorker, events_of, submit_to, until_state


async def test_an_hour_ahead(
    clock: TurnedClock,
    database: Database,
    gate: Gate,
    start_worker: StartWorker,
    start_producer: StartPart,
) -> None:
    start_producer()
    start_worker()
    call_id = await submit_to(gate, database, "portrait")
    first = await gate.visit()
    clock.turn("1 hour")
    # whether the sweep or the sign of life comes first decides if it has to run again
    await first.say("finish")
    async with everybody_may_finish(gate):
        await until_state(database, call_id, "succeeded")
    effects = [name for name in await events_of(database, call_id) if name != "test:started"]
    assert effects == ["server:task_success"]
    await nothing_is_held(database)


async def test_an_hour_back_while_the_worker_dies(
    clock: TurnedClock,
    database: Database,
    gate: Gate,
    start_worker: StartWorker,
    start_producer: StartPart,
) -> None:
    clock.turn("1 hour")
    start_producer()
    victim = start_worker()
    call_id = await submit_to(gate, database, "portrait")
    await gate.visit()
    victim.kill()
    victim.wait()
    clock.turn("0")  # its lease now ends in an hour
    start_worker()
    await (await gate.visit()).say("finish")
    await until_state(database, call_id, "succeeded")
    assert await events_of(database, call_id) == SECOND_ATTEMPT
    await nothing_is_held(database)
