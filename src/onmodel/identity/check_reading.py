"""From the rows of checks to what everybody sees: names, covers, probabilities."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from onmodel.characters import repository as character_rows
from onmodel.characters.models import Character
from onmodel.identity import calibrations
from onmodel.identity.calibrations import InForce
from onmodel.identity.models import Check
from onmodel.identity.schemas import AbsentCast, CheckFace, CheckRead, Look
from onmodel.identity.scoring import REASONS
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.projects.schemas import FileRef


class _Reader:
    """Turns what checks keep into what they show."""

    def __init__(
        self,
        characters: Mapping[UUID, Character],
        stored: Mapping[UUID, File],
        in_force: Mapping[str, InForce],
    ) -> None:
        self._characters, self._stored, self._in_force = characters, stored, in_force

    def check(self, row: Check) -> CheckRead:
        return CheckRead(
            id=row.id,
            project_id=row.project_id,
            name=row.name,
            file=FileRef.model_validate(self._stored[row.file_id]),
            state=State(row.state),
            reason=row.reason,
            reason_text=REASONS.get(row.reason) if row.reason else None,
            route=row.route,  # type: ignore[arg-type]  # written by this noun only
            expected=row.expected,
            faces=[self._face(face) for face in row.faces],
            missing=[self._absent(one) for one in row.missing],
            created_by=row.created_by,
            created_at=row.created_at,
        )

    def _face(self, face: dict[str, Any]) -> CheckFace:
        reason = face["reason"]
        return CheckFace(
            box=face["box"],
            reason=reason,
            reason_text=REASONS.get(reason) if reason else None,
            character=self._look(face["character"], face["encoder"]),
            bleed=self._look(face["bleed"], face["encoder"]),
        )

    def _look(self, kept: dict[str, Any] | None, encoder: str) -> Look | None:
        character = self._characters.get(UUID(kept["character_id"])) if kept else None
        if kept is None or character is None:
            return None
        p_same = self._in_force[encoder].calibration.p_same(kept["distance"])
        return Look(
            character_id=character.id,
            name=character.name,
            p_same=p_same,
            cover=self._cover(character),
        )

    def _absent(self, kept: dict[str, Any]) -> AbsentCast:
        id_, distance = UUID(kept["character_id"]), kept["distance"]
        character = self._characters.get(id_)
        calibration = self._in_force[kept["encoder"]].calibration
        return AbsentCast(
            character_id=id_,
            name=character.name if character else "",
            p_same=None if distance is None else calibration.p_same(distance),
            cover=self._cover(character) if character else None,
        )

    def _cover(self, character: Character) -> FileRef | None:
        file = self._stored.get(character.cover_file_id) if character.cover_file_id else None
        return FileRef.model_validate(file) if file else None


async def read(uow: UnitOfWork, row: Check) -> CheckRead:
    """Return the whole read schema of a check."""
    return (await read_all(uow, [row]))[0]


async def read_all(uow: UnitOfWork, rows: Sequence[Check]) -> list[CheckRead]:
    """Return the read schemas of many checks with one look at characters and files."""
    named = {UUID(kept["character_id"]) for row in rows for kept in _kept(row)}
    characters = await character_rows.by_id(uow, named)
    covers = [character.cover_file_id for character in characters.values()]
    stored = await projects.files_by_id(uow, [*(row.file_id for row in rows), *covers])
    reader = _Reader(characters, stored, await calibrations.in_force(uow))
    return [reader.check(row) for row in rows]


def _kept(row: Check) -> list[dict[str, Any]]:
    looks = [face[part] for face in row.faces for part in ("character", "bleed")]
    return [*(look for look in looks if look), *row.missing]
