"""Running one call: what goes in, what comes out, and whose fault it is when it does not."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from onmodel.composition import Resources
from onmodel.dispatch import handlers, service, workers
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import (
    CallParams,
    Claim,
    FileInput,
    FunctionPin,
    Offered,
    Outcome,
)
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.events.frames import channel
from onmodel.functions import licences
from onmodel.functions.manifest import Manifest
from onmodel.functions.registry import Registry
from onmodel.kit.db.uow import Database, UnitOfWork
from onmodel.kit.errors import NotFoundError
from onmodel.kit.ids import new_id
from onmodel.kit.lifecycle import State
from onmodel.runner.calls import (
    CallEvent,
    CallRequest,
    CallResult,
    IsCancelled,
    OnEvent,
    OutputRecord,
)
from onmodel.runner.errors import failed, refused
from onmodel.runner.fitness import Fitness
from onmodel.runner.gpus import Room
from onmodel.runner.nvml import Gpu
from onmodel.runner.slots import SlotStatus
from onmodel.settings import Settings
from onmodel.worker import app, presence
from onmodel.worker.held import LOG_LINES
from onmodel.worker.offers import offers_of
from onmodel.worker.process import WorkerProcess
from onmodel.worker.run import run_call
from tests.support.calls import PROJECT, Noun, add_worker, alter, claim_all, load, submit
from tests.support.waiting import PATIENCE_SECONDS
from tests.worker.conftest import until

Answer = Callable[[CallRequest, OnEvent, IsCancelled], CallResult]


def nothing(_request: CallRequest, _on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
    """Make nothing, quickly."""
    return CallResult({}, [], 0.5)


class ScriptedPool:
    """Stands where the runner's pool stands and does what the test wrote."""

    def __init__(self) -> None:
        self.answer: Answer = nothing
        self.requests: list[CallRequest] = []
        self.slots: list[SlotStatus] = []
        self.rooms: list[Room] = []

    def call(
        self,
        manifest: Manifest,
        request: CallRequest,
        *,
        on_event: OnEvent,
        cancelled: IsCancelled,
    ) -> CallResult:
        self.requests.append(request)
        return self.answer(request, on_event, cancelled)

    def snapshot(self) -> list[SlotStatus]:
        return self.slots

    def gpus(self) -> list[Room]:
        return self.rooms

    def room_mb(self) -> int:
        return max((room.free_mb for room in self.rooms), default=0)

    def close(self) -> None:
        """There is nothing to end."""


@pytest.fixture
def pool() -> ScriptedPool:
    """Return the pool that the worker uses."""
    return ScriptedPool()


@pytest.fixture
async def worker(settings: Settings, pool: ScriptedPool) -> AsyncIterator[WorkerProcess]:
    """Return a worker of this very process, registered but without Celery."""
    worker = await asyncio.to_thread(app.start, settings, make_pool=lambda _settings, _wanted: pool)
    await asyncio.to_thread(presence.announce, worker)
    yield worker
    await asyncio.to_thread(app.stop, worker)


async def _claim(database: Database) -> Claim:
    (claimed,) = await claim_all(database)
    return claimed


async def run_to_its_end(worker: WorkerProcess, database: Database, call_id: UUID) -> Call:
    """Give the call to the worker as the Producer would, and return how it ended."""
    claimed = await _claim(database)
    assert claimed.call_id == call_id
    await asyncio.to_thread(run_call, worker, claimed.call_id, claimed.fence)
    return await load(database, call_id)


async def test_stages_inputs_and_keeps_outputs(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, resources: Resources, noun: Noun
) -> None:
    picture = await resources.store.put_bytes(b"face")
    other = await resources.store.put_bytes(b"profile")
    png = "image/png"
    params = CallParams(
        values={"seed": 7, "greeting": "mine"},
        files={
            "reference": FileInput(key=picture.key, name="anna.png", media_type=png),
            "pictures": [
                FileInput(key=blob.key, name="same.png", media_type=png)
                for blob in (picture, other)
            ],
        },
    )

    def answer(request: CallRequest, _on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
        seen.update(
            {
                name: (request.input_dir / entry["path"]).read_bytes()
                for name, entry in _files(request.inputs).items()
            }
        )
        path = request.output_dir / "image.png"
        path.write_bytes(b"drawn")
        return CallResult({"report": {"ok": 1}}, [OutputRecord("image", path, png, 5, "-")], 2.5)

    seen: dict[str, bytes] = {}
    pool.answer = answer
    call = await run_to_its_end(
        worker, database, await submit(database, params=params, tier=Tier.HIGH)
    )
    assert call.state is State.SUCCEEDED
    assert seen == {"reference": b"face", "pictures.0": b"face", "pictures.1": b"profile"}
    assert (pool.requests[0].inputs["seed"], pool.requests[0].inputs["greeting"]) == (7, "mine")
    outputs = noun.outcomes[0].outputs
    assert outputs is not None
    assert outputs.values == {"report": {"ok": 1}}
    (file,) = outputs.files
    assert (file.output, file.name, file.media_type, file.bytes) == ("image", "image.png", png, 5)
    assert await resources.store.get_bytes(file.key) == b"drawn"
    assert (call.seconds, call.function, call.function_version) == (2.5, "stand-in", "1.2.3")
    assert not pool.requests[0].output_dir.exists()


def _files(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the file inputs, those of lists by name and number."""
    found = {name: value for name, value in inputs.items() if isinstance(value, dict)}
    lists = {name: value for name, value in inputs.items() if isinstance(value, list)}
    for name, values in lists.items():
        found |= {f"{name}.{n}": value for n, value in enumerate(values)}
    return found


async def test_tier_fills_in_what_the_call_leaves_open(
    worker: WorkerProcess, pool: ScriptedPool, database: Database
) -> None:
    await run_to_its_end(worker, database, await submit(database, tier=Tier.STANDARD))
    assert pool.requests[0].inputs == {"greeting": "standard"}
    assert pool.requests[0].deadline_s == 300


@pytest.mark.parametrize("name", ["../escape.png", "/etc/passwd", "", "..", "a/b.png"])
async def test_file_cannot_leave_its_folder(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, resources: Resources, name: str
) -> None:
    blob = await resources.store.put_bytes(b"x")
    file = FileInput(key=blob.key, name=name, media_type="image/png")
    call_id = await submit(database, params=CallParams(files={"reference": file}))
    call = await run_to_its_end(worker, database, call_id)
    assert call.error is not None
    assert (call.state, call.error["code"]) == ("failed", "bad_input_name")
    assert pool.requests == []


async def test_what_the_artist_must_change_is_not_tried_again(
    worker: WorkerProcess, pool: ScriptedPool, database: Database
) -> None:
    def answer(*_: object) -> CallResult:
        raise refused("cannot_do", "There is no face here.")

    pool.answer = answer
    call = await run_to_its_end(worker, database, await submit(database))
    assert call.error is not None
    assert (call.state, call.error["code"], call.error["fault"]) == ("failed", "cannot_do", "input")
    assert call.error["message"] == "There is no face here."


@pytest.mark.parametrize("error", [failed("killed"), OSError("no space"), ValueError("a mistake")])
async def test_what_may_pass_is_tried_again(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, noun: Noun, error: Exception
) -> None:
    def answer(*_: object) -> CallResult:
        raise error

    pool.answer = answer
    call = await run_to_its_end(worker, database, await submit(database))
    assert (call.state, call.attempt) == ("queued", 1)
    pool.answer = nothing
    await alter(database, call.id, not_before=None)
    call = await run_to_its_end(worker, database, call.id)
    assert (call.state, call.attempt, call.error) == ("succeeded", 2, None)
    assert noun.of(call.id) == ["started", "requeued", "started", "succeeded"]


@pytest.mark.parametrize(
    ("only", "code"),
    [
        (FunctionPin(name="stand-in", version="1.2.3"), None),
        (FunctionPin(name="stand-in", version="0.9"), "function_version_gone"),
        (FunctionPin(name="flux"), "function_not_found"),
    ],
)
async def test_uses_the_function_that_was_asked_for_or_none(
    worker: WorkerProcess, database: Database, only: FunctionPin, code: str | None
) -> None:
    call = await run_to_its_end(
        worker, database, await submit(database, params=CallParams(only=only))
    )
    assert (call.error or {}).get("code") == code


async def test_task_that_no_function_does_fails_at_once(
    worker: WorkerProcess, database: Database
) -> None:
    call = await run_to_its_end(worker, database, await submit(database, task=Task.TRANSFER_MOTION))
    assert call.error is not None
    assert (call.state, call.error["code"]) == ("failed", "no_function")


@pytest.mark.parametrize(
    ("mistake", "code"),
    [
        (KeyError("size"), "bad_output"),
        (StopIteration(), "bad_output"),
        (NotFoundError("There is no such picture."), "bad_output"),
        (RuntimeError("a mistake of ours"), "internal_error"),
    ],
)
@pytest.mark.parametrize("hears_of_failures", [True, False])
async def test_what_a_noun_cannot_take_ends_the_call_after_one_run(
    worker: WorkerProcess,
    pool: ScriptedPool,
    database: Database,
    mistake: Exception,
    code: str,
    *,
    hears_of_failures: bool,
) -> None:
    async def on_finished(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
        heard.append(outcome.state.value)
        await uow.session.execute(
            update(Call).where(Call.id == call.id).values(step=f"heard {outcome.state}")
        )
        if outcome.state is State.SUCCEEDED or not hears_of_failures:
            raise mistake

    heard: list[str] = []
    handlers.register("clumsy", on_finished=on_finished)
    try:
        call = await run_to_its_end(worker, database, await submit(database, subject_kind="clumsy"))
    finally:
        handlers.unregister("clumsy")
    assert call.error is not None
    assert (call.state, call.error["code"], call.error["retry"]) == ("failed", code, False)
    assert (call.attempt, len(pool.requests), call.lease_owner) == (1, 1, None)
    # what a handler wrote before it failed is not there
    assert call.step == ("heard failed" if hears_of_failures else "")
    assert heard[:2] == ["succeeded", "failed"]


async def test_a_noun_that_cannot_take_a_start_ends_the_call(
    worker: WorkerProcess, pool: ScriptedPool, database: Database
) -> None:
    async def on_started(_uow: UnitOfWork, _call: Call) -> None:
        raise RuntimeError("a mistake of ours")

    async def ignore(*_: object) -> None: ...

    handlers.register("clumsy", on_started=on_started, on_finished=ignore)
    try:
        call = await run_to_its_end(worker, database, await submit(database, subject_kind="clumsy"))
    finally:
        handlers.unregister("clumsy")
    assert call.error is not None
    assert (call.state, call.error["code"], pool.requests) == ("failed", "internal_error", [])


@pytest.mark.parametrize("uninstalled", [True, False])
async def test_what_this_machine_cannot_do_is_left_to_one_that_can(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, *, uninstalled: bool
) -> None:
    def answer(*_: object) -> CallResult:
        raise failed("environment_failed")

    pool.answer = answer
    (only,) = worker.functions()
    if uninstalled:  # this very moment
        worker.functions = lambda: Registry(())
    call_id = await submit(database)
    claimed = await _claim(database)
    wanted = [{**offer, "name": "another"} for offer in offers_of(Registry((only,)), largest_mb=0)]
    other = await add_worker(database, slots=1, offers=wanted)
    await asyncio.to_thread(run_call, worker, claimed.call_id, claimed.fence)
    call = await load(database, call_id)
    assert (call.state, call.attempt, len(pool.requests)) == ("queued", 0, not uninstalled)
    assert [claim.owner for claim in await claim_all(database)] == [other]


async def test_tells_what_fits_its_largest_gpu(worker: WorkerProcess, database: Database) -> None:
    async def told() -> list[dict[str, Any]] | None:
        async with database.read() as uow:
            (found,) = await workers.live(uow, lease_seconds=60)
        return found.offers

    (function,) = worker.functions()
    offers = await told()
    assert offers is not None
    ((name, tiers),) = [(one["name"], one["tiers"]) for one in offers]
    assert (name, tiers) == ("stand-in", ["low", "standard", "high"])
    low = next(iter(function.tiers))
    heavy = {low: function.tiers[low].model_copy(update={"vram_mb": 22_000})}
    large = function.model_copy(update={"tiers": heavy})
    worker.functions = lambda: Registry((large,))

    async def nothing_fits() -> bool:
        return await told() == []

    await until(nothing_fits)
    (offer,) = offers_of(Registry((large,)), largest_mb=24_000)
    assert offer["tiers"] == [low.value]


async def test_old_message_is_dropped(
    worker: WorkerProcess, pool: ScriptedPool, database: Database
) -> None:
    call_id = await submit(database)
    claimed = await _claim(database)
    old = replace(claimed, fence=claimed.fence - 1)
    await asyncio.to_thread(run_call, worker, old.call_id, old.fence)
    assert pool.requests == []
    assert (await load(database, call_id)).state is State.STARTING


async def test_result_of_a_call_cancelled_meanwhile_is_dropped(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, noun: Noun
) -> None:
    call_id = await submit(database)
    loop = asyncio.get_running_loop()

    async def cancel() -> None:
        async with database.begin() as uow:
            await service.cancel(uow, call_id)

    def answer(_request: CallRequest, _on_event: OnEvent, cancelled: IsCancelled) -> CallResult:
        asyncio.run_coroutine_threadsafe(cancel(), loop).result()
        held = worker.held.get(call_id)
        assert held is not None
        assert held.stop.wait(PATIENCE_SECONDS)
        assert cancelled()
        return CallResult({}, [], 1.0)

    pool.answer = answer
    call = await run_to_its_end(worker, database, call_id)
    assert (call.state, call.result) == (State.CANCELLED, None)
    assert noun.of(call_id) == ["started", "cancelled"]


async def test_worker_that_is_leaving_begins_nothing(
    worker: WorkerProcess, pool: ScriptedPool, database: Database
) -> None:
    call_id = await submit(database)
    claimed = await _claim(database)
    await asyncio.to_thread(worker.loop.run, presence.leave(worker))
    await asyncio.to_thread(run_call, worker, claimed.call_id, claimed.fence)
    assert pool.requests == []
    assert (await load(database, call_id)).state is State.QUEUED


async def test_tells_of_progress_to_whoever_looks_at_the_project(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, resources: Resources
) -> None:
    call_id = await submit(database)
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    listening = asyncio.Event()

    async def listen() -> None:
        async for _, frame in resources.bus.listen(channel(PROJECT), subscribed=listening.set):
            heard.put_nowait(json.loads(frame))

    def answer(request: CallRequest, on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
        on_event(CallEvent("progress", request.id, fraction=0.5, stage="warping"))
        frames.append(asyncio.run_coroutine_threadsafe(heard.get(), loop).result(PATIENCE_SECONDS))
        return CallResult({}, [], 1.0)

    loop, frames = asyncio.get_running_loop(), list[dict[str, Any]]()
    listener = asyncio.create_task(listen())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await listening.wait()
    pool.answer = answer
    await run_to_its_end(worker, database, call_id)
    listener.cancel()
    assert frames[0]["event"] == "server:task_progress"
    assert frames[0]["payload"]["task_id"] == str(call_id)
    assert (frames[0]["payload"]["progress"], frames[0]["payload"]["step"]) == (50.0, "warping")
    assert "seq" not in frames[0]


async def test_worker_that_was_forgotten_registers_again(
    worker: WorkerProcess, database: Database
) -> None:
    async with database.begin() as uow:
        await workers.leave(uow, worker.id)

    async def is_back() -> bool:
        async with database.read() as uow:
            return [w.id for w in await workers.live(uow, lease_seconds=60)] == [worker.id]

    await until(is_back)


async def test_what_the_function_prints_is_kept_while_it_runs_and_after(
    worker: WorkerProcess, pool: ScriptedPool, database: Database
) -> None:
    while_it_ran: list[str] = []

    async def stored() -> bool:
        while_it_ran[:] = [(await load(database, call_id)).log]
        return while_it_ran[0].endswith("line 149")

    def answer(request: CallRequest, on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
        for number in range(150):
            on_event(CallEvent("log", request.id, line=f"line {number}"))
        asyncio.run_coroutine_threadsafe(until(stored), loop).result(PATIENCE_SECONDS)
        on_event(CallEvent("log", request.id, line="a zero\0 in it"))
        return CallResult({}, [], 1.0)

    loop = asyncio.get_running_loop()
    pool.answer = answer
    call_id = await submit(database)
    call = await run_to_its_end(worker, database, call_id)
    assert len(while_it_ran[0].splitlines()) == LOG_LINES
    assert call.log.splitlines()[-2:] == ["line 149", "a zero in it"]


async def test_what_is_loaded_is_told_with_the_sign_of_life(
    worker: WorkerProcess, pool: ScriptedPool, database: Database
) -> None:
    assert worker.capabilities.slots == 2
    pool.slots = [SlotStatus("painter@2", "1", "idle", 3, 1.0)]

    async def is_told() -> bool:
        async with database.read() as uow:
            (found,) = await workers.live(uow, lease_seconds=60)
        return [(kept["function"], kept["state"]) for kept in found.warm] == [("painter", "idle")]

    await until(is_told)


async def test_what_nobody_accepted_is_not_run_and_what_it_makes_is_marked(
    worker: WorkerProcess, pool: ScriptedPool, database: Database
) -> None:
    (free,) = worker.functions()
    terms = {"licence": "Research only", "licence_url": "https://example.org/research"}
    hair = free.model_copy(update={**terms, "own_commercial": False})
    worker.functions = lambda: Registry((hair,))

    call = await run_to_its_end(worker, database, await submit(database))
    assert call.error is not None
    assert (call.error["code"], call.error["retry"]) == ("licence_not_accepted", False)
    assert "Research only" in call.error["message"]
    assert pool.requests == []

    async with database.begin() as uow:
        await licences.accept(
            *(uow, "function", hair.name, hair.terms), person_id=new_id(), person_name="Ada"
        )
    call = await run_to_its_end(worker, database, await submit(database))
    assert call.state is State.SUCCEEDED
    assert call.terms == [{"name": "Research only", "url": "https://example.org/research"}]


async def test_what_does_not_fit_is_passed_over_from_then_on(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, settings: Settings
) -> None:
    (fits,) = worker.functions()
    stranger = fits.model_copy(update={"name": "a-stranger"})
    worker.functions = lambda: Registry((stranger, fits))
    asked: list[str] = []

    def call(manifest: Manifest, request: CallRequest, **_listening: object) -> CallResult:
        asked.append(manifest.name)
        assert request.task is Task.GENERATE_VARIATION
        if manifest.name == "a-stranger":
            raise failed("does_not_fit", detail="it has no input `key`")
        return CallResult({}, [], 0.5)

    pool.call = call  # type: ignore[method-assign]
    for tried in (["a-stranger", fits.name], [fits.name]):
        asked.clear()
        ended = await run_to_its_end(worker, database, await submit(database))
        assert (ended.state, ended.function) == (State.SUCCEEDED, fits.name)
        assert asked == tried
    kept = Fitness(settings.home)
    assert kept.unfit(stranger) == {"character.generate_variation": "it has no input `key`"}
    # it was changed, or passed the test
    assert kept.unfit(stranger.model_copy(update={"version": "2"})) == {}
    kept.keep(stranger, Task.GENERATE_VARIATION, None)
    assert kept.unfit(stranger) == {}


async def test_where_nothing_else_does_it_the_call_says_who_does_not_fit(
    worker: WorkerProcess, pool: ScriptedPool, database: Database
) -> None:
    def answer(_request: CallRequest, _on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
        raise failed("does_not_fit", detail="it has no input `key`")

    pool.answer = answer
    ended = await run_to_its_end(worker, database, await submit(database))
    assert ended.error is not None
    assert (ended.error["code"], ended.error["retry"]) == ("no_function", False)
    assert "stand-in does not fit it." in ended.error["detail"] + ended.error["message"]


async def test_one_that_was_asked_for_by_name_and_does_not_fit_ends_the_call(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, settings: Settings
) -> None:
    def answer(_request: CallRequest, _on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
        raise failed("does_not_fit", detail="it has no input `key`")

    pool.answer = answer
    (named,) = worker.functions()
    another = named.model_copy(update={"name": "another"})
    worker.functions = lambda: Registry((another, named))
    wish = CallParams(only=FunctionPin(name=named.name))
    ended = await run_to_its_end(worker, database, await submit(database, params=wish))
    assert ended.error is not None
    assert (ended.state, ended.function) == (State.FAILED, named.name)
    assert (ended.error["code"], ended.error["retry"]) == ("does_not_fit", False)
    assert len(pool.requests) == 1  # neither again nor by the other one
    assert Fitness(settings.home).unfit(named) == {}  # whoever asks for it learns it anew


async def test_the_use_of_every_card_is_kept(
    worker: WorkerProcess, pool: ScriptedPool, database: Database
) -> None:
    pool.rooms = [
        Room(Gpu("GPU-a", "NVIDIA L4", 24_000, used_mb=6_000, busy_percent=87), 0, 18_000),
        Room(Gpu("GPU-b", "NVIDIA A100", 80_000, used_mb=8_000, busy_percent=5), 0, 72_000),
    ]

    async def is_told() -> bool:
        async with database.read() as uow:
            (found,) = await workers.live(uow, lease_seconds=60)
        return bool(found.use) and found.use[-1]["gpus"] == {
            "GPU-a": {"busy": 87, "vram": 25.0},
            "GPU-b": {"busy": 5, "vram": 10.0},
        }

    await until(is_told)


async def test_a_function_is_given_what_it_reads_of_what_is_offered(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, resources: Resources
) -> None:
    model = await resources.store.put_bytes(b"model")
    offered = Offered(
        values={"positive_prompt": "freckles", "description": "Keeper of the lighthouse."},
        files={"lora": FileInput(key=model.key, name="lora.safetensors", media_type="x/y")},
    )
    params = CallParams(values={"seed": 7}, offered=offered)
    (blind,) = worker.functions()

    call = await run_to_its_end(worker, database, await submit(database, params=params))
    assert call.reads == []
    assert not {"positive_prompt", "description", "lora"} & set(pool.requests[0].inputs)

    def answer(request: CallRequest, _on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
        assert (request.input_dir / "lora" / "lora.safetensors").read_bytes() == b"model"
        return CallResult({}, [], 0.5)

    pool.answer = answer
    reader = blind.model_copy(update={"reads": ("positive_prompt", "lora", "identity_profile")})
    worker.functions = lambda: Registry((reader,))
    call = await run_to_its_end(worker, database, await submit(database, params=params))
    assert call.error is None
    assert call.reads == ["lora", "positive_prompt"]
    inputs = pool.requests[1].inputs
    assert inputs["positive_prompt"] == "freckles"
    assert inputs["lora"] == {"path": "lora/lora.safetensors"}
    assert "description" not in inputs
