"""How well a character's pictures hold together: everything that its page shows, in one read."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import undefer

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.characters.models import Character, Reference
from onmodel.identity import coherence, judging
from onmodel.identity import repository as identities
from onmodel.identity.calibration import Calibration
from onmodel.identity.judging import Judge
from onmodel.identity.openset import Candidate, closest_other
from onmodel.identity.repository import Sample
from onmodel.identity.schemas import Look
from onmodel.identity.scoring import Vectors
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import repository as projects
from onmodel.projects.schemas import FileRef
from onmodel.review import alerts, appearance, drift, verdicts
from onmodel.review.drift import Circumstances
from onmodel.review.schemas import (
    Coherence,
    ConsistencyItem,
    ConsistencyRead,
    Coverage,
)
from onmodel.training.models import Adapter
from onmodel.variations import basis, reading
from onmodel.variations.models import Variation
from onmodel.variations.standard import KEYS

DIGITS = 4


@dataclass(frozen=True)
class _Judged:
    """The pictures of the set, in story order, and the vectors of those that were judged."""

    rows: Sequence[Variation]
    measured: Sequence[Variation]
    vectors: Vectors


async def read(uow: UnitOfWork, actor: Actor, character_id: UUID) -> ConsistencyRead:
    """Return the consistency of a character that the actor may see."""
    character = await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    return await read_of(uow, actor, character)


async def read_of(uow: UnitOfWork, actor: Actor, character: Character) -> ConsistencyRead:
    judge = await judging.judge_of(uow, character)
    calibration = judge.in_force.calibration
    judged = await _judged(uow, character.id, judge)
    samples = await identities.reference_vectors(uow, character.id, judge.encoder)
    matrix = coherence.matrix(judged.vectors, calibration) if judged.measured else np.zeros((0, 0))
    circumstances = await _circumstances(uow, character.id)
    measured = {row.id for row in judged.measured}
    by_time = sorted(judged.rows, key=lambda row: (row.created_at, row.id))
    return ConsistencyRead(
        character_id=character.id,
        route=judge.route,
        route_choice=character.identity_route,  # type: ignore[arg-type]  # checked by the table
        encoder=judge.encoder,
        calibration_version=judge.in_force.version,
        basis=calibration.basis,
        coverage=_coverage(judged),
        mean_p_same=_mean([row.p_same for row in judged.measured]),
        mean_fidelity=_mean([row.fidelity for row in judged.measured]),
        copy_paste=_copy_paste(judged, samples),
        coherence=_coherence(coherence.of_matrix(matrix), judged.measured),
        items=await _items(uow, actor, character, judge, judged),
        matrix_ids=[row.id for row in judged.measured],
        matrix=[[round(float(value), DIGITS) for value in line] for line in matrix],
        drift=[
            drift.over("story", judged.rows, measured, circumstances),
            drift.over("time", by_time, measured, circumstances),
        ],
        off_model_below=character.off_model_below,
    )


async def _judged(uow: UnitOfWork, character_id: UUID, judge: Judge) -> _Judged:
    found: list[Variation] = list(
        await uow.session.scalars(
            select(Variation)
            .where(
                Variation.character_id == character_id,
                Variation.current,
                Variation.removed_at.is_(None),
                Variation.file_id.is_not(None),
            )
            .options(undefer(Variation.measurement))
        )
    )
    # the order of the standard set is the order of the story
    place = {key: number for number, key in enumerate(KEYS)}
    rows = sorted(found, key=lambda row: (place.get(row.key, len(KEYS)), row.created_at))
    seen = await identities.vectors_of(uow, [row.id for row in rows], judge.encoder)
    measured = [
        row
        for row in rows
        if row.measurable == "measured" and row.encoder == judge.encoder and row.id in seen
    ]
    vectors = np.stack([seen[row.id] for row in measured]) if measured else np.zeros((0, 1))
    return _Judged(rows, measured, vectors.astype(np.float32))


def _coverage(judged: _Judged) -> Coverage:
    counted = {row.id for row in judged.measured}
    reasons = Counter(row.reason or row.measurable for row in judged.rows if row.id not in counted)
    return Coverage(measured=len(counted), expected=len(judged.rows), reasons=dict(reasons))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _copy_paste(judged: _Judged, samples: Sequence[Sample]) -> float | None:
    """Return the mean measure M, None where references or pictures are too few to tell."""
    if not samples or not judged.measured:
        return None
    place = {sample.reference_id: number for number, sample in enumerate(samples)}
    given = [
        place.get(reference) if (reference := drift.given_reference(row)) else None
        for row in judged.measured
    ]
    references = np.stack([sample.vector for sample in samples])
    found = coherence.copy_paste(judged.vectors, references, given)
    return found.mean if found and found.shots >= coherence.FEWEST_SHOTS else None


def _coherence(found: coherence.Coherence, rows: Sequence[Variation]) -> Coherence:
    pair = found.lowest_pair
    return Coherence(
        mean=found.mean,
        lowest=found.lowest,
        lowest_pair=(rows[pair[0]].id, rows[pair[1]].id) if pair else None,
        pairs=found.pairs,
    )


async def _items(
    uow: UnitOfWork, actor: Actor, character: Character, judge: Judge, judged: _Judged
) -> list[ConsistencyItem]:
    reads = await reading.read_all(uow, judged.rows)
    said = await verdicts.tallies(uow, [row.id for row in judged.rows], actor.user_id)
    open_alerts = await alerts.open_of_character(uow, character.id)
    others = await _closest_others(uow, character, judge, judged)
    wanted = await _wanted(uow, character.id, judged.rows)
    return [
        ConsistencyItem(
            variation=data,
            verdicts=said.get(row.id, verdicts.NOTHING),
            closest_other=others.get(row.id),
            attributes=appearance.compare(
                wanted[basis.pinned_to(row)],
                row.measurement or {},
                face=data.crop,
                figure=data.file,
            ),
            alert_id=open_alerts.get(row.id),
        )
        for row, data in zip(judged.rows, reads, strict=True)
    ]


async def _closest_others(
    uow: UnitOfWork, character: Character, judge: Judge, judged: _Judged
) -> dict[UUID, Look]:
    """Return for each picture the one of the cast whom it could be taken for, if anybody."""
    by_character: dict[UUID, list[Vectors]] = {}
    names: dict[UUID, str] = {}
    for sample in await identities.cast(uow, character.project_id, judge.encoder):
        if sample.character_id != character.id:
            by_character.setdefault(sample.character_id, []).append(sample.vector)
            names[sample.character_id] = sample.name
    cast = {id_: np.stack(vectors) for id_, vectors in by_character.items()}
    calibration = judge.in_force.calibration
    # a cast of a hundred takes a tenth of a second, in which others want to be served
    found = await asyncio.to_thread(_closest, judged, cast, calibration)
    covers = await _covers(uow, {other.key for other in found.values()})
    return {
        id_: Look(
            character_id=other.key,
            name=names[other.key],
            p_same=other.p_same,
            cover=covers.get(other.key),
        )
        for id_, other in found.items()
    }


def _closest(
    judged: _Judged, cast: Mapping[UUID, Vectors], calibration: Calibration
) -> dict[UUID, Candidate[UUID]]:
    return {
        row.id: other
        for row, vector in zip(judged.measured, judged.vectors, strict=True)
        if (other := closest_other(vector, cast, calibration)) is not None
    }


async def _covers(uow: UnitOfWork, ids: set[UUID]) -> dict[UUID, FileRef]:
    rows = await uow.session.execute(
        select(Character.id, Character.cover_file_id).where(Character.id.in_(ids))
    )
    cover_of = {row.id: row.cover_file_id for row in rows if row.cover_file_id}
    stored = await projects.files_by_id(uow, cover_of.values())
    return {id_: FileRef.model_validate(stored[file_id]) for id_, file_id in cover_of.items()}


async def _wanted(
    uow: UnitOfWork, character_id: UUID, rows: Sequence[Variation]
) -> dict[int | None, appearance.Colours]:
    """Return the colours to compare with: by the version that pictures were pinned to, or now."""
    found: dict[int | None, appearance.Colours] = {}
    for number in {None, *(basis.pinned_to(row) for row in rows)}:
        among = (
            None if number is None else (await basis.find(uow, character_id, number)).reference_ids
        )
        measured = await _measured_references(uow, character_id, among)
        found[number] = appearance.of_references(measured)
    return found


async def _measured_references(
    uow: UnitOfWork, character_id: UUID, among: Sequence[UUID] | None
) -> list[appearance.Measurement]:
    found = await uow.session.scalars(
        select(Reference.measurement).where(
            Reference.character_id == character_id,
            Reference.removed_at.is_(None) if among is None else Reference.id.in_(among),
            Reference.state == "ready",
            Reference.verdict.is_distinct_from("hurts"),
        )
    )
    return [measurement["picture"] for measurement in found if measurement]


async def _circumstances(uow: UnitOfWork, character_id: UUID) -> Circumstances:
    named = await uow.session.execute(
        select(Reference.id, Reference.name).where(Reference.character_id == character_id)
    )
    made = await uow.session.execute(
        select(Adapter.number, Adapter.created_at)
        .where(Adapter.character_id == character_id)
        .order_by(Adapter.number)
    )
    adapters: list[tuple[int, datetime]] = [(row.number, row.created_at) for row in made]
    return Circumstances(references={str(row.id): row.name for row in named}, adapters=adapters)
