"""Lets pictures be made of a character as it was in a version."""

from uuid import UUID

from onmodel.kit.db.uow import UnitOfWork
from onmodel.variations import pins
from onmodel.variations.pins import Pin
from onmodel.variations.schemas import PinnedAdapter, PinnedVersion
from onmodel.versions import reading, repository
from onmodel.versions.snapshot import Snapshot


async def pin_of(uow: UnitOfWork, character_id: UUID, number: int) -> Pin:
    """Return what a generator is to start from; raises VersionNotFoundError."""
    row = await reading.get(uow, character_id, number)
    names = (await repository.names_of(uow, [row.id])).get(row.id, [])
    state = Snapshot.of(row.state)
    adapter = state.adapter
    return Pin(
        version=PinnedVersion(
            number=number,
            names=[name.name for name in names],
            trigger_word=state.facts.trigger_word,
            positive_prompt=state.facts.positive_prompt,
            negative_prompt=state.facts.negative_prompt,
            adapter=PinnedAdapter(id=adapter.id, number=adapter.number) if adapter else None,
        ),
        reference_ids=[one.id for one in state.references],
        base_id=state.base,
    )


def register() -> None:
    """Resolve the versions that requests name."""
    pins.resolve_with(pin_of)
