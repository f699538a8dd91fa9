"""Running one call, from the message to the result; one thread, start to end."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import structlog

from onmodel.dispatch import handlers, leases, sharing
from onmodel.dispatch.choices import GIVES_WAY_AT
from onmodel.dispatch.depth import depths
from onmodel.dispatch.errors import LeaseLostError
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallError, CallOutputs, CallParams
from onmodel.events.ephemeral import publish_ephemeral
from onmodel.functions import licences
from onmodel.functions.manifest import Manifest
from onmodel.kit.db.uow import UnitOfWork
from onmodel.runner.calls import CallEvent, CallRequest, CallResult
from onmodel.runner.errors import CallFailed
from onmodel.worker import files
from onmodel.worker.choosing import Choice, Circumstances, select_function, terms_of
from onmodel.worker.durable import is_passing, persist
from onmodel.worker.faults import ELSEWHERE, describe, describe_unheard
from onmodel.worker.held import HeldCall
from onmodel.worker.process import WorkerProcess

log = structlog.get_logger(__name__)

T = TypeVar("T")


def run_call(worker: WorkerProcess, call_id: UUID, fence: int) -> None:
    """Run a call that the Producer has given to this worker.

    A message whose fence is old is dropped: the call was cancelled, or is somebody else's.
    How it went stands in the call's row; a noun that fails to hear of it ends the call, too.

    Raises:
        DBAPIError, OSError: the database stayed away; the sweep brings the call back.
    """
    if worker.stopping:
        _give_back(worker, call_id, fence)
        return
    with worker.held.holding(call_id, fence) as held:
        try:
            held.call, circumstances = _start(worker, call_id, fence)
            _finish(worker, held, *_work(worker, held.call, held, circumstances))
        except LeaseLostError:
            log.info("call_not_ours", call=str(call_id), fence=fence, stopped=held.stop_reason)
        except Exception as error:
            if is_passing(error):
                raise  # the database has been away for too long; the lease ends meanwhile
            log.exception("call_could_not_end", call=str(call_id), fence=fence)
            _end_anyway(worker, held, describe_unheard(error))


def _start(worker: WorkerProcess, call_id: UUID, fence: int) -> tuple[Call, Circumstances]:
    """Begin a call; return it, and what the choice of its function depends on."""
    lease = worker.resources.settings.lease_seconds
    room_mb = worker.pool.room_mb()

    async def start(uow: UnitOfWork) -> tuple[Call, Circumstances]:
        call = await leases.start(uow, call_id, fence, worker_id=worker.id, lease_seconds=lease)
        share = await sharing.of_project(uow, call.project_id)
        depth = 0.0
        if call.importance in GIVES_WAY_AT:
            depth = (await depths(uow, lease_seconds=lease))[call.tier_asked]
        return call, Circumstances(
            commercial=share is not None and share.commercial,
            accepted=await licences.in_force(uow),
            room_mb=room_mb,
            largest_mb=worker.capabilities.largest_mb,
            depth=depth,
        )

    return _in_transaction(worker, start)


def _work(
    worker: WorkerProcess, call: Call, held: HeldCall, circumstances: Circumstances
) -> tuple[CallOutputs, float] | tuple[CallError, None]:
    """Do what the call asks for; every failure but a lost lease becomes its error."""
    try:
        while True:
            unfit = _unfit(worker, call)
            choice = select_function(worker.functions(), call, replace(circumstances, unfit=unfit))
            try:
                return _do(worker, call, held, choice)
            except CallFailed as error:
                # what it takes is known when it has been started for the first time
                asked_for = choice.function_reason == "asked_for"
                if error.code != "does_not_fit" or asked_for:
                    raise
                worker.fitness.keep(choice.manifest, call.task, error.detail)
                log.warning("unfit", function=choice.manifest.key, reason=error.detail)
    except LeaseLostError:
        raise
    except Exception as error:
        described = describe(error)
        if described.code == "internal_error":
            log.exception("call_broke", call=str(call.id))
        return described, None


def _unfit(worker: WorkerProcess, call: Call) -> frozenset[str]:
    """Name the functions that are known not to take what the call brings."""
    able = worker.functions().for_task(call.task.value)
    return frozenset(one.name for one in able if call.task in worker.fitness.unfit(one))


def _do(
    worker: WorkerProcess, call: Call, held: HeldCall, choice: Choice
) -> tuple[CallOutputs, float]:
    """Let the chosen function do it; raises CallFailed and what storing may raise."""
    manifest = choice.manifest
    terms = terms_of(manifest, worker.resources.settings.weights)
    params = CallParams.model_validate(call.params).given_to(manifest.reads)

    async def record(uow: UnitOfWork) -> None:
        await leases.record_function(
            uow,
            call.id,
            held.fence,
            name=manifest.name,
            version=manifest.version,
            tier=choice.tier,
            reason=choice.tier_reason,
            function_reason=choice.function_reason,
            terms=[one.model_dump() for one in terms],
            reads=params.offered.names,
        )

    _in_transaction(worker, record)
    with worker.scratch.for_call(call.id, held.fence) as (inputs, outputs):
        request = CallRequest(
            id=str(call.id),
            inputs=worker.loop.run(
                files.stage(
                    worker.resources.store,
                    params,
                    inputs,
                    defaults=choice.defaults,
                )
            ),
            input_dir=inputs,
            output_dir=outputs,
            deadline_s=manifest.limits.run_s,
            vram_mb=choice.vram_mb,
            # one that was asked for by name for what it never claimed to do is held to nothing
            task=call.task if call.task in manifest.tasks else None,
        )
        result = _run_function(worker, held, manifest, request)
        stored = worker.loop.run(files.keep(worker.resources.store, result))
        return stored, result.seconds


def _run_function(
    worker: WorkerProcess, held: HeldCall, manifest: Manifest, request: CallRequest
) -> CallResult:
    def on_event(event: CallEvent) -> None:
        if event.kind == "log":
            # PostgreSQL's text has no such character
            held.lines.append(event.line.replace("\0", ""))
            return
        if event.kind == "preview":
            worker.previews.take(held, event.picture)
            return
        held.note(event.fraction, event.stage or _STEPS.get(event.kind, ""), event.loss)
        worker.throttle.tell(held)

    held.label = manifest.curve
    return worker.pool.call(manifest, request, on_event=on_event, cancelled=held.stop.is_set)


# What people read while the function itself says nothing.
_STEPS = {"preparing": "Installing the model", "starting": "Starting the model"}


def _finish(
    worker: WorkerProcess,
    held: HeldCall,
    made: CallOutputs | CallError,
    seconds: float | None,
) -> None:
    """Write the end under the fence, or nothing when the call was taken from us."""
    if held.stop_reason is not None:
        raise LeaseLostError("The call was stopped; whoever stopped it wrote its state.")

    async def finish(uow: UnitOfWork) -> Call:
        if isinstance(made, CallError):
            if made.code in ELSEWHERE and (passed := await _pass_on(worker, held, made, uow)):
                return passed
            return await leases.fail(uow, held.call_id, held.fence, made, told=held.told)
        return await leases.complete(
            uow, held.call_id, held.fence, made, seconds=seconds or 0.0, told=held.told
        )

    call = _in_transaction(worker, finish)
    log.info("call_ended", call=str(call.id), state=call.state.value, attempt=call.attempt)


async def _pass_on(
    worker: WorkerProcess, held: HeldCall, error: CallError, uow: UnitOfWork
) -> Call | None:
    lease = worker.resources.settings.lease_seconds
    return await leases.pass_on(
        uow, held.call_id, held.fence, error, worker_id=worker.id, lease_seconds=lease
    )


def _end_anyway(worker: WorkerProcess, held: HeldCall, error: CallError) -> None:
    """End a call whose noun could not take its start or its end; nothing of that was written."""

    async def fail(uow: UnitOfWork) -> Call:
        return await leases.fail(uow, held.call_id, held.fence, error, told=held.told)

    async def give_up(uow: UnitOfWork) -> Call:
        return await leases.give_up(uow, held.call_id, held.fence, error, told=held.told)

    try:
        _in_transaction(worker, fail)
    except LeaseLostError:
        log.info("call_not_ours", call=str(held.call_id), fence=held.fence)
    except Exception as again:
        if is_passing(again):
            raise
        log.exception("noun_cannot_hear_of_failures", call=str(held.call_id))
        with suppress(LeaseLostError):
            _in_transaction(worker, give_up)


def _give_back(worker: WorkerProcess, call_id: UUID, fence: int) -> None:
    async def release(uow: UnitOfWork) -> Call:
        return await leases.release(uow, call_id, fence)

    try:
        _in_transaction(worker, release)
    except LeaseLostError:
        log.info("call_not_ours", call=str(call_id), fence=fence)


def _in_transaction(worker: WorkerProcess, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    return worker.loop.run(persist(worker.resources.database, work))


async def publish_progress(worker: WorkerProcess, held: HeldCall) -> None:
    """Tell everyone who looks at the project how far a call is."""
    if held.call is None:
        return
    news = handlers.of(held.call.subject_kind).on_progress(held.call, held.news())
    await publish_ephemeral(worker.resources.bus, held.call.project_id, news.name, news.payload)
