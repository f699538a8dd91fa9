"""Who hears that a character went off model: who made it, and who follows it."""

from onmodel.events.log import Told, when_told
from onmodel.inbox import pages, repository, service
from onmodel.inbox.kinds import Kind
from onmodel.kit.db.uow import UnitOfWork
from onmodel.review import alerts
from onmodel.review.schemas import AlertUpdated


async def changed(uow: UnitOfWork, told: Told) -> None:
    """Keep one notice for each character: a new limit may put a hundred pictures off at once."""
    assert isinstance(told.payload, AlertUpdated)
    alert = told.payload.data
    off = len(await alerts.open_of_character(uow, alert.character_id))
    if off == 0:
        await service.settle(uow, alert.character_id, [Kind.OFF_MODEL])
        return
    if (told.change or {}).get("verb") not in ("went off model", "alert awake"):
        return
    file = alert.variation.file
    await service.notify(
        uow,
        person_ids=[alert.owner_id, *await repository.followers(uow, alert.character_id)],
        kind=Kind.OFF_MODEL,
        project_id=alert.project_id,
        subject_type="character",
        subject_id=alert.character_id,
        url=pages.picture(alert.project_id, alert.character_id, alert.variation.id)
        if off == 1
        else pages.alerts(alert.project_id),
        title=f"{alert.character_name} is off model: {alert.variation.label}"
        if off == 1
        else f"{alert.character_name} is off model in {off} pictures",
        body=f"{alert.variation.label}: {alert.p_same:.0%}, the limit is {alert.below:.0%}.",
        key=f"off_model:{alert.character_id}:{told.seq}",
        file_id=file.id if file else None,
        instead=True,
    )


def register() -> None:
    when_told("server:alert.updated", changed)
