"""A character's texts, as those who write them together find them."""

from uuid import UUID

from onmodel.accounts.permissions import Permission, allows
from onmodel.characters import repository, service, shared_text
from onmodel.characters.errors import CharacterNotFoundError
from onmodel.characters.schemas import SHARED_TEXTS
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import access
from onmodel.writing.passages import Asked, Found, Noun, Passage, register_noun


async def look(uow: UnitOfWork, asked: Asked) -> Found:
    """Find a text to be read.

    Raises:
        CharacterNotFoundError: there is no such character in the project, or it is not theirs.
    """
    role = await access.role_in(uow, asked.actor, asked.project_id)
    character = await repository.find(uow, asked.subject_id)
    if role is None or character is None or character.project_id != asked.project_id:
        raise _not_there()
    can_write = allows(role, Permission.EDIT) and character.removed_at is None
    return Found(shared_text.passage(character, asked.field), can_write)


async def claim(uow: UnitOfWork, asked: Asked) -> Passage:
    """Find a text to be written, with its character locked.

    Raises:
        CharacterNotFoundError: as for ``look``, or the character was removed.
        ForbiddenError: they may read it, but not write.
    """
    character = await service.get_present(uow, asked.actor, asked.subject_id, Permission.EDIT)
    if character.project_id != asked.project_id:
        raise _not_there()
    return shared_text.passage(character, asked.field)


def _not_there() -> CharacterNotFoundError:
    return CharacterNotFoundError("This character does not exist, or you cannot see it.")


async def settle(uow: UnitOfWork, character_id: UUID, field: str) -> bool:
    """Make a version of a text's run."""
    character = await repository.lock(uow, character_id)
    if character is None:
        return False
    for settled in await shared_text.settle_all(uow, character, {field}):
        await service.tell(uow, character, settled.author_id, settled.change)
    return True


def register() -> None:
    """Let the texts of characters be written together."""
    register_noun(shared_text.NOUN, Noun(SHARED_TEXTS, look, claim, settle))
