"""The model sheet of a character: one labelled page, as PNG or PDF."""

import asyncio
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.characters.models import Character
from onmodel.functions.terms import Terms
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.storage.keys import blob_key
from onmodel.storage.store import Store
from onmodel.variations import repository
from onmodel.variations.errors import NothingToExportError
from onmodel.variations.models import Variation
from onmodel.variations.sheet import (
    SheetCell,
    SheetCharacter,
    SheetScore,
    compose,
    rights_of,
    to_pdf,
    to_png,
)
from onmodel.variations.standard import KEYS


async def model_sheet(
    uow: UnitOfWork, store: Store, actor: Actor, character_id: UUID, *, as_pdf: bool
) -> tuple[bytes, str]:
    """Return the sheet's bytes and the character's name.

    Rejected pictures are left out; nothing else is hidden.

    Raises:
        NothingToExportError: no picture of the set is finished.
    """
    character = await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    standing = await repository.current(uow, character_id)
    shown = [
        standing[key]
        for key in KEYS
        if key in standing and standing[key].file_id and standing[key].verdict != "rejected"
    ]
    if not shown:
        raise NothingToExportError(f"There is no finished picture of {character.name} yet.")
    stored = await projects.files_by_id(
        uow, [character.cover_file_id, *(row.file_id for row in shown)]
    )
    cells = [await _cell(store, row, stored) for row in shown]
    head = await _head(uow, store, character, stored)
    return await asyncio.to_thread(_render, head, cells, as_pdf), character.name


def _render(head: SheetCharacter, cells: list[SheetCell], as_pdf: bool) -> bytes:
    page = compose(head, cells)
    rights = rights_of(cells)
    return to_pdf(page, head, rights=rights) if as_pdf else to_png(page, rights=rights)


async def _head(
    uow: UnitOfWork, store: Store, character: Character, stored: dict[UUID, File]
) -> SheetCharacter:
    project = await projects.find(uow, character.project_id)
    assert project is not None  # a foreign key holds it
    cover = stored.get(character.cover_file_id) if character.cover_file_id else None
    return SheetCharacter(
        name=character.name,
        trigger_word=character.trigger_word,
        project=project.title,
        made_on=now().date(),
        description=character.description,
        portrait=await store.get_bytes(blob_key(cover.sha256)) if cover else None,
    )


async def _cell(store: Store, row: Variation, stored: dict[UUID, File]) -> SheetCell:
    assert row.file_id is not None  # only finished pictures are shown
    return SheetCell(
        key=row.key,
        picture=await store.get_bytes(blob_key(stored[row.file_id].sha256)),
        score=SheetScore(p_same=row.p_same, percentile=row.fidelity, reason=row.reason),
        preview=row.preview,
        terms=tuple(Terms.model_validate(one).name for one in row.recipe.get("terms", ())),
        starred=row.starred,
        approved=row.verdict == "approved",
    )
