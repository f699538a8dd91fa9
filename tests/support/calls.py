"""A database with calls, a noun that owns them, and short words for tests to use both."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from onmodel.dispatch import claim, handlers, service, workers
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallParams, Claim, NewCall, Outcome
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.kit.db.engine import make_engine
from onmodel.kit.db.uow import Database, Notice, UnitOfWork
from onmodel.kit.lifecycle import State

LEASE = 60.0
PROJECT = UUID(int=1)
KIND = "test-noun"


@dataclass
class Noun:
    """Remembers what its handlers heard, in order, as (what, call id)."""

    heard: list[tuple[str, UUID]] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def of(self, call_id: UUID) -> list[str]:
        """Return what was heard of one call."""
        return [what for what, id_ in self.heard if id_ == call_id]

    async def on_started(self, _uow: UnitOfWork, call: Call) -> None:
        self.heard.append(("started", call.id))

    async def on_requeued(self, _uow: UnitOfWork, call: Call) -> None:
        self.heard.append(("requeued", call.id))

    async def on_finished(self, _uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
        self.heard.append((outcome.state.value, call.id))
        self.outcomes.append(outcome)


@asynccontextmanager
async def open_database(url: str, notices: list[Notice]) -> AsyncGenerator[Database]:
    """Open a migrated database and collect what is published after commits."""

    async def collect(sent: list[Notice]) -> None:
        notices.extend(sent)

    database = Database(make_engine(url, pool_size=10), collect)
    try:
        yield database
    finally:
        await database.dispose()


@asynccontextmanager
async def registered(noun: Noun) -> AsyncGenerator[Noun]:
    """Let a noun hear of calls for the length of a test."""
    handlers.register(
        KIND,
        on_finished=noun.on_finished,
        on_started=noun.on_started,
        on_requeued=noun.on_requeued,
    )
    try:
        yield noun
    finally:
        handlers.unregister(KIND)


def new_call(**changes: Any) -> NewCall:
    """Return an ordinary wish with some fields changed."""
    fields: dict[str, Any] = {
        "project_id": PROJECT,
        "created_by": UUID(int=100),
        "subject_kind": KIND,
        "subject_id": uuid4(),
        "task": Task.GENERATE_VARIATION,
        "params": CallParams(),
    }
    return NewCall(**(fields | changes))


async def submit(database: Database, **changes: Any) -> UUID:
    """Commit one ordinary call and return its id."""
    async with database.begin() as uow:
        return (await service.submit(uow, new_call(**changes))).id


async def add_worker(
    database: Database,
    *,
    slots: int,
    tiers: tuple[Tier, ...] = ASCENDING,
    offers: list[dict[str, Any]] | None = None,
) -> UUID:
    """Register a live worker and return its id; without offers it has not told what it can do."""
    async with database.begin() as uow:
        worker = await workers.register(uow, name="test", tiers=tiers, slots=slots, offers=offers)
        return worker.id


async def claim_all(database: Database, *, lease_seconds: float = LEASE) -> list[Claim]:
    """Claim for every free slot."""
    async with database.begin() as uow:
        return await claim.claim(uow, lease_seconds=lease_seconds)


async def load(database: Database, call_id: UUID) -> Call:
    """Read a call anew."""
    async with database.read() as uow:
        call = await uow.session.get(Call, call_id)
        assert call is not None
        return call


async def alter(database: Database, call_id: UUID, **values: Any) -> None:
    """Change a row behind everybody's back, for instance to let time pass."""
    async with database.begin() as uow:
        await uow.session.execute(update(Call).where(Call.id == call_id).values(**values))


async def end(database: Database, call_id: UUID, *, seconds: float) -> None:
    """Let a call have ended well just now, after so many seconds."""
    now = datetime.now(UTC)
    await alter(
        database,
        call_id,
        state=State.SUCCEEDED,
        lease_owner=None,
        started_at=now - timedelta(seconds=seconds),
        finished_at=now,
        seconds=seconds,
        used_ms=round(seconds * 1000),
    )
