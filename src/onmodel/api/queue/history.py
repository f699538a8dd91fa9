"""What ended: newest first, by pages, filtered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_

from onmodel.accounts.service import Actor
from onmodel.api.queue import rights
from onmodel.api.queue.reading import describe
from onmodel.api.queue.schemas import QueueItem
from onmodel.characters.models import Character, Reference
from onmodel.decisions.models import Candidate
from onmodel.dispatch.models import Call
from onmodel.dispatch.tasks import Task
from onmodel.identity.models import Check
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import FINAL, State
from onmodel.kit.paging import BadCursorError, Page, decode_cursor, encode_cursor
from onmodel.projects import access
from onmodel.training.models import TrainingJob
from onmodel.variations.models import Variation


@dataclass(frozen=True, kw_only=True)
class Wished:
    """What to show; None shows everything. ``text`` is part of a character's or file's name."""

    state: State | None = None
    person_id: UUID | None = None
    project_id: UUID | None = None
    task: Task | None = None
    text: str | None = None


async def page(
    uow: UnitOfWork, actor: Actor, wished: Wished, *, cursor: str | None, limit: int
) -> Page[QueueItem]:
    """Return a page of ended calls of the projects that the actor sees.

    Raises:
        BadCursorError: the cursor is no page's.
    """
    conditions = [*_conditions(wished, actor)]
    visible = await access.visible(uow, actor)
    if visible is not None:
        conditions.append(Call.project_id.in_(visible))
    if cursor is not None:
        conditions.append(tuple_(Call.finished_at, Call.id) < _after(cursor))
    found = await uow.session.scalars(
        select(Call)
        .where(Call.state.in_(FINAL), Call.finished_at.is_not(None), *conditions)
        .order_by(Call.finished_at.desc(), Call.id.desc())
        .limit(limit + 1)
    )
    calls = list(found)
    shown = calls[:limit]
    roles = await rights.roles(uow, actor, [call.project_id for call in shown])
    items = await describe(uow, actor, shown, roles)
    more = len(calls) > limit
    last = encode_cursor([shown[-1].finished_at, shown[-1].id]) if more else None
    return Page(items=items, next_cursor=last)


def _after(cursor: str) -> tuple[Any, Any]:
    finished_at, id_ = decode_cursor(cursor, length=2)
    try:
        return datetime.fromisoformat(finished_at), UUID(id_)
    except (TypeError, ValueError) as error:
        raise BadCursorError("This page link is damaged.") from error


def _conditions(wished: Wished, actor: Actor) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wished.state is not None:
        conditions.append(Call.state == wished.state)
    if wished.person_id is not None:
        conditions.append(Call.created_by == wished.person_id)
        if wished.person_id != actor.user_id:
            # whose these are is not known yet, so they are nobody's
            quiet = select(Candidate.variation_id).where(Candidate.quiet)
            conditions.append(Call.subject_id.not_in(quiet))
    if wished.project_id is not None:
        conditions.append(Call.project_id == wished.project_id)
    if wished.task is not None:
        conditions.append(Call.task == wished.task)
    if wished.text:
        conditions.append(_named(wished.text))
    return conditions


def _named(text: str) -> ColumnElement[bool]:
    """Match calls whose character, or whose own picture, is called so."""
    cast = select(Character.id).where(Character.name.icontains(text, autoescape=True))
    return or_(
        *(
            Call.subject_id.in_(select(noun.id).where(noun.character_id.in_(cast)))
            for noun in (TrainingJob, Variation, Reference)
        ),
        *(
            Call.subject_id.in_(select(noun.id).where(noun.name.icontains(text, autoescape=True)))
            for noun in (Reference, Check)
        ),
    )
