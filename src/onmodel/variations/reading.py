"""From rows to what everybody sees."""

from collections.abc import Sequence

from onmodel.identity.scoring import REASONS
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.projects.schemas import FileRef
from onmodel.training.schemas import ErrorRead
from onmodel.variations import changes
from onmodel.variations.judging import Said
from onmodel.variations.models import Variation
from onmodel.variations.schemas import JudgeRead, PresentScore, Recipe, VariationRead
from onmodel.variations.standard import label_of


def variation_read(row: Variation, file: File | None, crop: File | None) -> VariationRead:
    judge, recipe = row.judge, Recipe.model_validate(row.recipe)
    return VariationRead(
        id=row.id,
        project_id=row.project_id,
        character_id=row.character_id,
        call_id=row.call_id,
        key=row.key,
        section=row.key.partition("/")[0],
        label=label_of(row.key),
        tier=row.tier,  # type: ignore[arg-type]  # checked when written
        state=State(row.state),
        progress=row.progress,
        current=row.current,
        candidate_of=row.candidate_of,
        golden_run_id=row.golden_run_id,
        file=FileRef.model_validate(file) if file else None,
        preview=row.preview,
        commercial=not recipe.terms,
        measurable=row.measurable,  # type: ignore[arg-type]
        reason=row.reason,
        reason_text=REASONS.get(row.reason) if row.reason else None,
        p_same=row.p_same,
        p_same_low=judge["p_low"] if judge else None,
        p_same_high=judge["p_high"] if judge else None,
        fidelity=row.fidelity,
        copy_paste=row.copy_paste,
        judge=JudgeRead.model_validate(judge) if judge else None,
        crop=FileRef.model_validate(crop) if crop else None,
        verdict=row.verdict,  # type: ignore[arg-type]
        verdict_by=row.verdict_by,
        starred=row.starred,
        recipe=recipe,
        error=ErrorRead.model_validate(row.error) if row.error else None,
        created_by=row.created_by,
        created_at=row.created_at,
        finished_at=row.finished_at,
        removed_at=row.removed_at,
    )


def present_score(said: Said) -> PresentScore:
    if isinstance(said, str):
        nothing: dict[str, None] = dict.fromkeys(
            ("p_same", "p_same_low", "p_same_high", "fidelity")
        )
        return PresentScore(reason=said, reason_text=REASONS.get(said), references=0, **nothing)
    score = said.score
    return PresentScore(
        reason=None,
        reason_text=None,
        p_same=score.p_same,
        p_same_low=score.p_low,
        p_same_high=score.p_high,
        fidelity=score.fidelity,
        references=score.references,
    )


async def read(uow: UnitOfWork, row: Variation) -> VariationRead:
    """Return the whole read schema of a variation."""
    return (await read_all(uow, [row]))[0]


async def read_all(uow: UnitOfWork, rows: Sequence[Variation]) -> list[VariationRead]:
    """Return the read schemas of many variations with one look at the files."""
    stored = await projects.files_by_id(
        uow, [file_id for row in rows for file_id in (row.file_id, row.crop_file_id)]
    )
    quiet = await changes.kept_quiet(uow, rows)
    reads = [
        variation_read(
            row,
            stored.get(row.file_id) if row.file_id else None,
            stored.get(row.crop_file_id) if row.crop_file_id else None,
        )
        for row in rows
    ]
    return [_without_maker(one) if one.id in quiet else one for one in reads]


def _without_maker(read: VariationRead) -> VariationRead:
    # the name of a file that somebody brought says whose it is, too
    recipe = read.recipe.model_copy(update={"parameters": {}})
    return read.model_copy(update={"created_by": None, "recipe": recipe})
