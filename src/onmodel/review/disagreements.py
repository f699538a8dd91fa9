"""Where people and the measure differ."""

from uuid import UUID

from sqlalchemy import text

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters.models import Character
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import access
from onmodel.projects import repository as projects
from onmodel.review import verdicts
from onmodel.review.nearest import nearest_reference_files
from onmodel.review.schemas import Disagreement
from onmodel.variations import reading
from onmodel.variations.models import Variation

# Most of those who could tell say otherwise than the measure. The distance between the share of
# people who say "same" and p_same orders them.
_FIND = text(
    """
    SELECT v.id
    FROM character_variations v
    JOIN characters c ON c.id = v.character_id AND c.removed_at IS NULL
    JOIN (
        SELECT variation_id,
               avg((judgement = 'same')::int) AS share
        FROM identity_verdicts
        WHERE judgement <> 'cant_tell' AND project_id = ANY(:project_ids)
        GROUP BY variation_id
    ) said ON said.variation_id = v.id
    WHERE v.removed_at IS NULL AND v.measurable = 'measured'
        AND said.share <> 0.5 AND (said.share > 0.5) <> (v.p_same >= 0.5)
    ORDER BY abs(said.share - v.p_same) DESC, v.id
    LIMIT :limit
    """
)


async def find(
    uow: UnitOfWork, actor: Actor, *, project_id: UUID | None, limit: int
) -> list[Disagreement]:
    """Return the pictures on which most people differ from the measure, in what the actor sees."""
    if project_id is None:
        shown = await projects.list_for(uow, actor.user_id, everything=actor.is_admin)
        project_ids = [project.id for project in shown]
    else:
        await access.require(uow, actor, project_id, Permission.VIEW)
        project_ids = [project_id]
    found = await uow.session.scalars(_FIND, {"project_ids": project_ids, "limit": limit})
    ids: list[UUID] = list(found)
    rows = [row for id_ in ids if (row := await uow.session.get(Variation, id_)) is not None]
    reads = await reading.read_all(uow, rows)
    said = await verdicts.tallies(uow, ids, actor.user_id)
    nearest = await nearest_reference_files(uow, rows)
    names = {
        row.character_id: character.name
        for row in rows
        if (character := await uow.session.get(Character, row.character_id)) is not None
    }
    return [
        Disagreement(
            variation=data,
            character_name=names[row.character_id],
            reference_file=nearest.get(row.id),
            p_same=row.p_same,
            verdicts=said[row.id],
        )
        for row, data in zip(rows, reads, strict=True)
        if row.p_same is not None
    ]
