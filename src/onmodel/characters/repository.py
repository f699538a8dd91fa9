"""The SQL of characters and references."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.exc import IntegrityError

from onmodel.characters.errors import TriggerWordTakenError
from onmodel.characters.models import Character, Reference
from onmodel.kit.db.uow import UnitOfWork

Sort = Literal["name", "-updated", "-created"]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which characters of a project somebody wants to see."""

    q: str | None = None
    tag: str | None = None
    tier: str | None = None
    importance: str | None = None
    state: str | None = None


async def find(uow: UnitOfWork, character_id: UUID) -> Character | None:
    return await uow.session.get(Character, character_id)


async def by_id(uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, Character]:
    """Return characters by id, removed ones included: what is old still names them."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await uow.session.scalars(select(Character).where(Character.id.in_(wanted)))
    return {row.id: row for row in rows}


async def lock(uow: UnitOfWork, character_id: UUID) -> Character | None:
    """Return the character as it is now and keep others from changing it meanwhile."""
    return await uow.session.scalar(
        select(Character)
        .where(Character.id == character_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def lock_all(uow: UnitOfWork, character_ids: Iterable[UUID]) -> None:
    """Lock several characters in the order of their ids, so that nobody waits in a circle."""
    await uow.session.execute(
        select(Character.id)
        .where(Character.id.in_(list(character_ids)))
        .order_by(Character.id)
        .with_for_update()
    )


async def flush_unique(uow: UnitOfWork, trigger_word: str) -> None:
    """Write what is pending; raises TriggerWordTakenError when the word is in use."""
    try:
        await uow.session.flush()
    except IntegrityError as error:
        if "trigger_word" not in str(error.orig):
            raise
        raise TriggerWordTakenError(
            f"Another character of this project answers to “{trigger_word}”.",
            fields=[{"field": "trigger_word", "detail": "Already in use."}],
        ) from error


async def lock_trigger_words(uow: UnitOfWork, project_id: UUID) -> None:
    """Let one transaction of the project at a time choose a free word."""
    await uow.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(str(project_id), 1)))
    )


async def trigger_words(uow: UnitOfWork, project_id: UUID, stem: str) -> set[str]:
    """Return the trigger words in use that begin with ``stem``, in lower case."""
    rows = await uow.session.scalars(
        select(func.lower(Character.trigger_word)).where(
            Character.project_id == project_id,
            Character.removed_at.is_(None),
            func.lower(Character.trigger_word).startswith(stem.lower(), autoescape=True),
        )
    )
    return set(rows)


def conditions(project_id: UUID, wished: Filter) -> list[ColumnElement[bool]]:
    """Return what a character has to fulfil to be shown."""
    found: list[ColumnElement[bool]] = [
        Character.project_id == project_id,
        Character.removed_at.is_(None),
    ]
    if wished.q:
        found += [
            Character.search_text.contains(word, autoescape=True)
            for word in wished.q.lower().split()
        ]
    if wished.tag:
        found.append(Character.tags.contains([wished.tag]))
    if wished.tier:
        found.append(Character.tier == wished.tier)
    if wished.importance:
        found.append(Character.importance == wished.importance)
    if wished.state == "untrained":
        found.append(Character.training_state.is_(None))
    elif wished.state == "training":
        found.append(Character.training_state.in_(("queued", "starting", "running", "paused")))
    elif wished.state == "trained":
        found.append(Character.adapter_id.is_not(None))
    elif wished.state == "failed":
        found.append(Character.training_state == "failed")
    return found


ORDER: dict[Sort, tuple[Any, bool]] = {
    "name": (func.lower(Character.name), False),
    "-updated": (Character.updated_at, True),
    "-created": (Character.created_at, True),
}


async def count(uow: UnitOfWork, project_id: UUID, wished: Filter) -> int:
    return await uow.session.scalar(
        select(func.count()).select_from(Character).where(*conditions(project_id, wished))
    )


_TAGS = text(
    """
    SELECT tag, count(*) AS uses FROM characters c, unnest(c.tags) AS tag
    WHERE c.project_id = :project_id AND c.removed_at IS NULL
    GROUP BY tag ORDER BY uses DESC, tag LIMIT 200
    """
)


async def tags(uow: UnitOfWork, project_id: UUID) -> list[str]:
    """Return the tags in use, most used first."""
    rows = await uow.session.execute(_TAGS, {"project_id": project_id})
    return [row.tag for row in rows]


async def find_reference(uow: UnitOfWork, reference_id: UUID) -> Reference | None:
    return await uow.session.get(Reference, reference_id)


async def references(uow: UnitOfWork, character_id: UUID) -> list[Reference]:
    """Return the references that were not removed, oldest first."""
    return list(
        await uow.session.scalars(
            select(Reference)
            .where(Reference.character_id == character_id, Reference.removed_at.is_(None))
            .order_by(Reference.created_at, Reference.id)
        )
    )


async def references_by_id(uow: UnitOfWork, ids: Iterable[UUID]) -> list[Reference]:
    """Return these references, removed ones too, oldest first."""
    return list(
        await uow.session.scalars(
            select(Reference)
            .where(Reference.id.in_(list(ids)))
            .order_by(Reference.created_at, Reference.id)
        )
    )


async def reference_by_source(
    uow: UnitOfWork, character_id: UUID, source_sha256: str
) -> Reference | None:
    return await uow.session.scalar(
        select(Reference).where(
            Reference.character_id == character_id,
            Reference.source_sha256 == source_sha256,
            Reference.removed_at.is_(None),
        )
    )


_COUNTS = text(
    """
    UPDATE characters SET
        reference_count = (SELECT count(*) FROM character_references r
            WHERE r.character_id = characters.id AND r.removed_at IS NULL),
        usable_reference_count = (SELECT count(*) FROM character_references r
            WHERE r.character_id = characters.id AND r.removed_at IS NULL
            AND r.state = 'ready' AND r.verdict <> 'hurts'),
        cover_file_id = COALESCE(
            (SELECT r.file_id FROM character_references r
                WHERE r.id = characters.base_reference_id AND r.removed_at IS NULL),
            (SELECT r.file_id FROM character_references r
                WHERE r.character_id = characters.id AND r.removed_at IS NULL
                ORDER BY (r.verdict = 'helps') DESC NULLS LAST, r.created_at, r.id LIMIT 1))
    WHERE id = :character_id
    """
)


async def recount(uow: UnitOfWork, character_id: UUID) -> None:
    """Bring the counts and the cover of a character up to its references."""
    await uow.session.execute(_COUNTS, {"character_id": character_id})


async def update_character(uow: UnitOfWork, character_id: UUID, **values: Any) -> None:
    """Set columns that carry no version of their own, such as the training state."""
    await uow.session.execute(
        update(Character).where(Character.id == character_id).values(**values)
    )
