"""Lets later rooms hear that people got notices."""

from collections.abc import Awaitable, Callable

from onmodel.inbox.models import Notice
from onmodel.kit.db.uow import UnitOfWork

Listener = Callable[[UnitOfWork, list[Notice]], Awaitable[None]]

_listeners: list[Listener] = []


def when_notices_arrive(listener: Listener) -> None:
    """Call ``listener(uow, notices)`` with new notices, in their transaction."""
    _listeners.append(listener)


async def arrived(uow: UnitOfWork, notices: list[Notice]) -> None:
    """Tell the listeners; the rows are written."""
    if notices:
        for listener in _listeners:
            await listener(uow, notices)
