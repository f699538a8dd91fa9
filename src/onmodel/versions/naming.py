"""Names for versions, such as “locked for episode 3”: given once, never moved."""

from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.events import log as events
from onmodel.kit.db.uow import UnitOfWork
from onmodel.versions import reading, repository
from onmodel.versions.errors import TooManyNamesError
from onmodel.versions.models import VersionName
from onmodel.versions.schemas import VersionNamed, VersionNameRead, VersionNameWrite

MOST_NAMES = 200


async def name_version(
    uow: UnitOfWork, actor: Actor, character_id: UUID, number: int, data: VersionNameWrite
) -> VersionNameRead:
    """Give a version a name for good; a version may have several.

    Raises:
        VersionNotFoundError: there is no such version.
        VersionNameTakenError: one of the character's versions has it; upper and lower case
            count as the same.
        TooManyNamesError: the character has 200 names.
    """
    character = await characters.get_permitted(uow, actor, character_id, Permission.EDIT, lock=True)
    version = await reading.get(uow, character_id, number)
    if await repository.count_names(uow, character_id) >= MOST_NAMES:
        raise TooManyNamesError(f"A character's versions have {MOST_NAMES} names at most.")
    row = VersionName(
        character_id=character_id,
        version_id=version.id,
        name=data.name,
        note=data.note.strip(),
        created_by=actor.user_id,
    )
    uow.session.add(row)
    await repository.flush_name(uow, data.name)
    await uow.session.refresh(row)
    read = reading.name_read(row, number)
    await events.record(
        uow,
        character.project_id,
        "server:version.named",
        VersionNamed(character_id=character_id, number=number, data=read),
        actor_id=actor.user_id,
        subject_id=character_id,
        change={"verb": "named version", "number": number, "name": data.name},
    )
    return read
