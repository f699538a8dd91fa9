"""How a character is judged: by which route, and below which likeness its owner hears of it."""

from typing import Any
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.characters.errors import StaleVersionError
from onmodel.characters.schemas import CharacterRead
from onmodel.identity import repository as identities
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.review import alerts
from onmodel.review.schemas import ConsistencySettings
from onmodel.variations import judging
from onmodel.variations import service as variations


async def change(
    uow: UnitOfWork, actor: Actor, character_id: UUID, data: ConsistencySettings
) -> CharacterRead:
    """Change route or limit; it counts as a change of the character and is in its history.

    Raises:
        StaleVersionError: somebody changed the character since ``data.version``.
    """
    if data.route is not None:
        # before the character's row, as when a picture is judged
        await identities.hold_encoders(uow)
    character = await characters.get_present(uow, actor, character_id, Permission.EDIT)
    if data.version is not None and data.version != character.version:
        current = await characters.read(uow, character)
        raise StaleVersionError(
            f"{character.name} was changed while you were editing.",
            extra={"current": current.model_dump(mode="json")},
        )
    wished = {"identity_route": data.route, "off_model_below": data.off_model_below}
    changed: dict[str, list[Any]] = {}
    for field, value in wished.items():
        if value is not None and getattr(character, field) != value:
            changed[field] = [getattr(character, field), value]
            setattr(character, field, value)
    if not changed:
        return await characters.read(uow, character)
    character.version += 1
    character.updated_by = actor.user_id
    character.updated_at = now()
    await uow.session.flush()
    if "identity_route" in changed:
        for row in await judging.rejudge(uow, character):
            await variations.tell(uow, row, None, None)
    await alerts.sweep(uow, character.id)
    return await characters.tell(
        uow, character, actor.user_id, {"verb": "changed", "fields": changed}
    )
