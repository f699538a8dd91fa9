"""What pictures of a character are made of: a version of it, though versions are kept further up.

The newest version is the character as it is now, so there is one source for both: a picture that
is pinned differs from one that is not by the number of its version only.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from onmodel.identity.judging import Against
from onmodel.kit.db.uow import UnitOfWork
from onmodel.variations.models import Variation
from onmodel.variations.schemas import MadeOf


@dataclass(frozen=True)
class Basis:
    """The state of a character that a version kept.

    Attributes:
        made_of: which version it is, with its keywords and its model.
        description: of the character.
        reference_ids: its reference pictures, removed ones too.
        base_id: the chosen face among them.
        route: by which such pictures are judged; ``auto`` looks at the references.
    """

    made_of: MadeOf
    description: str
    reference_ids: list[UUID]
    base_id: UUID | None
    route: str

    @property
    def against(self) -> Against:
        """What a picture made of it is judged against."""
        return Against(self.made_of.number, self.reference_ids, self.route)


Resolver = Callable[[UnitOfWork, UUID, int | None], Awaitable[Basis]]
_resolvers: list[Resolver] = []


def resolve_with(resolver: Resolver) -> None:
    """Let ``resolver(uow, character_id, number)`` find what a version kept, None: the newest."""
    _resolvers[:] = [resolver]


async def find(uow: UnitOfWork, character_id: UUID, number: int | None = None) -> Basis:
    """Return what pictures are made of; raises VersionNotFoundError."""
    return await _resolvers[0](uow, character_id, number)


def pinned_to(row: Variation) -> int | None:
    """Return the number of the version that a picture was pinned to, if it was."""
    made_of = row.recipe.get("made_of")
    return int(made_of["number"]) if made_of and made_of["pinned"] else None


async def against(uow: UnitOfWork, row: Variation) -> Against | None:
    """Return what a pinned picture is judged against; None for one that was not pinned."""
    number = pinned_to(row)
    return None if number is None else (await find(uow, row.character_id, number)).against
