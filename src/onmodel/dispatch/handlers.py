"""How nouns hear of their calls.

This room lies below the nouns and cannot import them, so they register here by the
``subject_kind`` of their calls, once, when the process is put together. Every handler runs in
the transaction that changes the call: the call's row, the noun's rows and the event become
visible together or not at all.

The call's row is locked first, the noun's rows after it, the event log last. A service that
cancels a call does so before it locks rows of its own, or two transactions end in a knot. Where
several calls end at once, all rows that their nouns begin with are locked before the first of
them hears of it, in one order (``lock_owners``).
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import Ephemeral, Outcome, Progress
from onmodel.kit.db.uow import UnitOfWork

OnChange = Callable[[UnitOfWork, Call], Awaitable[None]]
OnFinished = Callable[[UnitOfWork, Call, Outcome], Awaitable[None]]
OnProgress = Callable[[Call, Progress], Ephemeral]
Owners = Callable[[UnitOfWork, set[UUID]], Awaitable[Iterable[UUID]]]
Lock = Callable[[UnitOfWork, Sequence[UUID]], Awaitable[None]]


async def _nothing(_uow: UnitOfWork, _call: Call) -> None:
    """Serve nouns that do not care."""


async def _nobody(_uow: UnitOfWork, _subject_ids: set[UUID]) -> Iterable[UUID]:
    """Serve nouns that belong to nothing else."""
    return ()


@dataclass(frozen=True)
class Handlers:
    """What one noun wants to hear."""

    on_finished: OnFinished
    on_started: OnChange
    on_requeued: OnChange
    on_progress: OnProgress
    owners: Owners


def task_progress(call: Call, progress: Progress) -> Ephemeral:
    """Return the event of contracts, section 1, which fits every call."""
    return Ephemeral(
        "server:task_progress",
        {
            "task_id": str(call.id),
            "node_id": str(call.subject_id),
            "progress": round(progress.percent, 1),
            "step": progress.step,
        },
    )


_registered: dict[str, Handlers] = {}
_locks: list[Lock] = []


def register(
    subject_kind: str,
    *,
    on_finished: OnFinished,
    on_started: OnChange = _nothing,
    on_requeued: OnChange = _nothing,
    on_progress: OnProgress = task_progress,
    owners: Owners = _nobody,
) -> None:
    """Let a noun hear of its calls.

    Args:
        subject_kind: the noun's word, as in ``NewCall.subject_kind``.
        on_finished: ``(uow, call, outcome)``, exactly once per call, in the finishing
            transaction.
        on_started: ``(uow, call)``, each time a worker begins with it.
        on_requeued: ``(uow, call)``, each time it goes back to the queue (lost worker, retry).
        on_progress: ``(call, progress)`` names the ephemeral event that tells of progress; it
            touches no database.
        owners: ``(uow, subject_ids)`` returns the rows that the other handlers lock before their
            own, such as characters. Whatever has to be locked before those, it locks.
    """
    if subject_kind in _registered:
        raise ValueError(f"handlers of {subject_kind!r} are registered already")
    _registered[subject_kind] = Handlers(
        on_finished=on_finished,
        on_started=on_started,
        on_requeued=on_requeued,
        on_progress=on_progress,
        owners=owners,
    )


def lock_owners_with(lock: Lock) -> None:
    """Let ``lock(uow, ids)`` lock the rows that ``owners`` of nouns return, in this order."""
    _locks.append(lock)


async def lock_owners(uow: UnitOfWork, calls: Sequence[Call]) -> None:
    """Lock what the nouns of these calls begin with, before the first of them is told."""
    owners: set[UUID] = set()
    for kind in sorted({call.subject_kind for call in calls}):
        ids = {call.subject_id for call in calls if call.subject_kind == kind}
        owners.update(await of(kind).owners(uow, ids))
    for lock in _locks:
        await lock(uow, sorted(owners))


def unregister(subject_kind: str) -> None:
    """Forget a noun's handlers; for tests that bring their own noun."""
    _registered.pop(subject_kind, None)


def of(subject_kind: str) -> Handlers:
    """Return a noun's handlers.

    Raises:
        LookupError: nobody registered: the process was put together without this noun, and
            going on would leave its rows behind the truth.
    """
    try:
        return _registered[subject_kind]
    except KeyError:
        raise LookupError(f"no handlers are registered for {subject_kind!r}") from None
