"""The list of versions: what each one changed, found where the states are kept.

A state may have a hundred kilobytes, and a list shows a sentence and four pictures of each. So
PostgreSQL compares each state with the one before it and hands out only what differs.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from onmodel.kit.db.uow import UnitOfWork
from onmodel.versions.difference import Difference
from onmodel.versions.snapshot import Facts, KeptAdapter, KeptPicture, KeptReference

# Each state is unpacked once (``jsonb_to_record``). Long lists are compared only where they differ
# at all; of the facts that differ the list needs the names alone.
_STATEMENT = text(
    """
    WITH kept AS MATERIALIZED (
        SELECT v.number, s.*
        FROM character_versions v CROSS JOIN LATERAL jsonb_to_record(v.state) AS s (
            facts jsonb, base uuid, "references" jsonb, pictures jsonb, adapter jsonb,
            removed boolean
        )
        WHERE v.character_id = :character_id AND v.number BETWEEN :oldest - 1 AND :newest
    )
    SELECT new.number, old.removed AS was_removed, new.removed,
        ARRAY(
            SELECT n.key FROM jsonb_each(new.facts) n
            WHERE n.value IS DISTINCT FROM old.facts -> n.key
        ) AS facts,
        CASE WHEN new."references" <> old."references" THEN (
            SELECT jsonb_agg(r.value ORDER BY r.ordinality)
            FROM jsonb_array_elements(new."references") WITH ORDINALITY r
            WHERE r.value ->> 'source' <> ALL (ARRAY(
                SELECT o ->> 'source' FROM jsonb_array_elements(old."references") o))
        ) END AS added,
        CASE WHEN new."references" <> old."references" THEN (
            SELECT jsonb_agg(r.value ORDER BY r.ordinality)
            FROM jsonb_array_elements(old."references") WITH ORDINALITY r
            WHERE r.value ->> 'source' <> ALL (ARRAY(
                SELECT n ->> 'source' FROM jsonb_array_elements(new."references") n))
        ) END AS gone,
        (SELECT r FROM jsonb_array_elements(old."references") r
            WHERE r ->> 'id' = old.base::text) AS face_before,
        (SELECT r FROM jsonb_array_elements(new."references") r
            WHERE r ->> 'id' = new.base::text) AS face_after,
        CASE WHEN new.pictures <> old.pictures THEN (
            SELECT jsonb_agg(jsonb_build_array(o, n) ORDER BY coalesce(n, o) ->> 'key')
            FROM jsonb_array_elements(old.pictures) o
            FULL JOIN jsonb_array_elements(new.pictures) n ON n ->> 'key' = o ->> 'key'
            WHERE n IS DISTINCT FROM o
        ) END AS pictures,
        nullif(old.adapter, 'null') AS adapter_before,
        nullif(new.adapter, 'null') AS adapter_after
    FROM kept new JOIN kept old ON old.number = new.number - 1
    """
)
_LISTED = _STATEMENT.bindparams(bindparam("character_id", type_=Uuid())).columns(
    **dict.fromkeys(("added", "gone", "face_before", "face_after", "pictures"), JSONB),
    **dict.fromkeys(("adapter_before", "adapter_after"), JSONB),
)


async def differences(
    uow: UnitOfWork, character_id: UUID, *, newest: int, oldest: int
) -> dict[int, Difference]:
    """Return what each version from ``oldest`` to ``newest`` changed, by number.

    The facts that differ have no values. The first version of all is not among them: it changed
    nothing.
    """
    values = {"character_id": character_id, "newest": newest, "oldest": oldest}
    return {row.number: _difference(row) for row in await uow.session.execute(_LISTED, values)}


def _difference(row: Row[Any]) -> Difference:
    changed = set(row.facts)
    faces = _reference(row.face_before), _reference(row.face_after)
    same_face = (faces[0] and faces[0].source) == (faces[1] and faces[1].source)
    adapters = _adapter(row.adapter_before), _adapter(row.adapter_after)
    return Difference(
        facts={name: (None, None) for name in Facts.model_fields if name in changed},
        added=[KeptReference.model_validate(one) for one in row.added or []],
        removed=[KeptReference.model_validate(one) for one in row.gone or []],
        face=None if same_face else faces,
        pictures={
            (after or before)["key"]: (_picture(before), _picture(after))
            for before, after in row.pictures or []
        },
        adapter=None if adapters[0] == adapters[1] else adapters,
        presence=None if row.was_removed == row.removed else (row.was_removed, row.removed),
    )


def _reference(kept: dict[str, Any] | None) -> KeptReference | None:
    return KeptReference.model_validate(kept) if kept else None


def _picture(kept: dict[str, Any] | None) -> KeptPicture | None:
    return KeptPicture.model_validate(kept) if kept else None


def _adapter(kept: dict[str, Any] | None) -> KeptAdapter | None:
    return KeptAdapter.model_validate(kept) if kept else None
