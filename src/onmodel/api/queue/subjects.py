"""What the calls of a list are about: their characters, pictures and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from onmodel.api.queue.schemas import QueueCharacter
from onmodel.characters import references
from onmodel.characters.models import Character, Reference
from onmodel.dispatch.models import Call
from onmodel.identity import checks
from onmodel.identity.models import Check
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import repository as projects
from onmodel.projects.schemas import FileRef
from onmodel.training import service as training
from onmodel.training.models import TrainingJob
from onmodel.variations import changes
from onmodel.variations import progress as scores
from onmodel.variations import service as variations
from onmodel.variations.models import Variation
from onmodel.variations.standard import label_of


@dataclass(frozen=True)
class Subject:
    """A row of a noun: words for it, its character and its picture, as far as it has them.

    ``quiet`` says that nobody is to know yet who asked for it, as in a blind decision.
    """

    label: str
    character: QueueCharacter | None = None
    picture: FileRef | None = None
    quiet: bool = False


@dataclass(frozen=True)
class _Found:
    label: str
    character_id: UUID | None
    file_id: UUID | None
    quiet: bool = False


async def of_calls(uow: UnitOfWork, calls: Sequence[Call]) -> dict[UUID, Subject]:
    """Return the subject of each call, by the call's id, in a handful of queries."""
    found: dict[tuple[str, UUID], _Found] = {}
    for kind, read in _READERS.items():
        ids = {call.subject_id for call in calls if call.subject_kind == kind}
        if ids:
            found |= {(kind, id_): one for id_, one in (await read(uow, ids, kind)).items()}
    cast = await _characters(uow, {one.character_id for one in found.values()})
    wanted = [one.file_id for one in found.values()] + [row.cover_file_id for row in cast.values()]
    files = await projects.files_by_id(uow, wanted)

    def ref(file_id: UUID | None) -> FileRef | None:
        file = files.get(file_id) if file_id else None
        return FileRef.model_validate(file) if file else None

    subjects: dict[UUID, Subject] = {}
    for call in calls:
        one = found.get((call.subject_kind, call.subject_id))
        if one is None:
            continue
        row = cast.get(one.character_id) if one.character_id else None
        character = (
            QueueCharacter(id=row.id, name=row.name, cover=ref(row.cover_file_id)) if row else None
        )
        subjects[call.id] = Subject(one.label, character, ref(one.file_id), one.quiet)
    return subjects


async def _characters(uow: UnitOfWork, ids: set[UUID | None]) -> dict[UUID, Character]:
    rows = await uow.session.scalars(select(Character).where(Character.id.in_(ids - {None})))
    return {row.id: row for row in rows}


async def _trainings(uow: UnitOfWork, ids: set[UUID], _kind: str) -> dict[UUID, _Found]:
    rows = await uow.session.scalars(select(TrainingJob).where(TrainingJob.id.in_(ids)))
    return {row.id: _Found("Train model", row.character_id, None) for row in rows}


async def _variations(uow: UnitOfWork, ids: set[UUID], kind: str) -> dict[UUID, _Found]:
    rows = list(await uow.session.scalars(select(Variation).where(Variation.id.in_(ids))))
    quiet = await changes.kept_quiet(uow, rows)
    what = "Measure {}" if kind == scores.SCORE_SUBJECT else "{}"
    return {
        row.id: _Found(
            what.format(label_of(row.key)), row.character_id, row.file_id, row.id in quiet
        )
        for row in rows
    }


async def _references(uow: UnitOfWork, ids: set[UUID], _kind: str) -> dict[UUID, _Found]:
    rows = await uow.session.scalars(select(Reference).where(Reference.id.in_(ids)))
    return {row.id: _Found(f"Check {row.name}", row.character_id, row.file_id) for row in rows}


async def _checks(uow: UnitOfWork, ids: set[UUID], _kind: str) -> dict[UUID, _Found]:
    rows = await uow.session.scalars(select(Check).where(Check.id.in_(ids)))
    return {row.id: _Found(f"Check {row.name}", None, row.file_id) for row in rows}


_READERS = {
    training.SUBJECT: _trainings,
    variations.SUBJECT: _variations,
    scores.SCORE_SUBJECT: _variations,
    references.SUBJECT: _references,
    checks.SUBJECT: _checks,
}
