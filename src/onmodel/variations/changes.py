"""Lets later nouns hear that a picture changed: was judged, took a place, left it."""

from collections.abc import Awaitable, Callable, Collection
from uuid import UUID

from onmodel.kit.db.uow import UnitOfWork
from onmodel.variations.models import Variation

PictureListener = Callable[[UnitOfWork, Variation], Awaitable[None]]
ScoresListener = Callable[[UnitOfWork, UUID | None], Awaitable[None]]
Keeper = Callable[[UnitOfWork, Collection[UUID]], Awaitable[set[UUID]]]

_of_pictures: list[PictureListener] = []
_of_places: list[PictureListener] = []
_of_scores: list[ScoresListener] = []
_keepers: list[Keeper] = []


def when_picture_changes(listener: PictureListener) -> None:
    """Call ``listener(uow, row)`` in the transaction of each change of a picture's row."""
    _of_pictures.append(listener)


def when_picture_moves(listener: PictureListener) -> None:
    """Call ``listener(uow, row)`` after a picture came into the sheet or left it."""
    _of_places.append(listener)


def when_scores_change(listener: ScoresListener) -> None:
    """Call ``listener(uow, character_id)`` when many scores changed at once.

    ``character_id`` is None when pictures of any character may have another score.
    """
    _of_scores.append(listener)


def keep_quiet_while(keeper: Keeper) -> None:
    """Let ``keeper(uow, ids)`` say of which pictures nobody may know yet who made them."""
    _keepers.append(keeper)


async def kept_quiet(uow: UnitOfWork, rows: Collection[Variation]) -> set[UUID]:
    """Return which of the pictures are told of to nobody; only such as stand nowhere can be."""
    aside = [
        row.id
        for row in rows
        if not row.current and row.candidate_of is None and row.golden_run_id is None
    ]
    if not aside:
        return set()
    return {id_ for keeper in _keepers for id_ in await keeper(uow, aside)}


async def picture_changed(uow: UnitOfWork, row: Variation) -> None:
    """Tell the listeners; the row is flushed and its character's row is locked."""
    for listener in _of_pictures:
        await listener(uow, row)


async def picture_moved(uow: UnitOfWork, row: Variation) -> None:
    """Tell the listeners that a picture came into the sheet or left it; it was told of as such."""
    for listener in _of_places:
        await listener(uow, row)


async def scores_changed(uow: UnitOfWork, character_id: UUID | None) -> None:
    """Tell the listeners that scores were computed anew; the rows are written."""
    for listener in _of_scores:
        await listener(uow, character_id)
