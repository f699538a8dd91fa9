"""What a call looks like so far: remade before anybody sees it, refused where it is no picture."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from PIL import Image

from onmodel.composition import Resources
from onmodel.events.frames import channel
from onmodel.kit.db.uow import Database
from onmodel.kit.lifecycle import State
from onmodel.runner.calls import CallEvent, CallRequest, CallResult, IsCancelled, OnEvent
from onmodel.worker.held import HeldCall
from onmodel.worker.process import WorkerProcess
from tests.support.calls import PROJECT, load, submit
from tests.support.drawings import picture
from tests.support.waiting import PATIENCE_SECONDS
from tests.worker.conftest import until
from tests.worker.test_run import ScriptedPool, pool, run_to_its_end, worker

__all__ = ["pool", "worker"]  # the fixtures

Frames = asyncio.Queue[dict[str, Any]]


@asynccontextmanager
async def _heard(resources: Resources) -> AsyncGenerator[Frames]:
    """Hear what is told of the project."""
    frames: Frames = asyncio.Queue()
    listening = asyncio.Event()

    async def listen() -> None:
        async for _, frame in resources.bus.listen(channel(PROJECT), subscribed=listening.set):
            frames.put_nowait(json.loads(frame))

    listener = asyncio.create_task(listen())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await listening.wait()
    yield frames
    listener.cancel()


async def test_a_picture_is_remade_small_and_shown(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, resources: Resources
) -> None:
    call_id = await submit(database)
    loop, shown = asyncio.get_running_loop(), list[dict[str, Any]]()
    hidden = picture(1, size=(640, 480)) + b"<script>hidden behind the picture</script>"

    def answer(request: CallRequest, on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
        on_event(CallEvent("preview", request.id, picture=hidden))
        shown.append(asyncio.run_coroutine_threadsafe(frames.get(), loop).result(PATIENCE_SECONDS))
        return CallResult({}, [], 1.0)

    pool.answer = answer
    async with _heard(resources) as frames:
        await run_to_its_end(worker, database, call_id)
    (frame,) = shown
    assert frame["event"] == "server:task_preview"
    assert frame["payload"]["task_id"] == str(call_id)
    kind, _, data = frame["payload"]["image"].partition(",")
    assert kind == "data:image/webp;base64"
    remade = base64.b64decode(data)
    assert b"script" not in remade
    with Image.open(io.BytesIO(remade)) as image:
        assert (image.format, image.size) == ("WEBP", (256, 192))
    assert list(resources.settings.run.glob("preview-*")) == []


async def test_what_is_no_picture_is_never_shown_and_ends_no_call(
    worker: WorkerProcess, pool: ScriptedPool, database: Database, resources: Resources
) -> None:
    call_id = await submit(database)
    held: list[HeldCall] = []

    def answer(request: CallRequest, on_event: OnEvent, _cancelled: IsCancelled) -> CallResult:
        on_event(CallEvent("preview", request.id, picture=b"<svg onload='alert(1)'/>"))
        held.extend(worker.held.all())
        asyncio.run_coroutine_threadsafe(until(refused), loop).result(PATIENCE_SECONDS)
        # whatever comes after it is not looked at any more
        on_event(CallEvent("preview", request.id, picture=picture(2)))
        on_event(CallEvent("progress", request.id, fraction=0.5))
        return CallResult({}, [], 1.0)

    async def refused() -> bool:
        return not held[0].previewed

    loop = asyncio.get_running_loop()
    pool.answer = answer
    async with _heard(resources) as frames:
        await run_to_its_end(worker, database, call_id)
        async with asyncio.timeout(PATIENCE_SECONDS):
            first = await frames.get()
    assert first["event"] != "server:task_preview"
    assert held[0].preview is None
    assert (await load(database, call_id)).state is State.SUCCEEDED


async def test_nothing_is_shown_of_a_call_that_is_over(
    worker: WorkerProcess, database: Database, resources: Resources
) -> None:
    over, going = HeldCall(await submit(database), 1), HeldCall(await submit(database), 1)
    over.call, going.call = await load(database, over.call_id), await load(database, going.call_id)
    over.over = True
    async with _heard(resources) as frames:
        worker.previews.take(over, picture(3))
        worker.previews.take(going, picture(4))
        async with asyncio.timeout(PATIENCE_SECONDS):
            frame = await frames.get()
    assert frame["payload"]["task_id"] == str(going.call_id)
    assert frames.empty()
