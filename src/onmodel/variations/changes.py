"""Lets later nouns hear that a picture changed: was judged, took a place, left it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from onmodel.kit.db.uow import UnitOfWork
from onmodel.variations.models import Variation

PictureListener = Callable[[UnitOfWork, Variation], Awaitable[None]]
ScoresListener = Callable[[UnitOfWork, UUID | None], Awaitable[None]]

_of_pictures: list[PictureListener] = []
_of_scores: list[ScoresListener] = []


def when_picture_changes(listener: PictureListener) -> None:
    """Call ``listener(uow, row)`` in the transaction of each change of a picture's row."""
    _of_pictures.append(listener)


def when_scores_change(listener: ScoresListener) -> None:
    """Call ``listener(uow, character_id)`` when many scores changed at once.

    ``character_id`` is None when pictures of any character may have another score.
    """
    _of_scores.append(listener)


async def picture_changed(uow: UnitOfWork, row: Variation) -> None:
    """Tell the listeners; the row is flushed and its character's row is locked."""
    for listener in _of_pictures:
        await listener(uow, row)


async def scores_changed(uow: UnitOfWork, character_id: UUID | None) -> None:
    """Tell the listeners that scores were computed anew; the rows are written."""
    for listener in _of_scores:
        await listener(uow, character_id)
