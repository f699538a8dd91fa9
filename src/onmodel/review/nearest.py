"""The reference that a judged picture is nearest to: what to hold it against."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from onmodel.characters.models import Reference
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import repository as projects
from onmodel.projects.schemas import FileRef
from onmodel.variations.models import Variation


def nearest_reference(row: Variation) -> UUID | None:
    """Return the id of the reference that the judge found nearest."""
    nearest = (row.judge or {}).get("nearest_reference_id")
    return UUID(nearest) if nearest else None


async def nearest_reference_files(
    uow: UnitOfWork, rows: Sequence[Variation]
) -> dict[UUID, FileRef]:
    """Return by variation the file of its nearest reference."""
    nearest = {row.id: id_ for row in rows if (id_ := nearest_reference(row)) is not None}
    files = await reference_files(uow, list(nearest.values()))
    return {id_: files[reference] for id_, reference in nearest.items() if reference in files}


async def reference_files(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, FileRef]:
    """Return the files of references by the references' ids."""
    rows = await uow.session.execute(
        select(Reference.id, Reference.file_id).where(Reference.id.in_(list(ids)))
    )
    file_of = {row.id: row.file_id for row in rows}
    stored = await projects.files_by_id(uow, file_of.values())
    return {id_: FileRef.model_validate(stored[file_id]) for id_, file_id in file_of.items()}
