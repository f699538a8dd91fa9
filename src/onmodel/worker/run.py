"""Running one call, from the message to the result; one thread, start to end."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import structlog

from onmodel.dispatch import handlers, leases, sharing
from onmodel.dispatch.errors import LeaseLostError
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallError, CallOutputs, CallParams
from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.events.ephemeral import publish_ephemeral
from onmodel.functions import licences
from onmodel.functions.additions import Additions
from onmodel.functions.errors import FunctionNotFoundError, NoFunctionError
from onmodel.functions.licences import InForce
from onmodel.functions.manifest import JsonValue, Manifest
from onmodel.functions.manifest import Tier as FunctionTier
from onmodel.functions.registry import Registry
from onmodel.functions.terms import Terms, distinct
from onmodel.kit.db.uow import UnitOfWork
from onmodel.runner.calls import CallEvent, CallRequest, CallResult
from onmodel.worker import files
from onmodel.worker.durable import persist
from onmodel.worker.faults import describe
from onmodel.worker.held import HeldCall
from onmodel.worker.process import WorkerProcess

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Permit:
    """Which functions a call may use.

    Attributes:
        accepted: licences that an administrator accepted; None asks for no acceptance.
        commercial: only functions whose licences allow work that is sold.
    """

    accepted: InForce | None
    commercial: bool = False

    def allows(self, manifest: Manifest) -> bool:
        """Whether it may use a function."""
        if manifest.commercial:
            return True
        accepted = self.accepted is None or licences.may_run(manifest, self.accepted)
        return accepted and not self.commercial


ANYTHING = Permit(None)


class FunctionVersionGoneError(NoFunctionError):
    code = "function_version_gone"
    title = "That version of the function is not installed"
    default_try = "Install that version, or make a new picture with the one that is there."


class UnacceptedError(NoFunctionError):
    code = "licence_not_accepted"
    title = "Nobody has accepted the licence yet"
    default_try = "An administrator can read and accept it on the page of functions."


class NotForSaleError(NoFunctionError):
    code = "not_for_sale"
    title = "The licence does not allow this"
    default_try = "Install a function for commercial work, or ask an owner to change the project."


def run_call(worker: WorkerProcess, call_id: UUID, fence: int) -> None:
    """Run a call that the Producer has given to this worker.

    A message whose fence is old is dropped: the call was cancelled, or is somebody else's.
    Nothing is raised: how it went stands in the call's row.
    """
    if worker.stopping:
        _give_back(worker, call_id, fence)
        return
    with worker.held.holding(call_id, fence) as held:
        try:
            held.call, permit = _start(worker, call_id, fence)
            _finish(worker, held, *_work(worker, held.call, held, permit))
        except LeaseLostError:
            log.info("call_not_ours", call=str(call_id), fence=fence, stopped=held.stop_reason)


def _start(worker: WorkerProcess, call_id: UUID, fence: int) -> tuple[Call, Permit]:
    """Begin a call; return it, and what it may use."""
    lease = worker.resources.settings.lease_seconds

    async def start(uow: UnitOfWork) -> tuple[Call, Permit]:
        call = await leases.start(uow, call_id, fence, worker_id=worker.id, lease_seconds=lease)
        share = await sharing.of_project(uow, call.project_id)
        sold = share is not None and share.commercial
        return call, Permit(await licences.in_force(uow), commercial=sold)

    return _in_transaction(worker, start)


def _work(
    worker: WorkerProcess, call: Call, held: HeldCall, permit: Permit
) -> tuple[CallOutputs, float] | tuple[CallError, None]:
    """Do what the call asks for; every failure but a lost lease becomes its error."""
    try:
        choice = select_function(worker.functions(), call, permit)
        manifest = choice.manifest
        terms = terms_of(manifest, worker.resources.settings.weights)

        async def record(uow: UnitOfWork) -> None:
            await leases.record_function(
                uow,
                call.id,
                held.fence,
                name=manifest.name,
                version=manifest.version,
                tier=choice.tier,
                reason=choice.reason,
                terms=[one.model_dump() for one in terms],
            )

        _in_transaction(worker, record)
        with worker.scratch.for_call(call.id, held.fence) as (inputs, outputs):
            request = CallRequest(
                id=str(call.id),
                inputs=worker.loop.run(
                    files.stage(
                        worker.resources.store,
                        CallParams.model_validate(call.params),
                        inputs,
                        defaults=choice.defaults,
                    )
                ),
                input_dir=inputs,
                output_dir=outputs,
                deadline_s=manifest.limits.run_s,
            )
            result = _run_function(worker, held, manifest, request)
            stored = worker.loop.run(files.keep(worker.resources.store, result))
            return stored, result.seconds
    except LeaseLostError:
        raise
    except Exception as error:
        described = describe(error)
        if described.code == "internal_error":
            log.exception("call_broke", call=str(call.id))
        return described, None


def _run_function(
    worker: WorkerProcess, held: HeldCall, manifest: Manifest, request: CallRequest
) -> CallResult:
    def on_event(event: CallEvent) -> None:
        if event.kind == "log":
            # PostgreSQL's text has no such character
            held.lines.append(event.line.replace("\0", ""))
            return
        held.note(event.fraction, event.stage or _STEPS.get(event.kind, ""))
        worker.throttle.tell(held)

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
            return await leases.fail(uow, held.call_id, held.fence, made, log=held.log)
        return await leases.complete(
            uow, held.call_id, held.fence, made, seconds=seconds or 0.0, log=held.log
        )

    call = _in_transaction(worker, finish)
    log.info("call_ended", call=str(call.id), state=call.state.value, attempt=call.attempt)


def _give_back(worker: WorkerProcess, call_id: UUID, fence: int) -> None:
    async def release(uow: UnitOfWork) -> Call:
        return await leases.release(uow, call_id, fence)

    try:
        _in_transaction(worker, release)
    except LeaseLostError:
        log.info("call_not_ours", call=str(call_id), fence=fence)


def _in_transaction(worker: WorkerProcess, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    return worker.loop.run(persist(worker.resources.database, work))


def terms_of(manifest: Manifest, weights: Path) -> tuple[Terms, ...]:
    """Return what forbids selling what a function makes: its licences, those of its encoders."""
    return distinct([*manifest.terms, *(Additions(weights).terms() if manifest.encoders else ())])


@dataclass(frozen=True)
class Choice:
    """The function for a call, the tier it runs in, and why not the one that was meant."""

    manifest: Manifest
    tier: Tier
    reason: str | None = None

    @property
    def defaults(self) -> dict[str, JsonValue]:
        """What the manifest says to add to the call's values in this tier."""
        needs = self.manifest.tiers.get(FunctionTier(self.tier.value))
        return {} if needs is None else needs.params


def select_function(functions: Registry, call: Call, permit: Permit = ANYTHING) -> Choice:
    """Return the function that a call asked for, or the one for its task and tier.

    Where nothing installed works in the call's tier, the next one down is taken, as far as
    the request allows: a machine without a GPU has functions for the lowest tier only.

    Args:
        functions: what is installed.
        call: what is asked for.
        permit: what the call's project may use.

    Raises:
        NoFunctionError: nothing installed does it.
        NotForSaleError, UnacceptedError: only functions would do it that the project may not use.
        FunctionNotFoundError, FunctionVersionGoneError: what it asked for is not installed.
    """
    try:
        return _select(functions.only(permit.allows), call)
    except (NoFunctionError, FunctionNotFoundError):
        barred = _select(functions, call).manifest
        if permit.allows(barred):
            raise
    if permit.commercial:
        raise NotForSaleError(
            f"{barred.title} could do this, but its licence is not for work that is sold, and "
            "this project allows only those that are."
        )
    raise UnacceptedError(licences.not_accepted(barred).detail)


def _select(functions: Registry, call: Call) -> Choice:
    meant = call.tier_used or call.tier_asked
    only = CallParams.model_validate(call.params).only
    if only is not None:
        manifest = functions.get(only.name)
        if only.version not in (None, manifest.version):
            raise FunctionVersionGoneError(
                f"This asks for {only.name} {only.version}; {manifest.version} is installed."
            )
        return Choice(manifest, meant)
    try:
        return Choice(functions.select(task=call.task.value, tier=meant.value), meant)
    except NoFunctionError:
        lower = ASCENDING[: ASCENDING.index(meant)] if call.may_fall_back else ()
        for tier in reversed(lower):
            with suppress(NoFunctionError):
                manifest = functions.select(task=call.task.value, tier=tier.value)
                reason = f"Nothing installed here does this in {meant.value} quality."
                return Choice(manifest, tier, reason)
        raise


async def publish_progress(worker: WorkerProcess, held: HeldCall) -> None:
    """Tell everyone who looks at the project how far a call is."""
    if held.call is None:
        return
    news = handlers.of(held.call.subject_kind).on_progress(held.call, held.progress)
    await publish_ephemeral(worker.resources.bus, held.call.project_id, news.name, news.payload)
