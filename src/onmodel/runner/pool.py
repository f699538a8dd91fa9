"""Warm functions: started when first needed, kept for the next call, ended when idle or broken."""

import threading
import time
from dataclasses import dataclass, field
from typing import Literal

from onmodel.functions.installation import Prepare, Prepared
from onmodel.functions.manifest import Manifest
from onmodel.kit.errors import ProblemError
from onmodel.runner.calls import CallEvent, CallRequest, CallResult, IsCancelled, OnEvent
from onmodel.runner.conversation import POLL_S, Ended, converse, fit_after, verdict
from onmodel.runner.errors import CallFailed, failed, unprepared, unwritten
from onmodel.runner.outputs import BadOutputError, collect
from onmodel.runner.runtime import Exchange, Runtime
from onmodel.runner.startup import Ready, start

SlotState = Literal["starting", "idle", "busy"]


@dataclass
class _Slot:
    """A place for one instance."""

    key: str
    state: SlotState = "starting"
    ready: Ready | None = None
    calls: int = 0
    since: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class SlotStatus:
    """What the health page shows of one instance. `seconds` is the time in this state."""

    function: str
    instance: str
    state: SlotState
    calls: int
    seconds: float


def _ignore(event: CallEvent) -> None:
    """Stand in for a listener."""


def _never() -> bool:
    return False


class Pool:
    """Runs calls of functions. Every method may be used from every thread.

    Args:
        runtime: what functions run in.
        prepare: installs a function, or finds it installed.
        max_per_function: most instances of one function at once; further calls wait.
        max_total: most instances altogether; the one that was idle longest makes room. By default
            four functions may be warm at their full width.
        idle_s: seconds after which an instance that nobody needs is ended, to free its memory.
        owns: close the runtime together with the pool.
    """

    def __init__(
        self,
        runtime: Runtime,
        prepare: Prepare,
        *,
        max_per_function: int = 2,
        max_total: int | None = None,
        idle_s: float = 600.0,
        owns: bool = True,
    ) -> None:
        self._runtime = runtime
        self._prepare = prepare
        self._max_per_function = max_per_function
        self._max_total = 4 * max_per_function if max_total is None else max_total
        self._idle_s = idle_s
        self._owns = owns
        self._changed = threading.Condition()
        self._slots: list[_Slot] = []
        self._prepared: dict[str, Prepared] = {}
        self._closed = False
        self._reaper = threading.Thread(target=self._reap, name="pool-reaper", daemon=True)
        self._reaper.start()

    def call(
        self,
        manifest: Manifest,
        request: CallRequest,
        *,
        on_event: OnEvent = _ignore,
        cancelled: IsCancelled = _never,
    ) -> CallResult:
        """Run one call to its end, on a warm instance if there is one.

        Args:
            manifest: the function.
            request: inputs, folders and deadline.
            on_event: told what happens, in this thread; an exception of its ends the call.
            cancelled: asked several times a second; true ends the call.

        Raises:
            CallFailed: everything that can go wrong with a call.
            ValueError: the output folder is not empty.
        """
        if any(request.output_dir.iterdir()):
            raise ValueError(f"{request.output_dir} is not empty")
        prepared = self._prepare_once(manifest, request.id, on_event)
        slot = self._take(manifest, prepared, request.id, on_event, cancelled)
        fit = False
        try:
            result, fit = self._run(slot, manifest, request, on_event, cancelled)
        except CallFailed as error:
            if self._closed:
                raise failed("runner_closed", detail=str(error), log=error.log) from error
            # Refused before it ran: the instance has done nothing.
            fit = error.code == "invalid_input"
            raise
        finally:
            self._give_back(slot, fit=fit)
        if isinstance(result, CallFailed):
            raise result
        return result

    def snapshot(self) -> list[SlotStatus]:
        """Tell what is running, for the health page."""
        now = time.monotonic()
        with self._changed:
            return [
                SlotStatus(
                    function=slot.key,
                    instance=slot.ready.instance.id if slot.ready else "",
                    state=slot.state,
                    calls=slot.calls,
                    seconds=now - slot.since,
                )
                for slot in self._slots
            ]

    def end_idle(self, older_than_s: float) -> int:
        """End the instances that have been idle for so many seconds. Returns how many."""
        now = time.monotonic()
        with self._changed:
            old = [
                slot
                for slot in self._slots
                if slot.state == "idle" and now - slot.since >= older_than_s
            ]
            for slot in old:
                self._slots.remove(slot)
            self._changed.notify_all()
        for slot in old:
            _end(slot)
        return len(old)

    def close(self) -> None:
        """End everything. Calls that are running fail with `runner_closed`."""
        with self._changed:
            self._closed = True
            slots, self._slots = self._slots, []
            self._changed.notify_all()
        for slot in slots:
            _end(slot)
        self._reaper.join()
        if self._owns:
            self._runtime.close()

    def _run(
        self,
        slot: _Slot,
        manifest: Manifest,
        request: CallRequest,
        on_event: OnEvent,
        cancelled: IsCancelled,
    ) -> tuple[CallResult | CallFailed, bool]:
        """Run the call on a slot. Returns what came out and whether the instance is still fit."""
        ready = slot.ready
        assert ready is not None
        with ready.instance.exchange(request) as exchange:
            ended = converse(
                *(ready.instance, manifest, request, exchange),
                on_event=on_event,
                cancelled=cancelled,
            )
            failure = verdict(ended, ready.instance)
            if failure is not None:
                return failure, fit_after(ended)
            return _collected(ready, manifest, request, exchange, ended), True

    def _prepare_once(self, manifest: Manifest, call_id: str, on_event: OnEvent) -> Prepared:
        """Install at the first call; afterwards a warm call does not even look at the disk."""
        key = f"{manifest.folder}@{manifest.version}"
        found = self._prepared.get(key)
        if found is not None:
            return found
        try:
            found = self._prepare(
                manifest, lambda line: on_event(CallEvent("preparing", call_id, line=line))
            )
        except ProblemError as problem:
            raise unprepared(problem) from problem
        except OSError as error:
            raise unwritten(error, otherwise="environment_failed") from error
        self._prepared[key] = found
        return found

    def _take(
        self,
        manifest: Manifest,
        prepared: Prepared,
        call_id: str,
        on_event: OnEvent,
        cancelled: IsCancelled,
    ) -> _Slot:
        """Take an idle instance, or start one, or wait until either is possible."""
        while True:
            slot, evicted = self._find(manifest.key, cancelled)
            if evicted is not None:
                _end(evicted)
            if slot.ready is None:
                break
            if slot.ready.instance.wait(0) is None:
                return slot
            # It died while nobody looked.
            self._give_back(slot, fit=False)
        try:
            on_event(CallEvent("starting", call_id))
            ready = start(
                self._runtime, manifest, prepared, cancelled=lambda: self._closed or cancelled()
            )
        except BaseException as error:
            self._give_back(slot, fit=False)
            if self._closed and isinstance(error, CallFailed):
                raise failed("runner_closed") from error
            raise
        self._occupy(slot, ready)
        return slot

    def _occupy(self, slot: _Slot, ready: Ready) -> None:
        with self._changed:
            slot.ready = ready
            slot.state = "busy"
            slot.since = time.monotonic()
            # The pool may have been closed while it started.
            known = slot in self._slots
        if not known:
            _end(slot)

    def _find(self, key: str, cancelled: IsCancelled) -> tuple[_Slot, _Slot | None]:
        """Wait for a place. Returns it, and the idle instance that has to go for it, if one has."""
        with self._changed:
            while True:
                if self._closed:
                    raise failed("runner_closed")
                if cancelled():
                    raise failed("cancelled")
                mine = [slot for slot in self._slots if slot.key == key]
                idle = [slot for slot in self._slots if slot.state == "idle"]
                warm = [slot for slot in idle if slot.key == key]
                if warm:
                    # The latest used: its memory is in the caches, and others can grow old.
                    slot = max(warm, key=lambda one: one.since)
                    slot.state, slot.since = "busy", time.monotonic()
                    return slot, None
                full = len(self._slots) >= self._max_total
                if len(mine) < self._max_per_function and (idle or not full):
                    evicted = min(idle, key=lambda one: one.since) if full else None
                    if evicted is not None:
                        self._slots.remove(evicted)
                    slot = _Slot(key)
                    self._slots.append(slot)
                    return slot, evicted
                self._changed.wait(POLL_S)

    def _give_back(self, slot: _Slot, *, fit: bool) -> None:
        with self._changed:
            known = slot in self._slots
            if fit and known:
                slot.calls += 1
                slot.state, slot.since = "idle", time.monotonic()
            elif known:
                self._slots.remove(slot)
            self._changed.notify_all()
        if not (fit and known):
            _end(slot)

    def _reap(self) -> None:
        while True:
            with self._changed:
                now = time.monotonic()
                ages = [now - slot.since for slot in self._slots if slot.state == "idle"]
                pause = max(0.0, self._idle_s - max(ages, default=0.0))
                if self._changed.wait_for(lambda: self._closed, min(pause, self._idle_s)):
                    return
            self.end_idle(self._idle_s)


def _end(slot: _Slot) -> None:
    if slot.ready is not None:
        slot.ready.instance.kill()


def _collected(
    ready: Ready, manifest: Manifest, request: CallRequest, exchange: Exchange, ended: Ended
) -> CallResult | CallFailed:
    """Take over what the function wrote."""
    outputs = ended.snapshot.output
    assert outputs is not None
    limit = manifest.limits.output_mb * 1024 * 1024
    into = None if exchange.written == request.output_dir else request.output_dir
    try:
        files = collect(exchange.written, outputs, ready.schema, max_bytes=limit, into=into)
    except BadOutputError as error:
        return failed("bad_output", detail=str(error), log=ready.instance.log_tail())
    except OSError as error:
        return unwritten(error, otherwise="bad_output")
    return CallResult(outputs, files, ended.snapshot.metrics.predict_time)
