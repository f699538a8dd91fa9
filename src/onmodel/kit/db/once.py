"""A change that is sent again, because its answer was lost, is applied once.

The sender chooses a key for each change and sends it with every try (the Idempotency-Key of
draft-ietf-httpapi-idempotency-key-header). It is written in the transaction of the change, so
both are there or neither. A repeat is answered with the record as it is now: others may have
changed it since, and what was true at the first try is old news.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Index, LargeBinary, String, Uuid, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.kit.db.base import Base, CreatedAt
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import InvalidError

KEPT_DAYS = 30
KEY_PATTERN = r"^[\w-]{8,64}$"


class KeyReusedError(InvalidError):
    code = "key_reused"
    title = "Another change has this key"
    default_try = "Choose a new key for every change, and the same one only to repeat it."


class AppliedChange(Base):
    """One change that somebody made under a key. Below the nouns, so no foreign key."""

    __tablename__ = "applied_changes"
    __table_args__ = (Index("ix_applied_changes_person_id_at", "person_id", "at"),)

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[CreatedAt] = mapped_column()


# a person's old keys go when they make their next change: no task has to sweep
_CLAIM = text(
    """
    WITH old AS (
        DELETE FROM applied_changes
        WHERE person_id = :person_id AND at < now() - make_interval(days => :days) AND key <> :key
    )
    INSERT INTO applied_changes (person_id, key, fingerprint)
    VALUES (:person_id, :key, :fingerprint)
    ON CONFLICT DO NOTHING
    RETURNING at
    """
).bindparams(bindparam("person_id", type_=Uuid()), bindparam("fingerprint", type_=LargeBinary()))


async def repeated(
    uow: UnitOfWork, person_id: UUID, key: str | None, what: str, subject_id: UUID, data: BaseModel
) -> bool:
    """Say whether this very change was applied before; if not, it counts as applied from now on.

    Of two that come at the same time the second waits here for the first to end. Call it before
    anything is locked.

    Args:
        uow: the transaction of the change.
        person_id: whose change; a key means nothing to anybody else.
        key: what the sender chose; without one nothing is remembered.
        what: the kind of change, such as ``character.update``.
        subject_id: the record that it changes.
        data: the change itself.

    Raises:
        KeyReusedError: another change came under this key.
    """
    if key is None:
        return False
    said = f"{what} {subject_id} {data.model_dump_json(exclude_unset=True)}"
    fingerprint = hashlib.sha256(said.encode()).digest()
    values = {"person_id": person_id, "key": key, "fingerprint": fingerprint, "days": KEPT_DAYS}
    claimed: datetime | None = await uow.session.scalar(_CLAIM, values)
    if claimed is not None:
        return False
    known = await uow.session.scalar(
        select(AppliedChange.fingerprint).where(
            AppliedChange.person_id == person_id, AppliedChange.key == key
        )
    )
    if known != fingerprint:
        raise KeyReusedError("You have made another change under this key.")
    return True
