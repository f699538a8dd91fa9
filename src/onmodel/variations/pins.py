"""Pictures of a character as it was in a version, though versions are kept further up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from onmodel.kit.db.uow import UnitOfWork
from onmodel.variations.schemas import PinnedVersion


@dataclass(frozen=True)
class Pin:
    """What a generator starts from instead of the character's present state."""

    version: PinnedVersion
    reference_ids: list[UUID]
    base_id: UUID | None


Resolver = Callable[[UnitOfWork, UUID, int], Awaitable[Pin]]
_resolvers: list[Resolver] = []


def resolve_with(resolver: Resolver) -> None:
    """Let ``resolver(uow, character_id, number)`` find what a version kept."""
    _resolvers[:] = [resolver]


async def find(uow: UnitOfWork, character_id: UUID, number: int | None) -> Pin | None:
    """Return what a request is pinned to, if it is; raises VersionNotFoundError."""
    return None if number is None else await _resolvers[0](uow, character_id, number)
