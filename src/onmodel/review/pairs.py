"""Blind pairs: two pictures without names or scores, and what a person says of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, null, select
from sqlalchemy.dialects.postgresql import insert

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters.models import Character, Reference
from onmodel.identity.models import Embedding
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import access
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.projects.schemas import FileRef
from onmodel.review import pair_tokens
from onmodel.review.choosing import Candidate, Pair, choose, dice, wants_same
from onmodel.review.errors import PairTokenError
from onmodel.review.models import PairVerdict
from onmodel.review.pair_tokens import Kind, PairClaim, Shown
from onmodel.review.schemas import Judgement, PairRead
from onmodel.variations.models import Variation


@dataclass(frozen=True, kw_only=True)
class _Picture(Candidate):
    file_id: UUID
    crop_id: UUID | None


async def next_pair(
    uow: UnitOfWork, actor: Actor, project_id: UUID, *, secret: bytes
) -> PairRead | None:
    """Return the pair that the actor is to judge next; asking twice shows the same one.

    None when they have judged every pair, or there is none yet.
    """
    await access.require(uow, actor, project_id, Permission.REVIEW)
    seen = await _seen(uow, project_id, actor.user_id)
    pictures = await _pictures(uow, project_id)
    chosen = choose(
        list(pictures.values()),
        seen,
        same=wants_same(secret, actor.user_id, len(seen)),
        dice=dice(secret, actor.user_id, project_id, len(seen)),
    )
    if chosen is None:
        return None
    left, right = (pictures[one.shown.id] for one in chosen)
    claim = PairClaim(
        project_id=project_id,
        person_id=actor.user_id,
        left=left.shown,
        right=right.shown,
        expires_at=int(now().timestamp()) + pair_tokens.GOOD_FOR,
    )
    stored = await projects.files_by_id(
        uow, [left.file_id, left.crop_id, right.file_id, right.crop_id]
    )
    return PairRead(
        token=pair_tokens.seal(secret, claim),
        left=FileRef.model_validate(stored[left.file_id]),
        right=FileRef.model_validate(stored[right.file_id]),
        left_crop=_ref(stored, left.crop_id),
        right_crop=_ref(stored, right.crop_id),
        answered=len(seen),
    )


def _ref(stored: dict[UUID, File], file_id: UUID | None) -> FileRef | None:
    return FileRef.model_validate(stored[file_id]) if file_id else None


async def answer(
    uow: UnitOfWork,
    actor: Actor,
    project_id: UUID,
    token: str,
    judgement: Judgement,
    *,
    secret: bytes,
) -> PairRead | None:
    """Keep what the actor says of a pair and return the next one.

    The same token once more changes the answer.

    Raises:
        PairTokenError: it was not made for this person and project, or a picture is gone.
        PairGoneError: it was shown more than a day ago.
    """
    await access.require(uow, actor, project_id, Permission.REVIEW)
    claim = pair_tokens.unseal(secret, token, now=now().timestamp())
    if (claim.project_id, claim.person_id) != (project_id, actor.user_id):
        raise PairTokenError("This pair was shown to somebody else.")
    pictures = await _pictures(uow, project_id)
    left, right = pictures.get(claim.left.id), pictures.get(claim.right.id)
    if left is None or right is None:
        raise PairTokenError("One of the two pictures was removed meanwhile.")
    first, second = sorted((left, right), key=lambda picture: picture.shown)
    fresh = insert(PairVerdict).values(
        project_id=project_id,
        person_id=actor.user_id,
        first_kind=first.shown.kind,
        first_id=first.shown.id,
        second_kind=second.shown.kind,
        second_id=second.shown.id,
        same_character=first.character_id == second.character_id,
        judgement=judgement,
        created_at=now(),
    )
    await uow.session.execute(
        fresh.on_conflict_do_update(
            index_elements=["person_id", "first_id", "second_id"],
            set_={"judgement": judgement, "created_at": fresh.excluded.created_at},
        )
    )
    return await next_pair(uow, actor, project_id, secret=secret)


async def _seen(uow: UnitOfWork, project_id: UUID, person_id: UUID) -> set[Pair]:
    rows = await uow.session.execute(
        select(PairVerdict.first_id, PairVerdict.second_id).where(
            PairVerdict.project_id == project_id, PairVerdict.person_id == person_id
        )
    )
    return {(row.first_id, row.second_id) for row in rows}


async def _pictures(uow: UnitOfWork, project_id: UUID) -> dict[UUID, _Picture]:
    """Return every picture of a project's characters in which something was measured."""
    seen_by = (
        select(Embedding.subject_id, func.array_agg(Embedding.encoder.distinct()).label("encoders"))
        .where(Embedding.project_id == project_id, Embedding.face == 0)
        .group_by(Embedding.subject_id)
        .subquery()
    )
    uploaded = await uow.session.execute(
        select(
            Reference.id,
            Reference.character_id,
            Reference.file_id,
            null().label("crop_id"),
            seen_by.c.encoders,
        )
        .join(Character, Character.id == Reference.character_id)
        .join(seen_by, seen_by.c.subject_id == Reference.id)
        .where(
            Reference.removed_at.is_(None),
            Character.removed_at.is_(None),
            Reference.state == "ready",
            # a picture that is said to show somebody else is of neither sort
            Reference.verdict != "hurts",
        )
    )
    made = await uow.session.execute(
        select(
            Variation.id,
            Variation.character_id,
            Variation.file_id,
            Variation.crop_file_id.label("crop_id"),
            seen_by.c.encoders,
        )
        .join(Character, Character.id == Variation.character_id)
        .join(seen_by, seen_by.c.subject_id == Variation.id)
        .where(Variation.removed_at.is_(None), Character.removed_at.is_(None), Variation.current)
    )
    return _by_id("reference", uploaded) | _by_id("variation", made)


def _by_id(kind: Kind, rows: Iterable[Any]) -> dict[UUID, _Picture]:
    return {
        row.id: _Picture(
            shown=Shown(kind=kind, id=row.id),
            character_id=row.character_id,
            encoders=frozenset(row.encoders),
            file_id=row.file_id,
            crop_id=row.crop_id,
        )
        for row in rows
    }
