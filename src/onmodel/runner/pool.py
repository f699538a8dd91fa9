"""Warm functions: started when first needed, kept for the next call, ended when idle or broken.

The choices are in `slots.py` and `places.py`, what happens while nobody calls is in `keeper.py`.
"""

from collections.abc import Callable

import structlog

from onmodel.functions.errors import DownloadStoppedError
from onmodel.functions.installation import Prepare, Prepared
from onmodel.functions.manifest import Manifest
from onmodel.functions.patience import Patience
from onmodel.kit.errors import ProblemError
from onmodel.runner.calls import CallEvent, CallRequest, CallResult, IsCancelled, OnEvent
from onmodel.runner.conversation import Ended, converse, fit_after, verdict
from onmodel.runner.errors import CallFailed, failed, unprepared, unwritten
from onmodel.runner.gpus import NO_GPUS, Ledger, Room
from onmodel.runner.keeper import BEAT_S, HEALTH_S, Keeper, Wanted
from onmodel.runner.outputs import BadOutputError, collect
from onmodel.runner.places import Places
from onmodel.runner.runtime import Exchange, Runtime
from onmodel.runner.slots import Slot, SlotStatus, worn
from onmodel.runner.startup import Ready, start

log = structlog.get_logger(__name__)

# Ends of an attempt that say nothing against the function.
_BLAMELESS = frozenset({"cancelled", "runner_closed", "timed_out", "gpu_busy", "gpu_too_small"})


def _ignore(event: CallEvent) -> None:
    """Stand in for a listener."""


def _never() -> bool:
    return False


def _nothing() -> None:
    """Tell nobody."""


def _none() -> tuple[Manifest, ...]:
    return ()


class Pool:
    """Runs calls of functions. Every method may be used from every thread.

    Args:
        runtime: what functions run in.
        prepare: installs a function, or finds it installed.
        ledger: of video memory.
        max_per_function: most instances of one function at once; further calls wait.
        max_total: most instances altogether; the one that was idle longest makes room. By default
            four functions may be warm at their full width.
        idle_s: seconds after which an instance that nobody needs is ended, instead of what each
            manifest says.
        wanted: the functions that there are, of which manifests may want some kept warm.
        beat_s: how often idle times and video memory are looked at.
        health_s: how often every idle instance is asked how it is.
        owns: close the runtime together with the pool.
    """

    def __init__(
        self,
        runtime: Runtime,
        prepare: Prepare,
        *,
        ledger: Ledger = NO_GPUS,
        max_per_function: int = 2,
        max_total: int | None = None,
        idle_s: float | None = None,
        wanted: Wanted = _none,
        beat_s: float = BEAT_S,
        health_s: float = HEALTH_S,
        owns: bool = True,
    ) -> None:
        self._runtime = runtime
        self._prepare = prepare
        self._ledger = ledger
        self._owns = owns
        self._prepared: dict[str, Prepared] = {}
        self._places = Places(
            max_per_function=max_per_function,
            max_total=4 * max_per_function if max_total is None else max_total,
            ledger=ledger,
        )
        self._keeper = Keeper(
            self._places,
            ledger,
            end=self._end,
            died=self._bury,
            wanted=wanted,
            fill=self._fill,
            idle_s=idle_s,
            beat_s=beat_s,
            health_s=health_s,
        )

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
        prepared = self._prepare_once(manifest, request.id, on_event, cancelled)
        slot = self._take(manifest, prepared, request, on_event, cancelled)
        result: CallResult | CallFailed
        fit = died = False
        try:
            result, fit = self._run(slot, manifest, request, on_event, cancelled)
            died = not fit
        except CallFailed as error:
            result = self._explain(slot, error)
            # Refused before it ran: the instance has done nothing.
            fit = error.code == "invalid_input"
            died = not fit and result.code not in _BLAMELESS
        finally:
            if not (fit and self._places.give_back(slot, worn=worn)):
                self._end(slot, died=died)
        if isinstance(result, CallFailed):
            raise result
        return result

    def snapshot(self) -> list[SlotStatus]:
        """Tell what is running, for the health page."""
        return self._places.snapshot()

    def gpus(self) -> list[Room]:
        """Tell which GPUs there are and what is free of them. Blocks: it asks the driver."""
        return self._ledger.rooms()

    def room_mb(self) -> int:
        """Return the video memory that one function could get now, were all that is idle ended."""
        return self._places.room_mb()

    def end_idle(self, older_than_s: float) -> int:
        """End the instances that have been idle for so many seconds. Returns how many."""
        return self._keeper.end_idle(older_than_s)

    def close(self) -> None:
        """End everything. Calls that are running fail with `runner_closed`."""
        for slot in self._places.close():
            self._end(slot)
        self._keeper.join()
        if self._owns:
            self._runtime.close()

    def _run(
        self,
        slot: Slot,
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

    def _explain(self, slot: Slot, error: CallFailed) -> CallFailed:
        """Say why it really ended, where it was us who ended it."""
        if self._places.closed:
            return failed("runner_closed", detail=str(error), log=error.log)
        if slot.doom is not None:
            return failed(slot.doom.code, detail=slot.doom.detail, log=error.log)
        return error

    def _prepare_once(
        self, manifest: Manifest, call_id: str, on_event: OnEvent, cancelled: IsCancelled
    ) -> Prepared:
        """Install at the first call; afterwards a warm call does not even look at the disk."""
        key = f"{manifest.folder}@{manifest.version}"
        found = self._prepared.get(key)
        if found is not None:
            return found
        patience = Patience(
            manifest.limits.install_s, stopped=lambda: self._places.closed or cancelled()
        )
        try:
            found = self._prepare(
                manifest,
                lambda line: on_event(CallEvent("preparing", call_id, line=line)),
                patience,
            )
        except DownloadStoppedError as stop:
            raise failed("runner_closed" if self._places.closed else "cancelled") from stop
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
        request: CallRequest,
        on_event: OnEvent,
        cancelled: IsCancelled,
    ) -> Slot:
        """Take an idle instance, or start one, or wait until either is possible."""
        while True:
            slot = self._places.take(manifest, request.vram_mb, cancelled)
            if isinstance(slot, list):
                for one in slot:
                    self._end(one)
                continue
            if slot.ready is None:
                break
            if slot.ready.instance.wait(0) is None:
                return slot
            # It died while nobody looked.
            self._bury(slot)
        ready = self._start(
            slot, prepared, cancelled, tell=lambda: on_event(CallEvent("starting", request.id))
        )
        if not self._places.occupy(slot, ready):
            # The pool was closed while it started; the call will notice.
            ready.instance.kill()
        return slot

    def _start(
        self, slot: Slot, prepared: Prepared, cancelled: IsCancelled, *, tell: Callable[[], None]
    ) -> Ready:
        """Start an instance for a slot; where that fails the slot is gone."""
        try:
            tell()
            return start(
                *(self._runtime, slot.manifest, prepared),
                cancelled=lambda: self._places.closed or cancelled(),
                gpu=slot.gpu,
            )
        except CallFailed as error:
            closed = self._places.closed
            self._end(slot, died=not closed and error.code not in _BLAMELESS)
            if closed:
                raise failed("runner_closed") from error
            raise
        except BaseException:
            self._end(slot)
            raise

    def _fill(self, manifest: Manifest) -> None:
        """Start one more instance of a function to keep it warm, if that costs nobody anything."""
        if self._places.rests(manifest):
            return
        try:
            prepared = self._prepare_once(manifest, "", _ignore, _never)
        except CallFailed as error:
            if error.code not in _BLAMELESS:
                self._places.died(manifest)
            _not_kept(manifest, error)
            return
        needs = sorted({tier.vram_mb for tier in manifest.tiers.values()}, reverse=True)
        try:
            for vram_mb in needs:
                slot = self._places.take_spare(manifest, vram_mb)
                if slot is not None:
                    ready = self._start(slot, prepared, _never, tell=_nothing)
                    if not self._places.occupy(slot, ready, idle=True):
                        ready.instance.kill()
                    return
        except CallFailed as error:
            _not_kept(manifest, error)

    def _bury(self, slot: Slot) -> None:
        self._end(slot, died=True)

    def _end(self, slot: Slot, *, died: bool = False) -> None:
        """End an instance and give back what it held."""
        with self._places.ending(slot, died=died):
            if slot.ready is not None:
                slot.ready.instance.kill()


def _not_kept(manifest: Manifest, error: CallFailed) -> None:
    log.warning("not_kept_warm", function=manifest.key, code=error.code, detail=str(error))


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
