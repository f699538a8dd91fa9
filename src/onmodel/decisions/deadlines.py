"""Ends voting when a deadline has passed."""

from uuid import UUID

from onmodel.decisions import reading, repository, service, suggesting, telling
from onmodel.decisions.reading import Dossier
from onmodel.decisions.schemas import MIN_CANDIDATES
from onmodel.kit.clock import now
from onmodel.kit.db.uow import Database, UnitOfWork

AT_ONCE = 20


async def close_due(database: Database) -> int:
    """End voting wherever the deadline has passed, each in its own transaction; return how many."""
    async with database.read() as uow:
        ids = [one.id for one in await repository.due(uow, now(), limit=AT_ONCE)]
    for decision_id in ids:
        async with database.begin() as uow:
            await _close(uow, decision_id)
    return len(ids)


async def _close(uow: UnitOfWork, decision_id: UUID) -> None:
    seen = await repository.find(uow, decision_id)
    if seen is None:
        return
    expected, _ = _winner(await reading.load(uow, seen))
    if expected is not None:
        await service.stop_beside(uow, seen)
    decision = await service.lock_both(uow, seen)
    if decision.state != "open":
        return
    winner, why = _winner(await reading.load(uow, decision))
    if winner is not None and expected is None:
        return  # the last vote came this moment: the next look settles it
    if winner is not None:
        await service.conclude(uow, decision, winner, None, why)
        return
    decision.state, decision.outcome = "due", why
    await suggesting.reveal(uow, decision)
    change = {"verb": "voting ended", "name": decision.question}
    await telling.tell(uow, decision, None, change)


def _winner(dossier: Dossier) -> tuple[UUID | None, str]:
    """Return who wins by the decision's rule, or None for the lead to choose; and why."""
    decision = dossier.decision
    if decision.rule == "lead":
        return None, "Voting is over: the lead chooses."
    if dossier.counted < decision.quorum:
        said = f"{dossier.counted} of {decision.quorum} had voted"
        return None, f"Too few: {said}. The lead chooses."
    leading = dossier.leading()
    if leading is None:
        return None, "No picture is clearly ahead: the lead chooses."
    if leading not in dossier.ready or len(dossier.candidates) < MIN_CANDIDATES:
        return None, "The picture ahead is not finished: the lead chooses."
    return leading, "Most of the team wanted it when voting ended."
