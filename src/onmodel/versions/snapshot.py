"""A character's whole state, as a version keeps it.

Pictures are kept by their rows' ids: rows and files of pictures are never deleted or written
over, so a few bytes keep them for good. Scores are not part of it: they are judgements about
pictures and change with the judge.
"""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from onmodel.characters.schemas import Importance
from onmodel.identity.schemas import RouteChoice
from onmodel.projects.schemas import Quality


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Facts(_Kept):
    """What people write and choose about a character."""

    name: str
    description: str
    trigger_word: str
    positive_prompt: str
    negative_prompt: str
    importance: Importance
    tier: Quality
    tags: list[str]
    licence: str
    consent: str
    identity_route: RouteChoice
    off_model_below: float


class KeptReference(_Kept):
    """A reference picture; ``source`` is the SHA-256 of the file that was uploaded."""

    id: UUID
    file_id: UUID
    name: str
    source: str


class KeptPicture(_Kept):
    """The finished picture that stood in one place of the sheet."""

    key: str
    id: UUID
    file_id: UUID


class KeptAdapter(_Kept):
    """The trained model that the character used."""

    id: UUID
    number: int


class Snapshot(_Kept):
    """``base`` is the chosen face, if it was among the references."""

    facts: Facts
    base: UUID | None
    references: list[KeptReference]
    pictures: list[KeptPicture]
    adapter: KeptAdapter | None
    removed: bool

    @classmethod
    def of(cls, state: dict[str, Any]) -> "Snapshot":
        """Read what a version kept."""
        return cls.model_validate(state)


# one expression over a row of ``characters AS c``; the migration that began to keep versions
# has a copy of its own, as migrations must not change with the code
STATE = """
    jsonb_build_object(
        'facts', jsonb_build_object(
            'name', c.name, 'description', c.description, 'trigger_word', c.trigger_word,
            'positive_prompt', c.positive_prompt, 'negative_prompt', c.negative_prompt,
            'importance', c.importance, 'tier', c.tier, 'tags', to_jsonb(c.tags),
            'licence', c.licence, 'consent', c.consent,
            'identity_route', c.identity_route, 'off_model_below', c.off_model_below),
        'base', (SELECT r.id FROM character_references r
            WHERE r.id = c.base_reference_id AND r.removed_at IS NULL),
        'references', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('id', r.id, 'file_id', r.file_id,
                'name', r.name, 'source', r.source_sha256) ORDER BY r.created_at, r.id)
            FROM character_references r
            WHERE r.character_id = c.id AND r.removed_at IS NULL), '[]'),
        'pictures', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('key', v.key, 'id', v.id, 'file_id', v.file_id)
                ORDER BY v.key)
            FROM character_variations v
            WHERE v.character_id = c.id AND v.current AND v.removed_at IS NULL
            AND v.state = 'succeeded' AND v.file_id IS NOT NULL), '[]'),
        'adapter', CASE WHEN c.adapter_id IS NOT NULL
            THEN jsonb_build_object('id', c.adapter_id, 'number', c.adapter_number) END,
        'removed', c.removed_at IS NOT NULL)
"""
