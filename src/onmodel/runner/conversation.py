"""One call on one instance: its stream of events, its deadline, and its cancellation."""

import queue
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import Literal

from onmodel.functions.manifest import Manifest
from onmodel.runner import client
from onmodel.runner.calls import CallEvent, CallRequest, IsCancelled, OnEvent
from onmodel.runner.client import ProtocolError, RefusedError
from onmodel.runner.errors import CallFailed, failed, refused
from onmodel.runner.runtime import Exchange, Instance
from onmodel.runner.wire import (
    Context,
    Event,
    Log,
    PredictionRequest,
    Preview,
    Progress,
    Snapshot,
    Start,
)

# How often `cancelled` is asked when the function says nothing.
POLL_S = 0.1
# How long a process may take to end after its stream did.
EXIT_S = 10.0
# What is said of one that was asked to stop, and ended in its own way.
TOO_LATE = "it had ended before it stopped"
_SIGKILL = -9
# What the SDK tells apart of its own; every other failure of a function is one to us.
_FUNCTION_CODES = frozenset({"bad_output", "out_of_memory", "disk_full"})

_Item = Event | Exception | None
_Stop = Literal["cancelled", "timed_out"]


@dataclass(frozen=True)
class Ended:
    """How the function said that the call ended, and why we had asked it to stop, if we had."""

    snapshot: Snapshot
    stop: _Stop | None


def converse(
    instance: Instance,
    manifest: Manifest,
    request: CallRequest,
    exchange: Exchange,
    *,
    on_event: OnEvent,
    cancelled: IsCancelled,
) -> Ended:
    """Run a call to its end.

    Raises:
        CallFailed: the function refused the call, broke the contract, died, or had to be ended.
            Unless the code is `invalid_input`, the instance is not fit for another call.
    """
    # A second attempt at the same call must run again, so it has an id of its own here.
    prediction = PredictionRequest(
        id=uuid.uuid4().hex,
        input=request.inputs,
        context=Context(input_dir=exchange.input_dir, output_dir=exchange.output_dir),
    )
    items: queue.SimpleQueue[_Item] = queue.SimpleQueue()
    threading.Thread(
        target=_listen, args=(instance, prediction, items), name="call", daemon=True
    ).start()
    watch = _Watch(instance, manifest, request, prediction.id, cancelled)
    while True:
        watch.look()
        try:
            item = items.get(timeout=POLL_S)
        except queue.Empty:
            continue
        if item is None:
            raise cause_of_death(instance)
        if isinstance(item, Exception):
            raise _explain(item, instance)
        if isinstance(item, Snapshot):
            return Ended(item, watch.stop)
        on_event(_translate(item, request.id))


def cause_of_death(instance: Instance) -> CallFailed:
    """Tell why an instance stopped talking."""
    status = instance.wait(EXIT_S)
    log = instance.log_tail()
    if status is None:
        return failed("protocol_error", detail="the stream ended without an end event", log=log)
    if instance.out_of_memory():
        return failed("out_of_memory", detail="ended at its memory limit", log=log)
    if status == _SIGKILL:
        return failed("killed", detail="ended by signal 9", log=log)
    how = f"signal {-status}" if status < 0 else f"exit status {status}"
    return failed("crashed", detail=how, log=log)


class _Watch:
    """Asks the function to stop when it is time, and ends patience when it does not."""

    def __init__(
        self,
        instance: Instance,
        manifest: Manifest,
        request: CallRequest,
        prediction_id: str,
        cancelled: IsCancelled,
    ) -> None:
        limits = manifest.limits
        wished = limits.run_s if request.deadline_s is None else request.deadline_s
        self._instance = instance
        self._prediction_id = prediction_id
        self._grace_s = limits.cancel_grace_s
        self._cancelled = cancelled
        self._deadline = time.monotonic() + min(wished, limits.run_s)
        self._patience = 0.0
        self.stop: _Stop | None = None

    def look(self) -> None:
        """Act on the clock and on the wish to cancel.

        Raises:
            CallFailed: the function was asked to stop, and has had its time.
        """
        now = time.monotonic()
        if self.stop is not None:
            if now >= self._patience:
                detail = f"did not stop within {self._grace_s:g} s of being asked"
                raise failed(self.stop, detail=detail, log=self._instance.log_tail())
            return
        if self._cancelled():
            self.stop = "cancelled"
        elif now >= self._deadline:
            self.stop = "timed_out"
        else:
            return
        self._patience = now + self._grace_s
        # Beside us: whoever watches the clock waits for no answer of a function.
        threading.Thread(target=self._ask_to_stop, name="cancel", daemon=True).start()

    def _ask_to_stop(self) -> None:
        # Without an answer it is ended a little later all the same.
        with suppress(OSError, ProtocolError):
            client.cancel(self._instance, self._prediction_id, timeout_s=self._grace_s)


def _listen(
    instance: Instance, prediction: PredictionRequest, items: "queue.SimpleQueue[_Item]"
) -> None:
    try:
        with client.predict(instance, prediction) as events:
            for event in events:
                items.put(event)
                if isinstance(event, Snapshot):
                    # All is said; one that goes on talking would keep us and a connection.
                    return
        items.put(None)
    except (RefusedError, ProtocolError) as error:
        items.put(error)
    except (OSError, ValueError):
        # The connection broke, which a crash looks like from here. Before HTTPException, since a
        # disconnection at the first byte is both.
        items.put(None)
    except HTTPException as error:
        items.put(ProtocolError(f"no HTTP: {error!r}"))


def _explain(error: Exception, instance: Instance) -> CallFailed:
    log = instance.log_tail()
    if isinstance(error, RefusedError) and error.refusal is not None:
        fields = [
            {
                "field": ".".join(str(part) for part in one.loc[2:]) or str(one.loc[-1]),
                "detail": one.msg,
                "code": one.type,
            }
            for one in error.refusal.detail
        ]
        sentence = " ".join(one.msg for one in error.refusal.detail)
        return failed("invalid_input", message=sentence, fields=fields, log=log)
    return failed("protocol_error", detail=str(error), log=log)


def verdict(ended: Ended, instance: Instance) -> CallFailed | None:
    """Judge how a call ended; None means that it succeeded."""
    snapshot = ended.snapshot
    succeeded = snapshot.status == "succeeded" and snapshot.output is not None
    if ended.stop is None and succeeded:
        return None
    # Not before, since a container engine takes its time to answer.
    log = instance.log_tail()
    if ended.stop is not None:
        return failed(ended.stop, detail="" if snapshot.status == "canceled" else TOO_LATE, log=log)
    error = snapshot.error_detail
    if snapshot.status != "failed" or error is None:
        return failed("protocol_error", detail=f"ended as {snapshot.status}", log=log)
    if error.fault == "input":
        return refused(error.code, error.message, field=error.field, log=log)
    code = error.code if error.code in _FUNCTION_CODES else "function_failed"
    return failed(code, detail=error.message, log=log)


def fit_after(ended: Ended) -> bool:
    """Whether the instance may take another call, by its own word."""
    error = ended.snapshot.error_detail
    return error is None or not error.fatal


def _translate(event: Start | Progress | Preview | Log, call_id: str) -> CallEvent:
    match event:
        case Start():
            return CallEvent("running", call_id)
        case Progress():
            return CallEvent(
                "progress", call_id, fraction=event.fraction, stage=event.stage, loss=event.loss
            )
        case Preview():
            return CallEvent("preview", call_id, picture=event.data)
        case Log():
            return CallEvent("log", call_id, line=event.data)
