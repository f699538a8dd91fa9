"""Writes a version whenever a transaction left a character in another state.

Nobody has to remember to make one: whatever a transaction tells about a character is heard here,
and just before the commit its state is compared with that of the newest version, in one statement,
if anything was told that can have changed it (``causes.py``).
So a change that is told cannot miss its version, one that is rolled back has none, and several
steps of one transaction are one version.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from onmodel.events import log as events
from onmodel.events.log import Told
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.ids import new_id
from onmodel.versions.causes import may_change_state
from onmodel.versions.snapshot import STATE

_VALUES = (
    bindparam("id", type_=Uuid()),
    bindparam("character_id", type_=Uuid()),
    bindparam("author_ids", type_=ARRAY(Uuid())),
    bindparam("changes", type_=JSONB),
)

_INSERT = text(
    f"""
    WITH last AS (
        SELECT number, state FROM character_versions
        WHERE character_id = :character_id ORDER BY number DESC LIMIT 1
    ), seen AS (
        SELECT {STATE} AS state FROM characters c WHERE c.id = :character_id
    )
    INSERT INTO character_versions
        (id, character_id, number, state, author_ids, changes, first_seq, last_seq)
    SELECT :id, :character_id, COALESCE(last.number, 0) + 1, seen.state,
           :author_ids, :changes, :first_seq, :last_seq
    FROM seen LEFT JOIN last ON true
    WHERE last.state IS DISTINCT FROM seen.state
    RETURNING id
    """  # noqa: S608 - both parts are constants
).bindparams(*_VALUES)

_UPDATE = text(
    f"""
    UPDATE character_versions SET author_ids = :author_ids, changes = :changes,
        last_seq = :last_seq,
        state = (SELECT {STATE} FROM characters c WHERE c.id = :character_id)
    WHERE id = :id
    """  # noqa: S608
).bindparams(*_VALUES)


@dataclass
class _Pending:
    """What a transaction told about one character so far."""

    authors: list[UUID] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    may_differ: bool = False
    first_seq: int = 0
    last_seq: int = 0
    version_id: UUID | None = None


_pending: WeakKeyDictionary[UnitOfWork, dict[UUID, _Pending]] = WeakKeyDictionary()


async def heard(uow: UnitOfWork, told: Told) -> None:
    """Remember that something about a character was told in this transaction."""
    if told.subject_id is None:
        return
    if uow not in _pending:
        _pending[uow] = {}
        uow.before_commit(partial(_write_all, uow))
    one = _pending[uow].setdefault(told.subject_id, _Pending())
    one.first_seq, one.last_seq = one.first_seq or told.seq, told.seq
    one.may_differ = one.may_differ or may_change_state(told)
    if told.change is None:
        return
    one.changes.append(told.change)
    others = [UUID(other) for other in told.change.get("with", [])]
    for author in [told.actor_id, *others]:
        if author is not None and author not in one.authors:
            one.authors.append(author)


async def _write_all(uow: UnitOfWork) -> None:
    # in one order, so that two transactions never wait for each other
    for character_id in sorted(_pending[uow]):
        await write(uow, character_id)


async def write(uow: UnitOfWork, character_id: UUID) -> None:
    """Write the version that this transaction makes of a character, if it makes one.

    What changes the state holds the character's row, so nobody else writes one meanwhile.
    """
    one = _pending.get(uow, {}).get(character_id)
    if one is None or not one.may_differ:
        return
    await uow.session.flush()
    values = {
        "id": one.version_id or new_id(),
        "character_id": character_id,
        "author_ids": one.authors,
        "changes": one.changes,
        "last_seq": one.last_seq,
    }
    if one.version_id is not None:
        await uow.session.execute(_UPDATE, values)
    else:
        values["first_seq"] = one.first_seq
        one.version_id = await uow.session.scalar(_INSERT, values)


def register() -> None:
    """Hear of everything that is told about characters."""
    events.when_told(None, heard)
