"""What people do at once, by the word of a seed: facts, notes, votes, suggestions, versions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from tests.faults.change import Change, Moment
from tests.faults.evidence import FIELDS, canonical
from tests.faults.memory import Record
from tests.faults.remote_client import RemoteClient

PARTS = ["fact:name", "fact:licence", "fact:consent", "fact:tags", "fact:description"]
OPEN_ITEM, TICKED_ITEM = "- [ ] ears", "- [x] ears"


@dataclass
class Stage:
    """What there is to change: two characters with pictures, an open decision and a blind one."""

    characters: list[str]
    pictures: list[str]
    spare: list[str]
    decision: str
    blind: str
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Doing:
    """One turn of one client; the dice are its own, so that no other turn changes them."""

    number: int
    stage: Stage
    client: RemoteClient
    dice: Random

    def change(self, method: str, path: str, body: Any, **how: Any) -> Change:
        return Change(f"change-{self.number:04}", method, path, body, **how)

    def note(self) -> tuple[str, str]:
        """Return a note and who wrote it; whether it is still there is not known."""
        return self.dice.choice(self.stage.notes)

    def moment(self, note_id: str, fact: str, *, value: bool) -> Moment:
        return Moment(note_id, fact, value, self.client.memory.seq)

    def candidates(self) -> list[Record]:
        known = self.client.memory.decisions.get(self.stage.decision)
        return known["candidates"] if known else []


def fill(do: Doing) -> Change | None:
    """Change a fact of a character."""
    character_id, name = do.dice.choice(do.stage.characters), do.dice.choice(sorted(FIELDS))
    by_socket, insists = do.dice.random() < 0.5, do.dice.random() < 0.5
    known = do.client.memory.characters.get(character_id)
    if known is None:  # nobody writes over what they do not see
        return None
    what = ("field", character_id, name)
    mine = [
        one.body[name]
        for one in do.client.outbox
        if one.body and isinstance(one.what, tuple) and one.what[:3] == what
    ]
    value: Any = [f"{name} {do.number}"] if name == "tags" else f"{name} {do.number}"
    seen = mine[-1] if mine else known[name]
    body = {"version": 1, name: value, "seen": {name: seen}}
    path = f"/characters/{character_id}"
    counted = (*what, str(value))
    return do.change("PATCH", path, body, what=counted, by_socket=by_socket, insists=insists)


def draw(do: Doing) -> Change:
    """Leave a note with a drawing on a picture."""
    id_ = _new_id(do)
    body = {
        "id": id_,
        "text": f"note {do.number}\n{OPEN_ITEM}",
        "mark": _mark(do),
    }
    do.stage.notes.append((id_, do.client.user_id))
    path = f"/variations/{do.dice.choice(do.stage.pictures)}/notes"
    return do.change("POST", path, body, what=("note", id_))


def answer(do: Doing) -> Change | None:
    """Answer a note."""
    if not do.stage.notes:
        return None
    id_ = _new_id(do)
    body = {"id": id_, "text": f"answer {do.number}"}
    return do.change("POST", f"/notes/{do.note()[0]}/replies", body, what=("note", id_))


def reword(do: Doing) -> Change | None:
    """Write other words in one's own note, or draw it elsewhere."""
    own = [id_ for id_, author in do.stage.notes if author == do.client.user_id]
    if not own:
        return None
    note_id, moves = do.dice.choice(own), do.dice.random() < 0.5
    known = do.client.memory.notes.get(note_id)
    body: dict[str, Any] = {"version": known["version"] if known else 1}
    if moves:
        body["mark"] = _mark(do)
        what = ("mark", note_id, canonical(body["mark"]))
    else:
        body["text"] = f"words {do.number}"
        what = ("words", note_id, body["text"])
    insists = do.dice.random() < 0.7
    return do.change("PATCH", f"/notes/{note_id}", body, what=what, insists=insists)


def settle(do: Doing) -> Change | None:
    """Settle anybody's note, or open it again."""
    if not do.stage.notes:
        return None
    note_id, resolved = do.note()[0], do.dice.random() < 0.6
    moment = do.moment(note_id, "resolved", value=resolved)
    body = {"resolved": resolved}
    return do.change("PUT", f"/notes/{note_id}/resolved", body, moment=moment)


def tick(do: Doing) -> Change | None:
    """Tick a line of anybody's note, or open it again."""
    if not do.stage.notes:
        return None
    note_id, done = do.note()[0], do.dice.random() < 0.6
    body = {"done": done, "line": "ears"}
    moment = do.moment(note_id, "ticked", value=done)
    return do.change("PUT", f"/notes/{note_id}/checklist/0", body, moment=moment)


def remove(do: Doing) -> Change | None:
    """Take anybody's note away."""
    if not do.stage.notes:
        return None
    note_id = do.note()[0]
    return do.change("DELETE", f"/notes/{note_id}", None, what=("removed", note_id), once=False)


def restore(do: Doing) -> Change | None:
    """Bring anybody's note back."""
    if not do.stage.notes:
        return None
    note_id = do.note()[0]
    moment = do.moment(note_id, "present", value=True)
    return do.change("POST", f"/notes/{note_id}/restore", None, moment=moment, once=False)


def judge(do: Doing) -> Change:
    """Approve, reject or star a picture."""
    variation_id = do.dice.choice(do.stage.pictures)
    body: dict[str, Any] = do.dice.choice(
        [{"verdict": "approved"}, {"verdict": "rejected"}, {"verdict": None}, {"starred": True}]
    )
    what = ("reviewed", variation_id, do.client.user_id, canonical(body))
    return do.change("PATCH", f"/variations/{variation_id}", body, what=what)


def vote(do: Doing) -> Change | None:
    """Vote on a candidate."""
    at, verdict = do.dice.random(), do.dice.choice(["approve", "reject", None])
    stars = do.dice.choice([1, 3, 5, None])
    known = do.candidates()
    if not known:
        return None
    decision, candidate = do.stage.decision, known[int(at * len(known))]["id"]
    what = ("voted", decision, do.client.user_id)
    body = {"verdict": verdict, "stars": stars}
    return do.change("PUT", f"/decisions/{decision}/votes/{candidate}", body, what=what)


def compare(do: Doing) -> Change | None:
    """Say blind which of two is better."""
    known = do.client.memory.decisions.get(do.stage.blind)
    pair = do.dice.sample(range(3), 2)
    if known is None:
        return None
    left, right = (sorted(one["id"] for one in known["candidates"])[at] for at in pair)
    body = {"left_id": left, "right_id": right, "winner_id": do.dice.choice([left, right, None])}
    return do.change("POST", f"/decisions/{do.stage.blind}/pairs", body)


def say(do: Doing) -> Change:
    """Comment on the decision."""
    text, decision = f"comment {do.number}", do.stage.decision
    what = ("comment", decision, text)
    return do.change("POST", f"/decisions/{decision}/comments", {"text": text}, what=what)


def suggest(do: Doing) -> Change:
    """Suggest one of the pictures that were taken out, or never were in."""
    note = f"suggested {do.number}"
    body = {"variation_id": do.dice.choice(do.stage.spare), "note": note}
    path = f"/decisions/{do.stage.decision}/candidates"
    return do.change("POST", path, body, what=("candidate", note), once=False)


def take_out(do: Doing) -> Change | None:
    """Take a suggested picture out again."""
    at = do.dice.random()
    known = [one for one in do.candidates() if one["variation_id"] in do.stage.spare]
    if not known:
        return None
    candidate = known[int(at * len(known))]["id"]
    path = f"/decisions/{do.stage.decision}/candidates/{candidate}"
    return do.change("DELETE", path, None, what=("taken out", candidate), once=False)


def decide(do: Doing) -> Change | None:
    """Choose a candidate, or keep what stands."""
    at = do.dice.random()
    known = do.candidates()
    if not known:
        return None
    chosen = None if at < 0.2 else known[int(at * len(known))]["id"]
    what = ("decided", do.stage.decision, do.client.user_id)
    path = f"/decisions/{do.stage.decision}/decide"
    return do.change("POST", path, {"candidate_id": chosen}, what=what, once=False)


def reopen(do: Doing) -> Change:
    """Open the decision again."""
    what = ("reopened decision", do.stage.decision, do.client.user_id)
    path = f"/decisions/{do.stage.decision}/reopen"
    return do.change("POST", path, None, what=what, once=False)


def go_back(do: Doing) -> Change:
    """Make a character, or a part of it, as it was in an early version."""
    character_id, number = do.dice.choice(do.stage.characters), do.dice.randint(1, 5)
    body = {"onto": 1, "parts": do.dice.choice([None, [do.dice.choice(PARTS)]])}
    return do.change(
        "POST",
        f"/characters/{character_id}/versions/{number}/restore",
        body,
        what=("back", character_id, number, do.client.user_id),
        once=False,
        insists=True,
    )


Do = Callable[[Doing], Change | None]
# as often as people do it, and each at least once in a deck
DOINGS: dict[Do, int] = {
    fill: 7,
    draw: 5,
    reword: 5,
    vote: 4,
    judge: 3,
    settle: 2,
    tick: 2,
    remove: 2,
    answer: 2,
    compare: 2,
    say: 2,
    suggest: 2,
    go_back: 2,
    reopen: 2,
    restore: 1,
    take_out: 1,
    decide: 2,
}


def deck(dice: Random) -> list[Do]:
    """Return what people do next, in an order that the dice say."""
    cards = [one for one, often in DOINGS.items() for _ in range(often)]
    dice.shuffle(cards)
    return cards


def _new_id(do: Doing) -> str:
    return str(UUID(int=do.dice.getrandbits(128), version=4))


def _mark(do: Doing) -> Record:
    x, y, right, lower = (round(do.dice.random(), 4) for _ in range(4))
    return do.dice.choice(
        [
            {"kind": "point", "at": [x, y]},
            {"kind": "box", "start": [x, y], "end": [right, lower]},
            {"kind": "arrow", "start": [x, y], "end": [right, lower]},
            {"kind": "freehand", "points": [[x, y], [right, lower]]},
        ]
    )
