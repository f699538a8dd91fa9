"""From a started instance to one that is ready for its first call."""

import time
from dataclasses import dataclass

from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest
from onmodel.runner import client
from onmodel.runner.calls import IsCancelled
from onmodel.runner.client import ProtocolError
from onmodel.runner.conversation import cause_of_death
from onmodel.runner.errors import failed
from onmodel.runner.runtime import Instance, Runtime
from onmodel.runner.wire import Health

# The first look comes soon, since a small function is ready at once; later ones take their time.
_FIRST_LOOK_S = 0.005
_LATER_LOOK_S = 0.1
_ANSWER_S = 1.0


@dataclass(frozen=True)
class Ready:
    """An instance that takes calls, and the schema it published."""

    instance: Instance
    schema: dict[str, object]


def start(
    runtime: Runtime,
    manifest: Manifest,
    prepared: Prepared,
    *,
    cancelled: IsCancelled,
    gpu: str | None = None,
) -> Ready:
    """Start a function and wait until its setup is done.

    Raises:
        CallFailed: `start_failed`, `setup_failed`, `crashed`, `startup_timed_out`, `cancelled`.
            Nothing is left running then.
    """
    try:
        instance = runtime.start(manifest, prepared, gpu=gpu)
    except OSError as error:
        raise failed("start_failed", detail=str(error)) from error
    try:
        _await_ready(instance, manifest, cancelled)
        return Ready(instance, client.schema(instance))
    except (OSError, ProtocolError) as error:
        log = instance.log_tail()
        instance.kill()
        raise failed("protocol_error", detail=str(error), log=log) from error
    except BaseException:
        instance.kill()
        raise


def _await_ready(instance: Instance, manifest: Manifest, cancelled: IsCancelled) -> None:
    deadline = time.monotonic() + manifest.limits.startup_s
    pause = _FIRST_LOOK_S
    while True:
        # Waiting for the end is a pause that a crash cuts short.
        if instance.wait(pause) is not None:
            raise cause_of_death(instance)
        if cancelled():
            raise failed("cancelled")
        if time.monotonic() > deadline:
            raise failed("startup_timed_out", log=instance.log_tail())
        pause = min(pause * 1.5, _LATER_LOOK_S)
        state = _look(instance)
        if state is None or state.status == "STARTING":
            continue
        if state.status == "SETUP_FAILED":
            detail = state.setup.error or "setup raised an error"
            raise failed("setup_failed", detail=detail, log=instance.log_tail())
        return


def _look(instance: Instance) -> Health | None:
    """Ask once; None while nobody answers, as with a library that is being loaded."""
    try:
        return client.health(instance, timeout_s=_ANSWER_S)
    except OSError:
        return None
