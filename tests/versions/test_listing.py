"""What the list says of each version is what comparing whole states says."""

from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

import pytest

from onmodel.versions import difference, listing
from onmodel.versions.difference import Difference
from onmodel.versions.models import Version
from onmodel.versions.snapshot import KeptAdapter, Snapshot
from tests.support.house import House
from tests.versions.test_difference import FACTS, reference, shown

KEYS = ("expression/angry", "expression/happy", "angle/front", "light/soft")


def _random_states(dice: Random, count: int) -> list[Snapshot]:
    """Return states in which now this, now that was changed, or several things at once."""
    pool = [reference(f"{number}.jpg") for number in range(6)]
    # brought back later, as a row of its own: the same picture
    pool += [reference("again.jpg", source=one.source) for one in pool[:2]]
    states = [
        Snapshot(facts=FACTS, base=None, references=[], pictures=[], adapter=None, removed=False)
    ]
    while len(states) < count:
        changed: dict[str, Any] = {}
        if dice.random() < 0.4:
            names = {"name": f"Mara {len(states)}", "tags": [str(len(states))]}
            changed["facts"] = states[-1].facts.model_copy(update=names)
        if dice.random() < 0.4:
            by_source = {one.source: one for one in dice.sample(pool, dice.randint(0, 4))}
            changed["references"] = list(by_source.values())
        present = changed.get("references", states[-1].references)
        if dice.random() < 0.4:
            chosen = dice.choice([None, *present])
            changed["base"] = chosen and chosen.id
        elif states[-1].base not in {one.id for one in present}:
            changed["base"] = None
        if dice.random() < 0.4:
            keys = sorted(dice.sample(KEYS, dice.randint(0, 4)))
            stand = {one.key: one for one in states[-1].pictures}
            changed["pictures"] = [
                stand[key] if key in stand and dice.random() < 0.5 else shown(key) for key in keys
            ]
        if dice.random() < 0.2:
            number = dice.choice([None, 1, 2])
            changed["adapter"] = number and KeptAdapter(id=UUID(int=number), number=number)
        if dice.random() < 0.1:
            changed["removed"] = not states[-1].removed
        states.append(states[-1].model_copy(update=changed))
    return states


def _names_only(found: Difference) -> Difference:
    return replace(found, facts=dict.fromkeys(found.facts, (None, None)))


@pytest.mark.parametrize("seed", range(5))
async def test_a_list_says_what_whole_states_say(house: House, seed: int) -> None:
    states = _random_states(Random(seed), 25)
    ada = await house.person("ada")
    mara = UUID((await house.character(ada, await house.project(ada)))["id"])
    async with house.resources.database.begin() as uow:
        # the first version is there: the character was made
        for number, state in enumerate(states[1:], 2):
            kept = state.model_dump(mode="json")
            uow.session.add(Version(character_id=mara, number=number, state=kept))
        await uow.session.flush()
        found = await listing.differences(uow, mara, newest=len(states), oldest=3)
    assert found.keys() == set(range(3, len(states) + 1))
    for number, one in found.items():
        expected = difference.between(states[number - 2], states[number - 1])
        assert one == _names_only(expected), number
