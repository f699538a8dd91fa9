"""People's verdicts as labelled pairs, from which a calibration learns.

A verdict on a picture labels its distance to the character's references, as it is scored; a blind
pair labels the distance of the two pictures. Who could not tell says nothing. Several people on
the same pictures are several pairs: where they disagree, the truth lies between.
"""

from typing import Any

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import aliased

from onmodel.identity import verdicts as learning
from onmodel.identity.fitting import Pair
from onmodel.identity.models import Embedding, Encoder
from onmodel.kit.db.uow import UnitOfWork
from onmodel.review.models import IdentityVerdict, PairVerdict
from onmodel.variations.models import Variation


async def pairs(uow: UnitOfWork, encoder: str) -> list[Pair]:
    """Return what people said, with the distances of one encoder, oldest first."""
    metric = await uow.session.scalar(select(Encoder.metric).where(Encoder.name == encoder))
    if metric is None:
        return []
    of_pictures = _of_pictures(encoder)
    of_pairs = _of_pairs(encoder, cosine=metric == "cosine")
    both = union_all(of_pictures, of_pairs).subquery()
    rows = await uow.session.execute(select(both).order_by(both.c.created_at, both.c.id))
    return [
        Pair(
            distance=float(row.distance),
            same=row.judgement == "same",
            one=str(row.one),
            other=str(row.other),
        )
        for row in rows
    ]


def _of_pictures(encoder: str) -> Select[*tuple[Any, ...]]:
    return select(
        IdentityVerdict.id,
        IdentityVerdict.created_at,
        Variation.similarity.label("distance"),
        IdentityVerdict.judgement,
        IdentityVerdict.character_id.label("one"),
        IdentityVerdict.character_id.label("other"),
    ).where(
        Variation.id == IdentityVerdict.variation_id,
        Variation.encoder == encoder,
        Variation.measurable == "measured",
        Variation.similarity.is_not(None),
        IdentityVerdict.judgement != "cant_tell",
    )


def _of_pairs(encoder: str, *, cosine: bool) -> Select[*tuple[Any, ...]]:
    first, second = aliased(Embedding), aliased(Embedding)
    apart = (
        first.vector.cosine_distance(second.vector)
        if cosine
        else first.vector.l2_distance(second.vector)
    )
    return (
        select(
            PairVerdict.id,
            PairVerdict.created_at,
            apart.label("distance"),
            PairVerdict.judgement,
            first.character_id.label("one"),
            second.character_id.label("other"),
        )
        .join(first, first.subject_id == PairVerdict.first_id)
        .join(second, second.subject_id == PairVerdict.second_id)
        .where(
            *(side.encoder == encoder for side in (first, second)),
            *(side.face == 0 for side in (first, second)),
            PairVerdict.judgement != "cant_tell",
        )
    )


def register() -> None:
    """Let calibrations learn from what people said."""
    learning.provide(pairs)
