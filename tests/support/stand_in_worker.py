"""A worker process whose only function is the stand-in, and whose noun writes events.

The events are what tests count: one ``server:task_success`` is one effect.
Run as ``python -m tests.support.stand_in_worker``.
"""

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from onmodel.dispatch import handlers
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import Outcome
from onmodel.events.log import record
from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest
from onmodel.kit import logging
from onmodel.kit.db.uow import UnitOfWork
from onmodel.runner.keeper import Wanted
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from onmodel.settings import Settings
from onmodel.worker import app
from tests.support.calls import KIND

FUNCTIONS = Path(__file__).parent / "functions"
_SDK = Path(__file__).parents[2] / "sdk" / "src"


class TaskEvent(BaseModel):
    """What is recorded of a call."""

    task_id: UUID
    attempt: int
    error: dict[str, Any] | None = None


async def on_started(uow: UnitOfWork, call: Call) -> None:
    """Record the start of an attempt."""
    await record(uow, call.project_id, "test:started", _event(call))


async def on_finished(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """Record the effect."""
    name = "server:task_success" if outcome.error is None else "server:task_failed"
    await record(uow, call.project_id, name, _event(call))


def _event(call: Call) -> TaskEvent:
    return TaskEvent(task_id=call.id, attempt=call.attempt, error=call.error)


def make_pool(settings: Settings, wanted: Wanted) -> Pool:
    """Return a real pool that runs functions with the test's own Python."""

    def prepare(manifest: Manifest, _on_line: object, _patience: object) -> Prepared:
        settings.weights.mkdir(parents=True, exist_ok=True)
        paths = f"{manifest.folder / 'src'}:{_SDK}"
        return Prepared(Path(sys.executable), settings.weights, {"PYTHONPATH": paths})

    runtime = ProcessRuntime(settings.run / "functions")
    return Pool(runtime, prepare, max_per_function=settings.worker_slots, wanted=wanted)


def register() -> None:
    """Let this process's calls write their events."""
    handlers.register(KIND, on_finished=on_finished, on_started=on_started)


def main() -> int:
    """Serve until SIGTERM."""
    settings = Settings()
    logging.configure(json=True, level="INFO")
    register()
    return app.serve(settings, make_pool=make_pool)


if __name__ == "__main__":
    sys.exit(main())
