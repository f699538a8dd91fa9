"""The rows that versions speak of, read with a few statements for many versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any
from uuid import UUID

from onmodel.decisions.reading import landmarks
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.projects.schemas import FileRef
from onmodel.training.models import Adapter, TrainingJob
from onmodel.variations import reading as variations
from onmodel.variations.schemas import VariationRead
from onmodel.versions import repository
from onmodel.versions.schemas import AdapterKept, PictureKept, ReferenceKept, SheetScores
from onmodel.versions.snapshot import KeptAdapter, KeptPicture, KeptReference, Snapshot


@dataclass(frozen=True)
class Shelf:
    """Files, pictures and models by id."""

    files: dict[UUID, File]
    pictures: dict[UUID, VariationRead]
    measured: dict[UUID, dict[str, Any]]
    adapters: dict[UUID, tuple[Adapter, TrainingJob]]

    def file(self, file_id: UUID) -> FileRef:
        return FileRef.model_validate(self.files[file_id])

    def reference(self, kept: KeptReference | None) -> ReferenceKept | None:
        if kept is None:
            return None
        return ReferenceKept(id=kept.id, name=kept.name, file=self.file(kept.file_id))

    def picture(self, kept: KeptPicture | None) -> PictureKept | None:
        if kept is None:
            return None
        return PictureKept(
            variation=self.pictures[kept.id],
            file=self.file(kept.file_id),
            landmarks=landmarks(self.measured.get(kept.id)),
        )

    def adapter(self, kept: KeptAdapter | None) -> AdapterKept | None:
        if kept is None:
            return None
        row, job = self.adapters[kept.id]
        file = self.files[row.file_id]
        return AdapterKept(
            id=row.id,
            number=row.number,
            kind=row.kind,
            function=row.function,
            sha256=file.sha256,
            bytes=file.bytes,
            settings={
                "asked quality": job.asked_tier,
                "used quality": job.used_tier,
                "reference pictures": len(job.parameters.get("references", [])),
            },
            summary=row.summary,
            created_at=row.created_at,
        )

    def scores(self, state: Snapshot) -> SheetScores:
        shown = [self.pictures[one.id] for one in state.pictures]
        measured = [one.p_same for one in shown if one.p_same is not None]
        return SheetScores(
            pictures=len(shown),
            measured=len(measured),
            p_same_mean=fmean(measured) if measured else None,
            p_same_lowest=min(measured, default=None),
        )


async def fetch(uow: UnitOfWork, states: Iterable[Snapshot]) -> Shelf:
    """Read all that some states speak of."""
    states = list(states)
    rows = await repository.variations(uow, {one.id for s in states for one in s.pictures})
    adapters = await repository.adapters(uow, {s.adapter.id for s in states if s.adapter})
    files = await projects.files_by_id(
        uow,
        [
            *(one.file_id for state in states for one in state.references),
            *(one.file_id for state in states for one in state.pictures),
            *(row.file_id for row, _ in adapters.values()),
        ],
    )
    return Shelf(
        files=files,
        pictures={one.id: one for one in await variations.read_all(uow, list(rows.values()))},
        measured=await repository.measurements(uow, rows),
        adapters=adapters,
    )
