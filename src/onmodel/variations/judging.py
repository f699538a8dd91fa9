"""The score of a variation: written when it was measured, and whenever its judge changes."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import undefer

from onmodel.characters.models import Character
from onmodel.identity import judging, vectors
from onmodel.identity import repository as identities
from onmodel.identity.calibrations import InForce
from onmodel.identity.judging import Judge, Judgement
from onmodel.identity.models import Encoder
from onmodel.identity.reliability import Z95
from onmodel.identity.scoring import PSEUDO_COUNT, Vectors
from onmodel.kit.db.uow import UnitOfWork
from onmodel.variations import basis, changes
from onmodel.variations.models import Variation

SUBJECT = "variation"

Said = Judgement | str
"""What a judge said of a picture, or the reason why it could say nothing."""


async def keep_measurement(
    uow: UnitOfWork, row: Variation, picture: dict[str, Any], known: dict[str, Encoder]
) -> None:
    """Keep what was measured in a picture, and its vectors."""
    assert row.file_id is not None  # only a picture that is there is measured
    row.measurement = vectors.without(picture)
    embeddings = vectors.of_picture(
        picture,
        known,
        kind=SUBJECT,
        subject_id=row.id,
        character_id=row.character_id,
        project_id=row.project_id,
        file_id=row.file_id,
    )
    await identities.replace_vectors(uow, row.id, embeddings)


async def judge(uow: UnitOfWork, row: Variation, character: Character) -> None:
    """Turn what was measured in a picture into numbers against the character's references.

    One that was pinned to a version is held against the references of that version.
    """
    by = await judging.judge_of(uow, character, await basis.against(uow, row))
    seen = await identities.vectors_of(uow, [row.id], by.encoder)
    _write(row, await _say(uow, row, by, seen.get(row.id)))


async def present(uow: UnitOfWork, row: Variation, character: Character) -> Said:
    """Return how a measured picture fits the character as it is now; nothing is written."""
    by = await judging.judge_of(uow, character)
    seen = await identities.vectors_of(uow, [row.id], by.encoder)
    return await _say(uow, row, by, seen.get(row.id))


async def rejudge(uow: UnitOfWork, character: Character) -> list[Variation]:
    """Judge every measured picture of a character again; return those that changed.

    For when its route or its references changed. The character's row is locked; the caller
    tells of the changes.
    """
    await identities.hold_encoders(uow)
    rows: list[Variation] = list(
        await uow.session.scalars(
            select(Variation)
            .where(
                Variation.character_id == character.id,
                Variation.removed_at.is_(None),
                Variation.measurable != "pending",
                Variation.measurement.is_not(None),
            )
            .order_by(Variation.id)
            .options(undefer(Variation.measurement))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    changed: list[Variation] = []
    for number, together in _by_version(rows).items():
        against = (await basis.find(uow, character.id, number)).against if number else None
        by = await judging.judge_of(uow, character, against)
        seen = await identities.vectors_of(uow, [row.id for row in together], by.encoder)
        for row in together:
            before = _numbers(row)
            _write(row, await _say(uow, row, by, seen.get(row.id)))
            if _numbers(row) != before:
                changed.append(row)
    await uow.session.flush()
    return changed


def _by_version(rows: Iterable[Variation]) -> dict[int | None, list[Variation]]:
    """Return pictures by the version that they were pinned to, None for all others."""
    found: dict[int | None, list[Variation]] = {}
    for row in rows:
        found.setdefault(basis.pinned_to(row), []).append(row)
    return found


def _numbers(row: Variation) -> tuple[object, ...]:
    return row.measurable, row.reason, row.p_same, row.fidelity, row.copy_paste, row.judge


async def _say(uow: UnitOfWork, row: Variation, by: Judge, vector: Vectors | None) -> Said:
    assert row.measurement is not None  # it was measured
    reason = judging.reason_against(row.measurement, by)
    if reason is not None:
        return reason
    if vector is None:
        return "no_face" if by.route == judging.PHOTOGRAPHIC else "no_figure"
    return await judging.judge_vector(uow, row.character_id, by, vector) or "no_references"


def _write(row: Variation, said: Said) -> None:
    if isinstance(said, str):
        row.measurable, row.reason = "not_measurable", said
        row.p_same = row.fidelity = row.similarity = row.encoder = row.judge = None
        row.copy_paste = False
        return
    row.measurable, row.reason = "measured", None
    row.p_same = said.score.p_same
    row.fidelity = said.score.fidelity
    row.similarity = said.score.distance
    row.copy_paste = said.score.copy_paste
    row.encoder = said.judge.encoder
    row.judge = said.to_json()


# The same formulas as identity.calibration and identity.scoring.reach; a test holds the two
# together. A picture judged before its variance was kept counts with the usual one.
_RESCORE = text(
    """
    WITH scored AS (
        SELECT v.id, v.similarity AS distance,
            :z * sqrt(
                (coalesce((v.judge->>'variance')::float8, CAST(:deviation AS float8) ^ 2)
                    * (v.judge->>'references')::int
                 + CAST(:deviation AS float8) ^ 2 * :pseudo)
                / ((v.judge->>'references')::int + :pseudo)
                / (v.judge->>'references')::int) AS reach
        FROM character_variations v
        WHERE v.encoder = :encoder AND v.measurable = 'measured'
    ), odds AS (
        SELECT id, distance,
            least(greatest(:slope * (distance - :midpoint), -700), 700) AS here,
            least(greatest(:slope * (distance + reach - :midpoint), -700), 700) AS far,
            least(greatest(:slope * (distance - reach - :midpoint), -700), 700) AS near
        FROM scored
    )
    UPDATE character_variations v SET
        p_same = 1 / (1 + exp(odds.here)),
        copy_paste = coalesce(
            (v.judge->>'nearest_distance')::float8 < :copy_distance, v.copy_paste),
        fidelity = 50 * erfc((odds.distance - :mean) / :deviation / sqrt(2::float8)),
        judge = v.judge || jsonb_build_object(
            'p_low', 1 / (1 + exp(odds.far)),
            'p_high', 1 / (1 + exp(odds.near)),
            'calibration_version', CAST(:version AS int),
            'basis', CAST(:basis AS text))
    FROM odds WHERE odds.id = v.id
    """
)


async def rescore(uow: UnitOfWork, now: InForce) -> None:
    """Compute every score of an encoder anew from the stored distances, and tell who listens."""
    calibration = now.calibration
    await uow.session.execute(
        _RESCORE,
        {
            "encoder": calibration.encoder,
            "slope": calibration.slope,
            "midpoint": calibration.midpoint,
            "mean": calibration.genuine_mean,
            "deviation": calibration.genuine_deviation,
            "copy_distance": calibration.copy_distance,
            "version": now.version,
            "basis": calibration.basis,
            "z": Z95,
            "pseudo": PSEUDO_COUNT,
        },
    )
    await changes.scores_changed(uow, None)
