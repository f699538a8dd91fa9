"""What running calls look like so far: remade, small, now and then, and gone with the call.

A function may be hostile, so its picture takes the way of every picture from outside: a process
with limits decodes it and saves it anew (`storage.pictures`). What it takes more than a glance to
read is no preview, and after the first that is refused a call shows no more.
"""

import asyncio
import base64
import tempfile
from pathlib import Path

import structlog

from onmodel.composition import Resources
from onmodel.events.ephemeral import publish_ephemeral
from onmodel.kit.errors import ProblemError
from onmodel.runner.wire import PREVIEW_BYTES
from onmodel.storage.pictures import Ingest
from onmodel.worker.held import HeldCall
from onmodel.worker.progress import Throttle

log = structlog.get_logger(__name__)

INTERVAL_SECONDS = 0.5
_SECONDS = 5.0
_PIXELS = 4_000_000
_MEMORY_BYTES = 1024**3
# 256 by 256 pixels of WebP; noise takes the most.
_SHOWN_BYTES = 48 * 1024


class Previews:
    """Shows everybody who looks at a project what its calls are making.

    Args:
        loop: where pictures are remade and told of.
        resources: the bus, and where this machine keeps what is there for a moment.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, resources: Resources) -> None:
        self._resources = resources
        self._throttle = Throttle(loop, self._show, interval_seconds=INTERVAL_SECONDS)
        self._ingest = Ingest(
            seconds=_SECONDS,
            max_bytes=PREVIEW_BYTES,
            max_pixels=_PIXELS,
            memory_bytes=_MEMORY_BYTES,
        )

    def take(self, held: HeldCall, picture: bytes) -> None:
        """Take the newest picture of a call; from any thread."""
        if held.previewed:
            held.preview = picture
            self._throttle.tell(held)

    async def close(self) -> None:
        """End the process that reads pictures."""
        await self._ingest.close()

    async def _show(self, held: HeldCall) -> None:
        picture, held.preview = held.preview, None
        if picture is None or held.call is None or held.over:
            return
        try:
            small = await self._remade(picture)
        except ProblemError as problem:
            held.previewed = False
            log.info("preview_refused", call=str(held.call_id), code=problem.code)
            return
        if held.over or len(small) > _SHOWN_BYTES:
            return
        await publish_ephemeral(
            self._resources.bus,
            held.call.project_id,
            "server:task_preview",
            {
                "task_id": str(held.call_id),
                "node_id": str(held.call.subject_id),
                "image": f"data:image/webp;base64,{base64.b64encode(small).decode('ascii')}",
            },
        )

    async def _remade(self, picture: bytes) -> bytes:
        run = self._resources.settings.run
        with tempfile.TemporaryDirectory(prefix="preview-", dir=run) as name:
            folder = Path(name)
            source = folder / "source"
            await asyncio.to_thread(source.write_bytes, picture)
            remade = await self._ingest.picture(source, into=folder, name="preview")
            return await asyncio.to_thread(remade.thumb.read_bytes)
