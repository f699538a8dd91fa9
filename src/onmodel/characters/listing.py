"""The gallery's page, read without the ORM.

A page of a hundred characters as mapped objects costs ten milliseconds of Python, most of it
in making objects that are taken apart at once. Plain rows cost a third. The shape is
``CharacterRead``; a test holds the two together.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Row, select, tuple_

from onmodel.characters.models import Character
from onmodel.characters.repository import ORDER, Filter, Sort, conditions
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.paging import BadCursorError, decode_cursor, encode_cursor
from onmodel.projects.models import File

_PLAIN = (
    Character.id,
    Character.project_id,
    Character.name,
    Character.description,
    Character.trigger_word,
    Character.positive_prompt,
    Character.negative_prompt,
    Character.importance,
    Character.tier,
    Character.tags,
    Character.licence,
    Character.consent,
    Character.base_reference_id,
    Character.reference_count,
    Character.usable_reference_count,
    Character.variation_count,
    Character.version,
    Character.created_by,
    Character.created_at,
    Character.updated_by,
    Character.updated_at,
    Character.removed_at,
)
_NAMES = tuple(column.key for column in _PLAIN)
_BRIEFS = (
    Character.training_job_id,
    Character.training_state,
    Character.adapter_id,
    Character.adapter_number,
)
_COVER = (File.id, File.media_type, File.bytes, File.width, File.height, File.thumbhash)
_COVER_NAMES = tuple(column.key for column in _COVER)
_PLAIN_END = len(_PLAIN)
_COVER_START = _PLAIN_END + len(_BRIEFS)
_COVER_END = _COVER_START + len(_COVER)


async def page(
    uow: UnitOfWork, project_id: UUID, wished: Filter, *, sort: Sort, cursor: str | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """Return one page in the shape of ``CharacterRead``, and the cursor to the next.

    Raises:
        BadCursorError: the cursor is damaged, or was made for another order.
    """
    column, descending = ORDER[sort]
    query = (
        select(*_PLAIN, *_BRIEFS, *_COVER, column.label("sort_value"))
        .outerjoin(File, File.id == Character.cover_file_id)
        .where(*conditions(project_id, wished))
        .limit(limit + 1)
    )
    if descending:
        query = query.order_by(column.desc(), Character.id.desc())
    else:
        query = query.order_by(column, Character.id)
    if cursor is not None:
        after = _after(cursor, is_time=descending)
        pair = tuple_(column, Character.id)
        query = query.where(pair < after if descending else pair > after)
    rows = (await uow.session.execute(query)).all()
    items = [_item(row) for row in rows[:limit]]
    if len(rows) <= limit:
        return items, None
    # as PostgreSQL sees it: Python's lower case of some letters is another one
    value = rows[limit - 1].sort_value
    last = value.isoformat() if descending else value
    return items, encode_cursor([last, str(items[-1]["id"])])


async def one(uow: UnitOfWork, character_id: UUID) -> dict[str, Any] | None:
    """Return one character in the shape of ``CharacterRead``, removed ones included."""
    row = (
        await uow.session.execute(
            select(*_PLAIN, *_BRIEFS, *_COVER)
            .outerjoin(File, File.id == Character.cover_file_id)
            .where(Character.id == character_id)
        )
    ).one_or_none()
    return _item(row) if row else None


def _after(cursor: str, *, is_time: bool) -> tuple[datetime | str, UUID]:
    value, last_id = decode_cursor(cursor, length=2)
    try:
        after = datetime.fromisoformat(value) if is_time else str(value)
        if isinstance(after, datetime) and after.tzinfo is None:
            raise ValueError("a moment without its zone")
        return after, UUID(last_id)
    except (TypeError, ValueError, AttributeError) as error:
        raise BadCursorError("This page link is damaged.") from error


def _item(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    item = dict(zip(_NAMES, row, strict=False))
    job_id, state, adapter_id, number = row[_PLAIN_END:_COVER_START]
    item["training"] = {"job_id": job_id, "state": state} if job_id and state else None
    item["adapter"] = {"id": adapter_id, "number": number} if adapter_id and number else None
    cover = row[_COVER_START:_COVER_END]
    item["cover"] = dict(zip(_COVER_NAMES, cover, strict=True)) if cover[0] else None
    return item


def page_json(items: list[dict[str, Any]], next_cursor: str | None, total: int | None) -> bytes:
    """Return ``Page[CharacterRead]`` as JSON, in the words that Pydantic would use."""
    return to_json({"items": items, "next_cursor": next_cursor, "total": total})


def one_json(item: dict[str, Any]) -> bytes:
    """Return ``CharacterRead`` as JSON."""
    return to_json(item)
