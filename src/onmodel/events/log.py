"""Append to the event log and read it back.

``record`` is the one way to tell the world of a change: it takes the project's next ``seq``
and writes the row in the transaction of the change (one statement, so that the project's row
lock is held as briefly as can be), and the frame leaves after the commit.
"""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Uuid, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import JSONB

from onmodel.events.frames import channel, encode
from onmodel.events.models import Event, EventCounter
from onmodel.kit.db.uow import UnitOfWork

_APPEND = text(
    """
    WITH counter AS (
        INSERT INTO event_counters (project_id, seq) VALUES (:project_id, 1)
        ON CONFLICT (project_id) DO UPDATE SET seq = event_counters.seq + 1
        RETURNING seq
    )
    INSERT INTO events (project_id, seq, name, subject_id, actor_id, payload, change)
    SELECT :project_id, counter.seq, :name, :subject_id, :actor_id, :payload, :change FROM counter
    RETURNING seq, at
    """
).bindparams(
    bindparam("project_id", type_=Uuid()),
    bindparam("subject_id", type_=Uuid()),
    bindparam("actor_id", type_=Uuid()),
    bindparam("payload", type_=JSONB),
    bindparam("change", type_=JSONB(none_as_null=True)),
)


@dataclass(frozen=True)
class Recorded:
    """Where an event landed in its project's log."""

    seq: int
    at: datetime


@dataclass(frozen=True)
class Told:
    """An event as a later room hears it, in the transaction that tells of it."""

    project_id: UUID
    seq: int
    name: str
    payload: BaseModel
    subject_id: UUID | None
    actor_id: UUID | None
    change: dict[str, Any] | None


Listener = Callable[[UnitOfWork, Told], Awaitable[None]]

_listeners: defaultdict[str | None, list[Listener]] = defaultdict(list)


def when_told(name: str | None, listener: Listener) -> None:
    """Call ``listener(uow, told)`` whenever an event of this name is recorded; None: any event.

    It runs in the transaction of the change, which holds the project's counter: it may write
    rows of its own, and locks nothing that others lock.
    """
    _listeners[name].append(listener)


async def record(
    uow: UnitOfWork,
    project_id: UUID,
    name: str,
    payload: BaseModel,
    *,
    actor_id: UUID | None = None,
    subject_id: UUID | None = None,
    change: dict[str, Any] | None = None,
) -> Recorded:
    """Append an event in the running transaction and publish it after the commit.

    Call it as late in the transaction as possible: from here on every other change of the
    project waits for this one to end.

    Args:
        uow: the transaction of the change.
        project_id: whose log.
        name: the event's name, such as ``server:character.updated``.
        payload: the whole read schema of what changed, never a part of it.
        actor_id: who did it; None for the house itself.
        subject_id: the noun whose history this belongs to, such as a character.
        change: what a person reads in the history: ``{"verb", "fields": {name: [old, new]}}``.
    """
    body = payload.model_dump(mode="json")
    row = (
        await uow.session.execute(
            _APPEND,
            {
                "project_id": project_id,
                "name": name,
                "subject_id": subject_id,
                "actor_id": actor_id,
                "payload": body,
                "change": change,
            },
        )
    ).one()
    uow.notify(channel(project_id), encode(name, body, seq=row.seq, actor=actor_id, at=row.at))
    told = Told(project_id, row.seq, name, payload, subject_id, actor_id, change)
    for listener in (*_listeners.get(None, ()), *_listeners.get(name, ())):
        await listener(uow, told)
    return Recorded(seq=row.seq, at=row.at)


async def hold(uow: UnitOfWork, project_id: UUID) -> None:
    """Wait for every other change of the project to end, and keep further ones waiting.

    For a record that is read from many rows: what is read from here on is the newest there is,
    and nobody tells of it before us. Locks nothing else afterwards.
    """
    await uow.session.execute(
        select(EventCounter.seq).where(EventCounter.project_id == project_id).with_for_update()
    )


async def last_seq(uow: UnitOfWork, project_id: UUID) -> int:
    """Return the newest ``seq`` of a project, 0 before its first event."""
    seq = await uow.session.scalar(
        select(EventCounter.seq).where(EventCounter.project_id == project_id)
    )
    return seq or 0


async def last_seqs(uow: UnitOfWork, project_ids: list[UUID]) -> dict[UUID, int]:
    """Return the newest ``seq`` of several projects."""
    rows = await uow.session.execute(
        select(EventCounter.project_id, EventCounter.seq).where(
            EventCounter.project_id.in_(project_ids)
        )
    )
    return {row.project_id: row.seq for row in rows}


async def since(
    uow: UnitOfWork, project_id: UUID, seq: int, *, limit: int = 1000
) -> list[tuple[int, bytes]]:
    """Return up to ``limit`` encoded frames after ``seq``, oldest first, each with its seq."""
    rows = await rows_since(uow, project_id, seq, limit=limit)
    return [(e.seq, encode(e.name, e.payload, seq=e.seq, actor=e.actor_id, at=e.at)) for e in rows]


async def rows_since(uow: UnitOfWork, project_id: UUID, seq: int, *, limit: int) -> list[Event]:
    """Return up to ``limit`` events after ``seq``, oldest first."""
    return list(
        await uow.session.scalars(
            select(Event)
            .where(Event.project_id == project_id, Event.seq > seq)
            .order_by(Event.seq)
            .limit(limit)
        )
    )


async def history(
    uow: UnitOfWork, project_id: UUID, subject_id: UUID, *, before: int | None, limit: int
) -> list[Event]:
    """Return what a person should read about ``subject_id``, newest first."""
    wished = Wished(subject_id=subject_id, before=before)
    return await changes(uow, project_id, wished, limit=limit)


async def last_change_of(uow: UnitOfWork, subject_id: UUID, field: str) -> Event | None:
    """Return the newest event that changed one field of a noun."""
    event: Event | None = await uow.session.scalar(
        select(Event)
        .where(Event.subject_id == subject_id, Event.change["fields"].has_key(field))
        .order_by(Event.seq.desc())
        .limit(1)
    )
    return event


@dataclass(frozen=True)
class Wished:
    """What of a project's history to read; None is everything.

    Attributes:
        subject_id: only what belongs to this noun's history.
        by: only what this person did.
        not_by: only what others did, and the house.
        before: only what is older than this ``seq``.
        after: only what is newer.
    """

    subject_id: UUID | None = None
    by: UUID | None = None
    not_by: UUID | None = None
    before: int | None = None
    after: int | None = None


async def changes(uow: UnitOfWork, project_id: UUID, wished: Wished, *, limit: int) -> list[Event]:
    """Return what a person should read about a project, newest first."""
    query = select(Event).where(*_conditions(project_id, wished))
    return list(await uow.session.scalars(query.order_by(Event.seq.desc()).limit(limit)))


async def count_changes(uow: UnitOfWork, project_id: UUID, wished: Wished, *, most: int) -> int:
    """Count what ``changes`` would return, at most so many."""
    found = select(Event.seq).where(*_conditions(project_id, wished)).limit(most).subquery()
    return await uow.session.scalar(select(func.count()).select_from(found)) or 0


def _conditions(project_id: UUID, wished: Wished) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Event.project_id == project_id,
        Event.change.is_not(None),
    ]
    if wished.subject_id is not None:
        found.append(Event.subject_id == wished.subject_id)
    if wished.by is not None:
        found.append(Event.actor_id == wished.by)
    if wished.not_by is not None:
        found.append(Event.actor_id.is_distinct_from(wished.not_by))
    if wished.before is not None:
        found.append(Event.seq < wished.before)
    if wished.after is not None:
        found.append(Event.seq > wished.after)
    return found


async def frames_since(
    uow: UnitOfWork, project_id: UUID, seq: int, *, limit: int
) -> list[dict[str, Any]]:
    """Return the frames after ``seq`` as JSON objects, oldest first."""
    return [json.loads(frame) for _, frame in await since(uow, project_id, seq, limit=limit)]
