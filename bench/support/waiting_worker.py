"""A real worker process whose only function waits as long as a call says, and nothing else."""

import sys
import time
from pathlib import Path

from support import effects

from onmodel.functions.manifest import Manifest
from onmodel.kit import logging
from onmodel.runner.calls import CallRequest, CallResult, IsCancelled, OnEvent
from onmodel.runner.gpus import Room
from onmodel.runner.slots import SlotStatus
from onmodel.settings import Settings
from onmodel.worker import app

FUNCTIONS = Path(__file__).parents[2] / "tests" / "support" / "functions"


class WaitingPool:
    """Runs no function: it waits."""

    def call(
        self,
        manifest: Manifest,
        request: CallRequest,
        *,
        on_event: OnEvent,
        cancelled: IsCancelled,
    ) -> CallResult:
        del manifest, on_event, cancelled
        begun = time.monotonic()
        time.sleep(float(str(request.inputs["seconds"])))
        return CallResult({}, [], time.monotonic() - begun)

    def snapshot(self) -> list[SlotStatus]:
        return []

    def gpus(self) -> list[Room]:
        return []

    def room_mb(self) -> int:
        return 0

    def close(self) -> None: ...


def main() -> int:
    logging.configure(level="ERROR")
    effects.register()
    return app.serve(Settings(), make_pool=lambda _settings, _wanted: WaitingPool())


if __name__ == "__main__":
    sys.exit(main())
