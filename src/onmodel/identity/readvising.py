"""Advice on references after another calibration came into force.

Scores are computed anew at once. Advice looks at whole sets, so it follows in the background,
character by character; how far it came is kept with the calibration, and a restart goes on there.
"""

from uuid import UUID

from sqlalchemy import select

from onmodel.characters import repository as characters
from onmodel.characters import service
from onmodel.characters.models import Reference
from onmodel.identity import references, repository
from onmodel.identity.models import CalibrationVersion
from onmodel.kit.db.uow import Database, UnitOfWork

MOST_AT_ONCE = 25


async def go_on(database: Database) -> bool:
    """Advise anew on the next few characters, each in its own transaction; True if more wait."""
    async with database.read() as uow:
        if await _waiting(uow) is None:
            return False  # nearly always: no round of the Producer takes a lock for nothing
    for _ in range(MOST_AT_ONCE):
        async with database.begin() as uow:
            if not await _next(uow):
                return False
    return True


async def _next(uow: UnitOfWork) -> bool:
    await repository.hold_encoders(uow)
    calibration = await _waiting(uow)
    if calibration is None:
        return False
    character_id = await uow.session.scalar(
        select(Reference.character_id)
        .where(Reference.character_id > calibration.advised_to, Reference.state == references.READY)
        .order_by(Reference.character_id)
        .limit(1)
    )
    if character_id is not None:
        await _advise(uow, character_id)
    calibration.advised_to = character_id
    return True


async def _waiting(uow: UnitOfWork) -> CalibrationVersion | None:
    """Return a calibration in force whose advice has not reached every character."""
    return await uow.session.scalar(
        select(CalibrationVersion)
        .where(CalibrationVersion.active, CalibrationVersion.advised_to.is_not(None))
        .order_by(CalibrationVersion.encoder)
        .limit(1)
    )


async def _advise(uow: UnitOfWork, character_id: UUID) -> None:
    character = await characters.lock(uow, character_id)
    assert character is not None  # a foreign key holds it
    before = character.usable_reference_count
    await references.advise_set(uow, character_id)
    await characters.recount(uow, character_id)
    await uow.session.refresh(character)
    if character.usable_reference_count != before:
        await service.tell(uow, character, None, None)
