"""Which events can change a character is known in one place, and complete."""

import re
from pathlib import Path
from typing import Any

from sqlalchemy import event

from onmodel.api.realtime.messages import SERVER_EVENTS
from onmodel.versions.causes import STATE_EVENTS, VERBS
from tests.review import cast
from tests.support.house import House
from tests.versions.look import versions

SOURCE = Path(__file__).parents[2] / "src" / "onmodel"
NOUNS = ("characters", "training", "variations", "review", "notes", "decisions", "versions")
# verbs stand as literals, go through ``_tell_handled``, or name how a training ended
_LITERAL = re.compile(r'"verb": "([^"]+)"')
_HANDLED = re.compile(r'_tell_handled\(uow, \w+, \w+, "([^"]+)"')
_TRAINED = 'verb=f"training {'


def _recorded() -> set[str]:
    found: set[str] = set()
    for noun in NOUNS:
        for path in (SOURCE / noun).glob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= {*_LITERAL.findall(text), *_HANDLED.findall(text)}
            if _TRAINED in text:
                found |= {f"training {end}" for end in ("succeeded", "failed", "cancelled")}
    return found


def test_every_verb_of_a_noun_is_classified() -> None:
    assert _recorded() == VERBS.keys()


def test_the_events_of_states_exist() -> None:
    assert SERVER_EVENTS.keys() >= STATE_EVENTS


async def test_a_vote_and_a_note_do_not_look_for_another_state(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    drawn = await cast.drawn(house, ada, mara["id"], "expression/happy")
    before = await versions(ada, mara["id"])
    looked: list[str] = []

    def count(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "INSERT INTO character_versions" in statement:
            looked.append(statement)

    engine = house.resources.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        await ada.patch(f"/variations/{drawn['id']}", {"verdict": "approved"})
        await ada.put(f"/variations/{drawn['id']}/judgement", {"judgement": "same"})
        await ada.post(f"/variations/{drawn['id']}/notes", {"text": "Ears"}, status=201)
        assert looked == []
        await ada.patch(f"/characters/{mara['id']}", {"version": 1, "licence": "Ours"})
        assert len(looked) == 1
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(await versions(ada, mara["id"])) == len(before) + 1
