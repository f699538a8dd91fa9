"""Lets later nouns hear that somebody came into a team, or left it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from onmodel.accounts.models import Team
from onmodel.kit.db.uow import UnitOfWork


@dataclass(frozen=True)
class TeamChange:
    """Who came into a team, or left it, and who saw to that."""

    team: Team
    user_id: UUID
    joined: bool
    actor_id: UUID


Listener = Callable[[UnitOfWork, TeamChange], Awaitable[None]]

_listeners: list[Listener] = []


def when_team_changes(listener: Listener) -> None:
    """Call ``listener(uow, change)`` in the transaction of each change."""
    _listeners.append(listener)


async def team_changed(uow: UnitOfWork, change: TeamChange) -> None:
    """Tell the listeners; the change is written."""
    for listener in _listeners:
        await listener(uow, change)
