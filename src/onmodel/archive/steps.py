"""Which events are one step: those that made one version, or one that made none.

What a transaction tells is written into the log without others between, so the events of a
version stand together, between those of other characters that changed in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from onmodel.archive import repository
from onmodel.events import log as events_log
from onmodel.events.models import Event
from onmodel.kit.db.uow import UnitOfWork
from onmodel.versions.models import Version


@dataclass(frozen=True)
class Step:
    """Events that become one commit, and the version that they made."""

    events: Sequence[Event]
    version: Version | None

    @property
    def last(self) -> Event:
        return self.events[-1]

    @property
    def telling(self) -> Event:
        """Return the event that says best what was done: what is told of the character itself, or
        else the last that is told of at all; a machine's work begins with what it made.
        """
        told = [event for event in self.events if event.change is not None]
        own = [event for event in told if event.name.startswith("server:character.")]
        return (own or told or self.events[:1])[-1]

    @property
    def authors(self) -> list[UUID]:
        return self.version.author_ids if self.version else []


async def after(uow: UnitOfWork, project_id: UUID, seq: int, *, limit: int) -> list[Step]:
    """Return what came after an event in the order of the log; no version is cut in two.

    Args:
        uow: the transaction.
        project_id: whose log.
        seq: the last event that is written already.
        limit: so many events, and the rest of the last version.
    """
    events = await events_log.rows_since(uow, project_id, seq, limit=limit)
    while events:
        last = events[-1].seq
        made = await repository.versions(uow, project_id, first=events[0].seq, last=last)
        rest = max((one.last_seq or 0 for one in made), default=0) - last
        if rest <= 0:
            return group(events, made)
        events += await events_log.rows_since(uow, project_id, last, limit=rest)
    return []


def group(events: Sequence[Event], made: Sequence[Version]) -> list[Step]:
    """Return the steps, each where its last event stands."""
    spans = {
        (one.character_id, seq): one
        for one in made
        if one.first_seq and one.last_seq
        for seq in range(one.first_seq, one.last_seq + 1)
    }
    of_version: dict[UUID, list[Event]] = {}
    steps: list[Step] = []
    for event in events:
        version = spans.get((event.subject_id, event.seq)) if event.subject_id else None
        if version is None:
            steps.append(Step([event], None))
            continue
        told = of_version.setdefault(version.id, [])
        if not told:
            steps.append(Step(told, version))
        told.append(event)
    return sorted(steps, key=lambda step: step.last.seq)
