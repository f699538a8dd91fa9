"""Calls (one run of a function each) and the workers that run them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Enum, Index, String, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.base import Base, CreatedAt, Id
from onmodel.kit.lifecycle import State


def _values(members: type[StrEnum]) -> list[str]:
    return [member.value for member in members]


def _words(kind: type[StrEnum]) -> Enum:
    """Store an enumeration as its words, not as a database type that is hard to change."""
    return Enum(kind, native_enum=False, length=40, values_callable=_values)


class Call(Base):
    """One run of a function, from the wish to the result.

    The row is the truth. What travels through Celery is its id and ``fence``; whoever writes
    a result proves with the fence that the call is still theirs.
    """

    __tablename__ = "calls"
    __table_args__ = (
        # The waiting queue: one person's calls in their order.
        Index(
            "ix_calls_waiting",
            "project_id",
            "created_by",
            text("urgent DESC"),
            "order_at",
            "id",
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "ix_calls_held",
            "lease_owner",
            postgresql_where=text("state IN ('starting', 'running')"),
        ),
        Index(
            "ix_calls_active",
            "project_id",
            postgresql_where=text("state IN ('starting', 'running')"),
        ),
        Index("ix_calls_claimed", "project_id", "claimed_at"),
        Index(
            "ix_calls_due",
            "due_at",
            postgresql_where=text("state = 'queued' AND NOT urgent AND due_at IS NOT NULL"),
        ),
        # Out of a machine's hands, and not yet put right in the shares.
        Index(
            "ix_calls_charged",
            "id",
            postgresql_where=text("charged <> used_ms AND state NOT IN ('starting', 'running')"),
        ),
        Index(
            "ix_calls_past",
            "task",
            "tier_used",
            text("finished_at DESC"),
            postgresql_where=text("state = 'succeeded'"),
        ),
        Index(
            "ix_calls_ended",
            text("finished_at DESC"),
            text("id DESC"),
            postgresql_where=text("state IN ('succeeded', 'failed', 'cancelled')"),
        ),
        Index(
            "ix_calls_of_function",
            "function",
            text("finished_at DESC"),
            postgresql_where=text("state IN ('succeeded', 'failed')"),
        ),
        Index(
            "ix_calls_depends_on",
            "depends_on",
            postgresql_using="gin",
            postgresql_where=text("waiting_for > 0"),
        ),
        # Ended, and not put away by anybody.
        Index(
            "ix_calls_standing",
            text("finished_at DESC"),
            text("id DESC"),
            postgresql_where=text(
                "clearing IS NULL AND state IN ('succeeded', 'failed', 'cancelled')"
            ),
        ),
        Index("ix_calls_clearing", "clearing", postgresql_where=text("clearing IS NOT NULL")),
        Index("ix_calls_subject", "subject_kind", "subject_id", "created_at"),
        CheckConstraint("attempt >= 0 AND max_attempts >= 1", name="attempts"),
        CheckConstraint("waiting_for >= 0", name="waiting_for"),
    )

    id: Mapped[Id]
    # No foreign key: the rooms of projects and people lie above this one.
    project_id: Mapped[UUID]
    created_by: Mapped[UUID]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]

    task: Mapped[Task] = mapped_column(_words(Task))
    # What ran it last; None before it starts.
    function: Mapped[str | None]
    function_version: Mapped[str | None]
    # Of licences that forbid work that is sold: what it made stands under them.
    terms: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )
    params: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # What of the offered inputs its function was given: see CallParams.
    reads: Mapped[list[str]] = mapped_column(
        JSONB, default=list, server_default=text("'[]'::jsonb")
    )

    tier_asked: Mapped[Tier] = mapped_column(_words(Tier))
    tier_used: Mapped[Tier | None] = mapped_column(_words(Tier))
    # Why this tier and this function: codes of choices.py.
    tier_reason: Mapped[str | None]
    function_reason: Mapped[str | None]
    may_fall_back: Mapped[bool]
    # Of the character that it is for; None for what belongs to none, such as a measurement.
    importance: Mapped[str | None]
    # How many calls were dealt before it for the sake of a warm function: see affinity.py.
    passed_over: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    priority: Mapped[int]
    # created_at less the head start of the priority: see order.py.
    order_at: Mapped[datetime]
    # Before everything that is not; set by a person who may, or when due_at comes near.
    urgent: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    due_at: Mapped[datetime | None]
    depends_on: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    waiting_for: Mapped[int]
    not_before: Mapped[datetime | None]
    # Put away from the list of what has ended, together with others of this number.
    clearing: Mapped[UUID | None]

    state: Mapped[State] = mapped_column(_words(State))
    attempt: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int]
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    lease_owner: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    # Milliseconds of machine time that its shares were charged for it: see shares.py.
    charged: Mapped[int | None] = mapped_column(BigInteger)
    # Milliseconds that its ended attempts ran: see repository.change_state.
    used_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    # The kinds of workers that found that they cannot do it: see offers.py.
    refused_by: Mapped[list[str]] = mapped_column(
        ARRAY(String), default=list, server_default=text("'{}'")
    )
    # The call that was asked for in its place, once somebody tried again.
    retried_as: Mapped[UUID | None]

    # Percent, as in the events.
    progress: Mapped[float] = mapped_column(default=0.0)
    step: Mapped[str] = mapped_column(default="")
    # The last lines that the function printed in this attempt.
    log: Mapped[str] = mapped_column(default="", server_default=text("''"))
    # How the loss went that it told in this attempt: see told.Curve.
    curve: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[CreatedAt]
    # When the last attempt began; None while it waits for one.
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    seconds: Mapped[float | None]


class Worker(Base):
    """One worker process: what it can do, and that it was alive at ``seen_at``."""

    __tablename__ = "workers"

    id: Mapped[Id]
    name: Mapped[str]
    tiers: Mapped[list[str]] = mapped_column(ARRAY(String))
    slots: Mapped[int]
    gpu: Mapped[str | None]
    vram_mb: Mapped[int | None]
    # What it can do; None before it has told: see offers.py.
    offers: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    # False while it shuts down: it keeps its calls but gets no new ones.
    accepts: Mapped[bool] = mapped_column(default=True)
    # The functions it keeps running: see workers.seen.
    warm: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    # Its GPUs, and what is set aside and used of each: see workers.seen.
    gpus: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    # The last samples of its use, oldest first: see workers.seen.
    use: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    started_at: Mapped[CreatedAt]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
