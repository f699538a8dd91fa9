"""What a client knows of a project by listening: it has to be what a fresh look shows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]


@dataclass
class Memory:
    """Records by id, from what was read once and from every event since.

    Attributes:
        seq: the newest event that was taken.
        caught_up: whether what was missed is here, so that a gap would be a loss.
        stale: whether what no full sync carries has to be read again.
    """

    seq: int = 0
    caught_up: bool = False
    stale: bool = False
    characters: dict[str, Record] = field(default_factory=dict)
    variations: dict[str, Record] = field(default_factory=dict)
    notes: dict[str, Record] = field(default_factory=dict)
    decisions: dict[str, Record] = field(default_factory=dict)
    _syncs: int = 0
    _looked_at: int = 0
    _meanwhile: list[Record] = field(default_factory=list)

    def take(self, frame: Record) -> None:
        """Take a full sync, or a durable event that follows what is known."""
        if frame["event"] == "server:full_sync":
            self.seq = frame["payload"]["seq"]
            self.characters = _by_id(frame["payload"]["characters"])
            self.stale = True
            self._syncs += 1
        elif frame["seq"] > self.seq + 1:
            # what happens before we have caught up comes once more with what we missed
            assert not self.caught_up, "a gap in the log"
        elif frame["seq"] == self.seq + 1:
            self.seq = frame["seq"]
            self._meanwhile.append(frame)
            self._apply(frame)

    @property
    def decisions_now(self) -> dict[str, Record]:
        """Return the decisions with the names that their characters have now."""
        return {
            id_: one | {"character_name": self.characters[one["character_id"]]["name"]}
            for id_, one in self.decisions.items()
        }

    def begin_look(self) -> None:
        """What happens from now on is put over what is being read."""
        self._meanwhile = []
        self._looked_at = self._syncs

    def end_look(
        self, variations: Iterable[Record], notes: Iterable[Record], decisions: Iterable[Record]
    ) -> None:
        """Take what was read, and what happened meanwhile once more."""
        self.variations, self.notes = _by_id(variations), _by_id(notes)
        self.decisions = _by_id(decisions)
        for frame in self._meanwhile:
            self._apply(frame)
        self.stale = self._syncs != self._looked_at

    def _apply(self, frame: Record) -> None:
        payload = frame["payload"]
        match frame["event"]:
            case "server:character.updated":
                self.characters[payload["character_id"]] = payload["data"]
            case "server:variation.updated" if _stands(payload["data"]):
                self.variations[payload["variation_id"]] = payload["data"]
            case "server:variation.updated" | "server:variation.removed":
                self.variations.pop(payload["variation_id"], None)
            case "server:note.updated":
                self.notes[payload["note_id"]] = payload["data"]
            case "server:note.removed":
                self.notes.pop(payload["note_id"], None)
            case "server:decision.updated":
                self._decided(payload["data"])
            case _:
                pass

    def _decided(self, data: Record) -> None:
        """Take a decision; of its comments an event brings the newest one only."""
        known = self.decisions.get(data["id"], {"comments": []})["comments"]
        told = {one["id"] for one in data["comments"]}
        comments = [one for one in known if one["id"] not in told] + data["comments"]
        self.decisions[data["id"]] = data | {"comments": comments}


def _stands(variation: Record) -> bool:
    beside = variation["candidate_of"] is not None
    return variation["removed_at"] is None and (variation["current"] or beside)


def _by_id(records: Iterable[Record]) -> dict[str, Record]:
    return {one["id"]: one for one in records}
