"""Pictures of a character as it was in a version."""

from tests.review import cast
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House
from tests.versions.look import versions


async def test_a_pinned_request_starts_from_the_references_of_that_version(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(
        house, ada, await house.project(ada), references=3, positive_prompt="freckles"
    )
    path = f"/characters/{mara['id']}"
    old = await ada.get(f"{path}/references")
    await ada.post(f"/references/{old[2]['id']}/base")
    locked = (await versions(ada, mara["id"]))[0]["number"]
    await ada.post(f"{path}/versions/{locked}/names", {"name": "Locked"}, status=201)
    for one in old:
        await ada.delete(f"/references/{one['id']}")
    added = await ada.upload(mara["id"], picture(900))
    await house.answer(added["id"], values=report(face(1, 9), picture=900))
    character = await ada.get(path)
    await ada.patch(path, {"version": character["version"], "positive_prompt": "no freckles"})

    body = {"keys": ["expression/happy"], "version": locked}
    (pinned,) = await ada.post(f"{path}/variations", body, status=202)
    recipe = pinned["recipe"]
    assert {one["reference_id"] for one in recipe["inputs"]} == {one["id"] for one in old}
    assert recipe["inputs"][0]["reference_id"] == old[2]["id"]
    assert recipe["pinned"] == {
        "number": locked,
        "names": ["Locked"],
        "trigger_word": "mara_om",
        "positive_prompt": "freckles",
        "negative_prompt": "",
        "adapter": None,
    }
    await cast.finish(house, pinned["id"])
    again = await ada.post(f"/variations/{pinned['id']}/regenerate", {}, status=202)
    assert again["recipe"]["pinned"] == recipe["pinned"]
    assert again["recipe"]["inputs"] == recipe["inputs"]

    (free,) = await ada.post(f"{path}/variations", {"keys": ["expression/sad"]}, status=202)
    assert [one["reference_id"] for one in free["recipe"]["inputs"]] == [added["id"]]
    assert free["recipe"]["pinned"] is None


async def test_what_cannot_be_pinned_to_is_told(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    path = f"/characters/{mara['id']}/variations"
    missing = await ada.post(path, {"version": 99}, status=404)
    assert missing["code"] == "version_not_found"
    empty = await ada.post(path, {"version": 1}, status=409)
    assert empty["code"] == "no_usable_reference"
    assert "in version 1" in empty["detail"]
    assert await ada.get(path) == []
