"""Who hears that a character was taken back to an older version."""

from onmodel.accounts import repository as accounts
from onmodel.characters import repository as characters
from onmodel.events.log import Told, when_told
from onmodel.inbox import pages, repository, service
from onmodel.inbox.kinds import Kind
from onmodel.kit.db.uow import UnitOfWork
from onmodel.versions.schemas import VersionRestored


async def restored(uow: UnitOfWork, told: Told) -> None:
    """Tell who made the character and who follows it, with what differs from just before."""
    assert isinstance(told.payload, VersionRestored)
    version = told.payload
    character = await characters.find(uow, version.character_id)
    person = await accounts.find_user(uow, version.by)
    assert character is not None  # a foreign key holds it
    assert person is not None  # they did it just now
    await service.notify(
        uow,
        person_ids=[character.created_by, *await repository.followers(uow, character.id)],
        kind=Kind.WENT_BACK,
        project_id=told.project_id,
        subject_type="character",
        subject_id=character.id,
        url=pages.comparison(told.project_id, character.id, version.number - 1, version.number),
        title=f"{person.name} took {character.name} back to version {version.to}",
        body=f"Version {version.number}: {version.data.text}.",
        key=f"went_back:{character.id}:{version.number}",
        actor_id=person.id,
        file_id=character.cover_file_id,
    )


def register() -> None:
    when_told("server:version.restored", restored)
