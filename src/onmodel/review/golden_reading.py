"""From golden runs to what everybody sees, each beside the one before."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any
from uuid import UUID

from sqlalchemy import select

from onmodel.kit.db.uow import UnitOfWork
from onmodel.review.models import GoldenRun
from onmodel.review.regression import Measured, against
from onmodel.review.schemas import GoldenComparison, GoldenResult, GoldenRunRead, GoldenSlot
from onmodel.variations import reading
from onmodel.variations.models import Variation
from onmodel.variations.standard import label_of


def slots(kept: Iterable[Mapping[str, Any]]) -> list[GoldenSlot]:
    """Return the slots of a set or a run."""
    return [
        GoldenSlot(key=slot["key"], label=label_of(slot["key"]), seed=int(slot["seed"]))
        for slot in kept
    ]


async def read_runs(uow: UnitOfWork, runs: Sequence[GoldenRun]) -> list[GoldenRunRead]:
    """Return runs of one character, given newest first, each compared with the one after it.

    The last of them is compared with none: pass one more than is wanted.
    """
    found = await uow.session.scalars(
        select(Variation).where(Variation.golden_run_id.in_([run.id for run in runs]))
    )
    rows = {row.id: row for row in found}
    pictures = {data.id: data for data in await reading.read_all(uow, list(rows.values()))}
    reads: list[GoldenRunRead] = []
    for place, run in enumerate(runs):
        former = runs[place + 1] if place + 1 < len(runs) else None
        results = [
            GoldenResult(slot=slot, variation=pictures[UUID(kept["variation_id"])])
            for slot, kept in zip(slots(run.slots), run.slots, strict=True)
        ]
        reads.append(
            GoldenRunRead(
                id=run.id,
                character_id=run.character_id,
                number=run.number,
                function=run.function,
                function_version=run.function_version,
                adapter_number=run.adapter_number,
                state=run.state,  # type: ignore[arg-type]  # a constraint holds it
                results=results,
                mean_p_same=_mean(result.variation.p_same for result in results),
                mean_fidelity=_mean(result.variation.fidelity for result in results),
                against_last=_compare(former, run, rows),
                created_by=run.created_by,
                created_at=run.created_at,
                finished_at=run.finished_at,
            )
        )
    return reads


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _compare(
    former: GoldenRun | None, run: GoldenRun, rows: Mapping[UUID, Variation]
) -> GoldenComparison | None:
    """Compare the slots that both runs have; None while one of the runs is being made."""
    if former is None or former.state != "done" or run.state != "done":
        return None
    before, after = _by_slot(former, rows), _by_slot(run, rows)
    common = [slot for slot in after if slot in before]
    if not common:
        return None
    encoders = {before[slot].encoder for slot in common} | {after[slot].encoder for slot in common}
    if len(encoders - {None}) > 1:
        return GoldenComparison(
            against=former.number,
            pairs=0,
            mean_change=None,
            p_value=None,
            regression=False,
            worse=[],
            text="The two runs were judged by different encoders and cannot be compared.",
        )
    verdict = against(
        [_measured(before[slot]) for slot in common], [_measured(after[slot]) for slot in common]
    )
    return GoldenComparison(against=former.number, **vars(verdict))


def _by_slot(run: GoldenRun, rows: Mapping[UUID, Variation]) -> dict[tuple[str, int], Variation]:
    return {
        (slot["key"], int(slot["seed"])): rows[UUID(slot["variation_id"])] for slot in run.slots
    }


def _measured(row: Variation) -> Measured:
    judged = row.measurable == "measured"
    return Measured(
        key=row.key,
        label=label_of(row.key),
        distance=row.similarity if judged else None,
        p_same=row.p_same if judged else None,
        fidelity=row.fidelity if judged else None,
    )
