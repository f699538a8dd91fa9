"""Lets later nouns hear that a character's set of references became another one."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from onmodel.kit.db.uow import UnitOfWork

Listener = Callable[[UnitOfWork, UUID], Awaitable[None]]

_listeners: list[Listener] = []


def when_set_changes(listener: Listener) -> None:
    """Call ``listener(uow, character_id)`` in the transaction of each change."""
    _listeners.append(listener)


async def set_changed(uow: UnitOfWork, character_id: UUID) -> None:
    """Tell the listeners; the character's row is locked."""
    for listener in _listeners:
        await listener(uow, character_id)
