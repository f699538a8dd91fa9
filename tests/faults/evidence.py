"""What the log says that happened: how often each thing was done, and what was when."""

import json
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from onmodel.events import log as events
from onmodel.events.models import Event
from onmodel.kit.db.uow import Database
from tests.faults.change import Moment
from tests.faults.memory import Record

MANY = 100_000
# texts are written by operations, which the text itself counts
FIELDS = {"name", "licence", "consent", "tags"}
DONE = {"voted", "decided", "reopened decision"}


@dataclass
class Evidence:
    """Counts by what was done (`Change.what`), and every state that a note was in, oldest first."""

    done: Counter[Hashable] = field(default_factory=Counter)
    states: dict[str, list[tuple[int, Record]]] = field(default_factory=dict)
    _notes: dict[str, Record] = field(default_factory=dict)
    _candidates: dict[str, dict[str, Record]] = field(default_factory=dict)

    def was_so(self, moment: Moment) -> bool:
        """Say whether a note was once so, at or after the event that its changer had seen."""
        states = self.states[moment.note_id]
        begins = max((at for at, _ in states if at <= moment.since), default=0)
        return any(state[moment.fact] == moment.value for at, state in states if at >= begins)

    def take(self, event: Event) -> None:
        """Read one event; they come in order."""
        payload, change = event.payload, event.change or {}
        actor = str(event.actor_id)
        match event.name:
            case "server:character.updated" if change.get("verb") == "changed":
                for name in FIELDS & change.get("fields", {}).keys():
                    new = change["fields"][name][1]
                    self.done["field", payload["character_id"], name, str(new)] += 1
            case "server:variation.updated" if change.get("verb") == "reviewed":
                said = {one: change[one] for one in ("verdict", "starred") if one in change}
                self.done["reviewed", payload["variation_id"], actor, canonical(said)] += 1
            case "server:note.updated":
                self._note(event.seq, payload["data"])
            case "server:note.removed":
                self.done["removed", payload["note_id"]] += 1
                self._remember(event.seq, payload["data"], present=False)
            case "server:decision.updated":
                self._decision(payload["did"], payload["data"], actor)
            case "server:version.restored":
                what = ("back", payload["character_id"], payload["to"], payload["by"])
                self.done[what] += 1
            case _:
                pass

    def _note(self, seq: int, data: Record) -> None:
        before = self._notes.get(data["id"])
        if before is None:
            self.done["note", data["id"]] += 1
        elif data["edited_at"] != before["edited_at"]:
            if data["text"] != before["text"]:
                self.done["words", data["id"], data["text"]] += 1
            if data["mark"] != before["mark"]:
                self.done["mark", data["id"], canonical(data["mark"])] += 1
        self._remember(seq, data, present=True)

    def _remember(self, seq: int, data: Record, *, present: bool) -> None:
        self._notes[data["id"]] = data
        state = {
            "present": present,
            "resolved": data["resolved_at"] is not None,
            "ticked": "[x]" in data["text"],
        }
        self.states.setdefault(data["id"], []).append((seq, state))

    def _decision(self, did: str | None, data: Record, actor: str) -> None:
        if did in DONE:
            self.done[did, data["id"], actor] += 1
        elif did == "commented":
            self.done["comment", data["id"], data["comments"][-1]["text"]] += 1
        now = {one["id"]: one for one in data["candidates"]}
        before = self._candidates.get(data["id"], now)
        for id_ in now.keys() - before.keys():
            self.done["candidate", now[id_]["note"]] += 1
        for id_ in before.keys() - now.keys():
            self.done["taken out", id_] += 1
        self._candidates[data["id"]] = now


async def read(database: Database, project_id: str, *, after: int) -> Evidence:
    """Read the log of a project, and count what was done after an event."""
    found = Evidence()
    async with database.read() as uow:
        for event in await events.rows_since(uow, UUID(project_id), 0, limit=MANY):
            found.take(event)
            if event.seq == after:
                found.done.clear()
    return found


def canonical(value: Any) -> str:
    """Return a value as a text that is the same for equal values."""
    return json.dumps(value, sort_keys=True)
