"""Lets pictures be made of a version: of an old one, or of the newest, which is now."""

from uuid import UUID

from onmodel.kit.db.uow import UnitOfWork
from onmodel.training import repository as training
from onmodel.variations import basis
from onmodel.variations.basis import Basis
from onmodel.variations.schemas import MadeOf, UsedModel
from onmodel.versions import capture, reading, repository
from onmodel.versions.models import Version
from onmodel.versions.snapshot import KeptAdapter, Snapshot


async def basis_of(uow: UnitOfWork, character_id: UUID, number: int | None) -> Basis:
    """Return what a generator is to start from; raises VersionNotFoundError."""
    row = await _version(uow, character_id, number)
    names = (await repository.names_of(uow, [row.id])).get(row.id, [])
    state = Snapshot.of(row.state)
    return Basis(
        made_of=MadeOf(
            number=row.number,
            names=[name.name for name in names],
            pinned=number is not None,
            trigger_word=state.facts.trigger_word,
            positive_prompt=state.facts.positive_prompt,
            negative_prompt=state.facts.negative_prompt,
            adapter=await _model(uow, state.adapter) if state.adapter else None,
        ),
        description=state.facts.description,
        reference_ids=[one.id for one in state.references],
        base_id=state.base,
        route=state.facts.identity_route,
    )


async def _version(uow: UnitOfWork, character_id: UUID, number: int | None) -> Version:
    if number is not None:
        return await reading.get(uow, character_id, number)
    # what this very transaction changed counts, too
    await capture.write(uow, character_id)
    return await repository.latest(uow, character_id)


async def _model(uow: UnitOfWork, kept: KeptAdapter) -> UsedModel:
    found = await training.used_model(uow, kept.id)
    return UsedModel(
        id=kept.id,
        number=kept.number,
        kind=found.kind,
        file_id=found.file_id,
        sha256=found.sha256,
        terms=found.terms,
    )


def register() -> None:
    """Resolve the versions that pictures are made of."""
    basis.resolve_with(basis_of)
