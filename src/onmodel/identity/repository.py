"""The SQL of vectors, encoders and calibrations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import delete, select

from onmodel.characters.models import Character, Reference
from onmodel.identity.models import CalibrationVersion, Embedding, Encoder
from onmodel.identity.scoring import Vectors
from onmodel.kit.db.uow import UnitOfWork

MAX_STRANGERS = 2000


@dataclass(frozen=True)
class Sample:
    """One vector of a character's reference: which reference, and the vector, shape (d,)."""

    reference_id: UUID
    vector: Vectors


@dataclass(frozen=True)
class CastSample:
    """One vector of somebody of the cast."""

    character_id: UUID
    name: str
    vector: Vectors


async def replace_vectors(
    uow: UnitOfWork, subject_id: UUID, embeddings: Sequence[Embedding]
) -> None:
    """Let these be all the vectors of a picture."""
    await uow.session.execute(delete(Embedding).where(Embedding.subject_id == subject_id))
    uow.session.add_all(embeddings)
    await uow.session.flush()


async def vectors_of(
    uow: UnitOfWork, subject_ids: Sequence[UUID], encoder: str
) -> dict[UUID, Vectors]:
    """Return the judged vector of each picture that has one of this encoder."""
    if not subject_ids:
        return {}
    rows = await uow.session.execute(
        select(Embedding.subject_id, Embedding.vector).where(
            Embedding.subject_id.in_(subject_ids),
            Embedding.encoder == encoder,
            Embedding.face == 0,
        )
    )
    return {row.subject_id: np.asarray(row.vector, np.float32) for row in rows}


async def reference_vectors(
    uow: UnitOfWork, character_id: UUID, encoder: str, *, among: Collection[UUID] | None = None
) -> list[Sample]:
    """Return the vectors of the references that a character is judged by, oldest first.

    ``among`` are those of an earlier time, removed ones too; without them the present ones.
    """
    rows = await uow.session.execute(
        select(Reference.id, Embedding.vector)
        .join(Embedding, Embedding.subject_id == Reference.id)
        .where(
            Reference.character_id == character_id,
            *_usable(among),
            Embedding.encoder == encoder,
            Embedding.face == 0,
        )
        .order_by(Reference.created_at, Reference.id)
    )
    return [Sample(row.id, np.asarray(row.vector, np.float32)) for row in rows]


async def encoders_of_references(
    uow: UnitOfWork, character_id: UUID, *, among: Collection[UUID] | None = None
) -> dict[UUID, set[str]]:
    """Return by which encoders each reference that counts was seen; ``among`` as above."""
    rows = await uow.session.execute(
        select(Reference.id, Embedding.encoder)
        .outerjoin(Embedding, (Embedding.subject_id == Reference.id) & (Embedding.face == 0))
        .where(Reference.character_id == character_id, *_usable(among))
    )
    found: dict[UUID, set[str]] = {}
    for row in rows:
        found.setdefault(row.id, set()).update({row.encoder} if row.encoder else ())
    return found


def _usable(among: Collection[UUID] | None = None) -> tuple[Any, ...]:
    return (
        Reference.removed_at.is_(None) if among is None else Reference.id.in_(among),
        Reference.state == "ready",
        Reference.verdict.is_distinct_from("hurts"),
    )


async def vectors_of_others(
    uow: UnitOfWork, project_id: UUID, character_id: UUID, encoder: str
) -> list[tuple[str, Vectors]]:
    """Return ``(name, vector)`` of the project's other characters' references."""
    rows = await uow.session.execute(
        select(Character.name, Embedding.vector)
        .join(Reference, Reference.id == Embedding.subject_id)
        .join(Character, Character.id == Reference.character_id)
        .where(
            Embedding.project_id == project_id,
            Embedding.encoder == encoder,
            Embedding.face == 0,
            Reference.character_id != character_id,
            Reference.removed_at.is_(None),
            Character.removed_at.is_(None),
        )
        .limit(MAX_STRANGERS)
    )
    return [(row.name, np.asarray(row.vector, np.float32)) for row in rows]


async def cast(uow: UnitOfWork, project_id: UUID, encoder: str) -> list[CastSample]:
    """Return the vectors of every character of a project that it is judged by."""
    rows = await uow.session.execute(
        select(Character.id, Character.name, Embedding.vector)
        .join(Reference, Reference.id == Embedding.subject_id)
        .join(Character, Character.id == Reference.character_id)
        .where(
            Embedding.project_id == project_id,
            Embedding.encoder == encoder,
            Embedding.face == 0,
            Character.removed_at.is_(None),
            *_usable(),
        )
        .order_by(Character.created_at, Character.id, Reference.created_at, Reference.id)
    )
    return [CastSample(row.id, row.name, np.asarray(row.vector, np.float32)) for row in rows]


async def encoders_in_force(
    uow: UnitOfWork,
) -> list[tuple[Encoder, CalibrationVersion | None]]:
    """Return every encoder with the calibration that judges now, if it has one."""
    rows = await uow.session.execute(
        select(Encoder, CalibrationVersion).outerjoin(
            CalibrationVersion,
            (CalibrationVersion.encoder == Encoder.name) & CalibrationVersion.active,
        )
    )
    return [(row[0], row[1]) for row in rows]


async def list_calibrations(uow: UnitOfWork, encoder: str | None) -> list[CalibrationVersion]:
    """Return the calibrations, the newest version of each encoder first."""
    query = select(CalibrationVersion).order_by(
        CalibrationVersion.encoder, CalibrationVersion.version.desc()
    )
    if encoder is not None:
        query = query.where(CalibrationVersion.encoder == encoder)
    return list(await uow.session.scalars(query))


async def lock_encoder(uow: UnitOfWork, name: str) -> Encoder | None:
    """Return an encoder and keep others from judging by it, or calibrating it, meanwhile."""
    return await uow.session.scalar(select(Encoder).where(Encoder.name == name).with_for_update())


async def hold_encoders(uow: UnitOfWork) -> dict[str, Encoder]:
    """Return every encoder, and let no calibration change until the transaction ends.

    Take it before the lock of any variation: a change of calibration locks in that order.
    """
    rows = await uow.session.scalars(
        select(Encoder).order_by(Encoder.name).with_for_update(read=True, key_share=True)
    )
    return {row.name: row for row in rows}


async def seen_by(uow: UnitOfWork, subject_id: UUID) -> list[str]:
    """Return the encoders that saw a picture's face or figure, those for faces first."""
    rows = await uow.session.scalars(
        select(Embedding.encoder)
        .where(Embedding.subject_id == subject_id, Embedding.face == 0)
        .order_by(Embedding.route != "photographic", Embedding.encoder)
    )
    return list(rows)
