"""Who hears that a character is off model."""

from tests.inbox.scene import kinds, waiting
from tests.review import cast
from tests.support.house import House


async def test_who_made_a_character_and_who_follows_it_hear_of_it(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "editor")
    cyd = await cast.member(house, ada, project, "cyd", "viewer")
    dan = await cast.member(house, ada, project, "dan", "viewer")
    mara = await cast.character(house, bob, project)
    await cyd.put(f"/characters/{mara['id']}/following", None)
    for person in (ada, bob, cyd, dan):
        await person.post("/inbox/read", {})
    happy = await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    for person in (bob, cyd):
        (notice,) = await waiting(person)
        assert notice["title"] == "Mara is off model: Happy"
        assert notice["url"] == f"/p/{project}/c/{mara['id']}?look={happy['id']}"
        assert notice["actor"] is None
    assert await kinds(dan) == []
    assert await kinds(ada) == ["pictures_done"]


async def test_many_pictures_are_one_notice_until_none_is_off(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    await cast.drawn(house, ada, mara["id"], "expression/sad", who=2)
    off = [one for one in await waiting(ada) if one["kind"] == "off_model"]
    assert [one["title"] for one in off] == ["Mara is off model in 2 pictures"]
    assert off[0]["url"] == f"/p/{project}/alerts"
    for alert in await ada.get(f"/projects/{project}/alerts"):
        await ada.post(f"/alerts/{alert['id']}/close")
    assert "off_model" not in await kinds(ada)
