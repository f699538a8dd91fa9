"""What a set of references lacks."""

from tests.support.house import House
from tests.support.likeness import install_figures
from tests.support.pictures_of import drawn, person_with_face


async def test_a_set_is_told_what_it_lacks_and_what_one_more_would_bring(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    mara = await person_with_face(house, ada, await house.project(ada), who=1)
    path = f"/characters/{mara['id']}/reference-set"
    found = await ada.get(path)
    assert (found["route"], found["usable"]) == ("photographic", 3)
    assert {"angle_half_left", "angle_half_right"} <= {lack["code"] for lack in found["lacks"]}
    assert found["width_next"] < found["width_now"]
    assert "3 references" in found["text"]
    assert (await bob.get(path, status=404))["code"] == "character_not_found"


async def test_a_drawn_character_is_not_asked_for_angles_of_a_face(house: House) -> None:
    await install_figures(house.resources.database)
    ada = await house.person("ada")
    fox = await drawn(house, ada, await house.project(ada), who=1)
    found = await ada.get(f"/characters/{fox['id']}/reference-set")
    assert (found["route"], found["usable"], found["lacks"]) == ("appearance", 3, [])
    assert found["width_now"] is None
