"""How a training goes: its loss is shown while it runs, and kept with its call."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from onmodel.composition import Resources
from onmodel.dispatch.told import Curve, CurvePoint
from onmodel.functions.installation import Prepared
from onmodel.kit.db.uow import Database
from onmodel.runner.calls import CallEvent, CallRequest, CallResult, IsCancelled, OnEvent
from onmodel.runner.errors import failed
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from onmodel.worker.held import HeldCall
from onmodel.worker.process import WorkerProcess
from tests.runner.conftest import prepared, runtime, toy
from tests.support.calls import alter, load, submit
from tests.support.waiting import PATIENCE_SECONDS
from tests.worker.conftest import until
from tests.worker.test_run import ScriptedPool, pool, run_to_its_end, worker

HALF = {"label": "Loss", "points": [{"percent": 50.0, "loss": 0.75}]}
__all__ = ["pool", "prepared", "runtime", "worker"]  # the fixtures


def test_a_curve_has_a_point_for_each_half_percent_at_most() -> None:
    held = HeldCall(uuid4(), 1, label="Loss")
    for step in range(10_001):
        held.note(step / 10_000, "learning", 1 - step / 10_000)
    curve = held.told.curve
    assert curve is not None
    assert [one.percent for one in curve.points] == [half / 2 for half in range(201)]
    assert curve.points[-1] == CurvePoint(percent=100.0, loss=0.0)


def test_what_is_new_of_a_curve_is_told_once() -> None:
    held = HeldCall(uuid4(), 1, label="Loss")
    held.note(0.1, "learning", 0.5)
    held.note(0.2, "learning", 0.25)
    points = [CurvePoint(percent=10.0, loss=0.5), CurvePoint(percent=20.0, loss=0.25)]
    assert held.news().curve == Curve(label="Loss", points=points)
    held.note(0.3, "writing")
    assert (held.news().percent, held.news().curve) == (30.0, None)


async def test_the_curve_of_a_real_training_is_kept_with_its_call(
    worker: WorkerProcess,
    pool: ScriptedPool,
    database: Database,
    runtime: ProcessRuntime,
    prepared: Prepared,
) -> None:
    real = Pool(runtime, lambda manifest, on_line, patience: prepared)

    def answer(request: CallRequest, on_event: OnEvent, cancelled: IsCancelled) -> CallResult:
        # the toy has nothing of what the product's task sends
        plain = replace(request, inputs={}, task=None)
        return real.call(toy("Learns"), plain, on_event=on_event, cancelled=cancelled)

    pool.answer = answer
    try:
        call = await run_to_its_end(worker, database, await submit(database))
    finally:
        await asyncio.to_thread(real.close)
    assert call.state == "succeeded"
    curve = Curve.model_validate(call.curve)
    assert curve.label == "Loss"
    assert [one.percent for one in curve.points] == [5.0 * step for step in range(1, 21)]
    losses = [one.loss for one in curve.points]
    assert losses[0] == 30.0
    assert losses == sorted(losses, reverse=True)


async def test_it_is_stored_while_it_runs_and_begun_anew_by_another_try(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, resources: Resources
) -> None:
    call_id, loop = await submit(database), asyncio.get_running_loop()

    async def stored() -> bool:
        return (await load(database, call_id)).curve is not None

    def breaks(request: CallRequest, on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
        on_event(CallEvent("progress", request.id, fraction=0.5, stage="learning", loss=0.75))
        asyncio.run_coroutine_threadsafe(until(stored), loop).result(PATIENCE_SECONDS)
        raise failed("killed")

    pool.answer = breaks
    call = await run_to_its_end(worker, database, call_id)
    assert (call.state, call.curve) == ("queued", HALF)

    def finds(request: CallRequest, _on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
        found.append(asyncio.run_coroutine_threadsafe(stored(), loop).result(PATIENCE_SECONDS))
        return CallResult({}, [], 1.0)

    found: list[bool] = []
    pool.answer = finds
    await alter(database, call_id, not_before=None)
    call = await run_to_its_end(worker, database, call_id)
    assert (call.state, call.curve, found) == ("succeeded", None, [False])
