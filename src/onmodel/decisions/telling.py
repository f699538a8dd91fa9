"""How the world hears of a decision."""

from typing import Any
from uuid import UUID
from weakref import WeakSet

from onmodel.decisions import reading, repository
from onmodel.decisions.models import Decision
from onmodel.decisions.schemas import DecisionRead, DecisionUpdated
from onmodel.events import log as events
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.variations.changes import (
    keep_quiet_while,
    when_picture_changes,
    when_picture_moves,
)
from onmodel.variations.models import Variation


async def tell(
    uow: UnitOfWork,
    decision: Decision,
    actor_id: UUID | None,
    change: dict[str, Any] | None,
    *,
    did: str | None = None,
    comment_id: UUID | None = None,
) -> DecisionRead:
    """Record that a decision changed and return what everybody now sees.

    Args:
        uow: the transaction.
        decision: as it is now.
        actor_id: who did it; None for the house and for guests.
        change: what the history says; None where it stays silent.
        did: the verb for who looks on, where the history stays silent.
        comment_id: the comment that changed, if it was one that stood there before.
    """
    decision.updated_at = now()
    await uow.session.flush()
    return await _record(uow, decision, actor_id, change, did, comment_id)


async def _record(
    uow: UnitOfWork,
    decision: Decision,
    actor_id: UUID | None,
    change: dict[str, Any] | None,
    did: str | None,
    comment_id: UUID | None = None,
) -> DecisionRead:
    await events.hold(uow, decision.project_id)
    data = reading.decision_read(await reading.load(uow, decision))
    # kept for each change for good: with all that was ever said the log would grow by the square
    said = [one for one in data.comments[:-1] if one.id == comment_id] + data.comments[-1:]
    told = data.model_copy(update={"comments": said})
    await events.record(
        uow,
        decision.project_id,
        "server:decision.updated",
        DecisionUpdated(
            decision_id=decision.id,
            character_id=decision.character_id,
            did=change["verb"] if change else did,
            data=told,
        ),
        actor_id=actor_id,
        subject_id=decision.character_id,
        change=change,
    )
    return data


async def picture_changed(uow: UnitOfWork, row: Variation) -> None:
    """Tell again of the decisions in which a picture is: it appeared, or was measured.

    Locks no decision: whoever changed the picture has told of it already and holds the counter,
    which comes last in the order of locks.
    """
    await _tell_of_those_with(uow, row, decided=False)


async def picture_moved(uow: UnitOfWork, row: Variation) -> None:
    """Tell again of the decisions that are over and show that a picture stands in the sheet.

    Of those no judgement is told, which would be each time that a reference comes.
    """
    await _tell_of_those_with(uow, row, decided=True)


async def _tell_of_those_with(uow: UnitOfWork, row: Variation, *, decided: bool) -> None:
    for decision_id in await repository.with_picture(uow, row.id, decided=decided):
        decision = await repository.find(uow, decision_id)
        if decision is not None and decision not in _told_by_others:
            await _record(uow, decision, None, None, None)


# their services tell of them in this transaction, when all is done
_told_by_others: WeakSet[Decision] = WeakSet()


def leave_to_me(decision: Decision) -> None:
    """Promise to tell of a decision at the end of this transaction, whose row it is."""
    _told_by_others.add(decision)


def register() -> None:
    """Hear of the pictures that are candidates, and keep those quiet that are blind ones."""
    when_picture_changes(picture_changed)
    when_picture_moves(picture_moved)
    keep_quiet_while(repository.quiet)
