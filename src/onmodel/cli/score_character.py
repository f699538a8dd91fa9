"""The reference pictures of a character of this OnModel, as files."""

import asyncio
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from onmodel.characters import repository
from onmodel.characters.models import Character
from onmodel.cli.connection import connected
from onmodel.cli.migrations import OutdatedDatabaseError, is_current
from onmodel.composition import Resources, compose
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import NotFoundError
from onmodel.projects.models import File
from onmodel.settings import Settings
from onmodel.storage.keys import blob_key

HURTS = "hurts"


class NoSuchCharacterError(NotFoundError):
    code = "character_not_found"
    title = "There is neither a folder nor a character of that name"
    default_try = "Name a folder of reference pictures, or a character by name or id."


def copy_references(character: str, folder: Path) -> int:
    """Write the references that help, of the character with this name or id, into a folder.

    Returns how many.

    Raises:
        NoSuchCharacterError: nobody, or several, have that name, or there are no references.
        OutdatedDatabaseError: the schema is older than this code.
    """
    with connected(Settings()) as settings:
        if not is_current(str(settings.database_url)):
            raise OutdatedDatabaseError("The database was made by an older OnModel.")
        return asyncio.run(_copy_and_close(compose(settings), character, folder))


async def _copy_and_close(resources: Resources, character: str, folder: Path) -> int:
    try:
        return await write_references(resources, character, folder)
    finally:
        await resources.close()


async def write_references(resources: Resources, character: str, folder: Path) -> int:
    """The same with database and store at hand."""
    async with resources.database.begin() as uow:
        references = await repository.references(uow, await _find(uow, character))
        # those that hurt the set would hurt the score
        wanted = [one for one in references if one.verdict != HURTS] or references
        for at, reference in enumerate(wanted):
            file = await uow.session.get(File, reference.file_id)
            assert file is not None  # a foreign key
            ending = file.media_type.rpartition("/")[2]
            data = await resources.store.get_bytes(blob_key(file.sha256))
            target = folder / f"{at:03d}-{Path(reference.name).stem}.{ending}"
            await asyncio.to_thread(target.write_bytes, data)
    if not wanted:
        raise NoSuchCharacterError(
            f"{character} has no reference pictures yet.", try_="Add some on its page."
        )
    return len(wanted)


async def _find(uow: UnitOfWork, character: str) -> UUID:
    try:
        meant = Character.id == UUID(character)
    except ValueError:
        meant = func.lower(Character.name) == character.lower()
    query = select(Character.id).where(meant, Character.removed_at.is_(None))
    found = list(await uow.session.scalars(query))
    if len(found) != 1:
        many = f"{len(found)} characters are called {character}." if found else None
        raise NoSuchCharacterError(
            many or f"Nobody is called {character}, and there is no such folder.",
            try_="Give the character's id: it is in the address of its page." if many else None,
        )
    return found[0]
