"""Pictures that people bring: made outside, kept and measured like those that are made here."""

from typing import Any

from onmodel.accounts.service import Actor
from onmodel.characters.models import Character
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.projects import files
from onmodel.projects import repository as projects
from onmodel.storage.pictures import Picture
from onmodel.variations import reading, service
from onmodel.variations.errors import UnknownKeyError
from onmodel.variations.models import Variation
from onmodel.variations.progress import ask_for_judgement
from onmodel.variations.schemas import VariationRead
from onmodel.variations.standard import KEYS, label_of

TASK = "upload"


async def bring(
    uow: UnitOfWork,
    actor: Actor,
    character: Character,
    key: str,
    picture: Picture,
    *,
    edited: Variation | None = None,
    quietly: bool = False,
) -> VariationRead:
    """Keep a picture beside the set, whose bytes are stored already, and have it measured.

    Args:
        uow: the transaction.
        actor: who brings it.
        character: whose picture it is; its row is locked.
        key: its place in the standard set, including those that this house cannot fill.
        picture: as it came in.
        edited: the picture of which it is an edit.
        quietly: nobody is told, for it is not to be known yet who brought it.

    Raises:
        UnknownKeyError: the standard set has no such place.
    """
    if key not in KEYS:
        raise UnknownKeyError(f"“{key}” is not part of the standard set.")
    file = await files.add_picture(uow, character.project_id, picture, created_by=actor.user_id)
    row = Variation(
        project_id=character.project_id,
        character_id=character.id,
        key=key,
        tier=character.tier,
        current=False,
        state=State.SUCCEEDED.value,
        progress=100,
        file_id=file.id,
        recipe={
            "task": TASK,
            "function": None,
            "version": None,
            "parameters": {"file": picture.name},
            "seed": 0,
            "inputs": await _inputs(uow, edited),
        },
        created_by=actor.user_id,
        finished_at=now(),
    )
    uow.session.add(row)
    await uow.session.flush()
    await uow.session.refresh(row)
    await ask_for_judgement(uow, row, file)
    if quietly:
        return await reading.read(uow, row)
    return await told(uow, row)


async def told(uow: UnitOfWork, row: Variation) -> VariationRead:
    """Tell that somebody brought a picture."""
    change = {"verb": "brought picture", "picture": label_of(row.key)}
    return await service.tell(uow, row, row.created_by, change)


async def _inputs(uow: UnitOfWork, edited: Variation | None) -> list[dict[str, Any]]:
    if edited is None or edited.file_id is None:
        return []
    stored = await projects.files_by_id(uow, [edited.file_id])
    file = stored[edited.file_id]
    return [{"name": "edited", "sha256": file.sha256, "media_type": file.media_type}]
