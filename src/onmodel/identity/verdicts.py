"""Labelled pairs to learn from; the room that keeps people's verdicts provides them.

That room lies above this one and cannot be imported, so it registers here when the process is
put together, as nouns do for their calls.
"""

from collections.abc import Awaitable, Callable

from onmodel.identity.fitting import Pair
from onmodel.kit.db.uow import UnitOfWork

Provider = Callable[[UnitOfWork, str], Awaitable[list[Pair]]]

_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    """Learn from ``provider(uow, encoder)``: distances of that encoder, and what people said.

    ``Pair.one`` and ``Pair.other`` name the characters, so that people can be held out.
    """
    _providers.append(provider)


async def pairs(uow: UnitOfWork, encoder: str) -> list[Pair]:
    """Return every labelled pair that an encoder measured."""
    return [pair for provider in _providers for pair in await provider(uow, encoder)]
