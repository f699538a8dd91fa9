"""Who hears that a character was taken back."""

from tests.inbox.scene import waiting
from tests.review import cast
from tests.support.house import House
from tests.versions.look import go_back


async def test_who_follows_a_character_hears_that_it_went_back(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "editor")
    cyd = await cast.member(house, ada, project, "cyd", "viewer")
    mara = await house.character(ada, project, description="A quiet smuggler.")
    path = f"/characters/{mara['id']}"
    await cyd.put(f"{path}/following", {"following": True})
    await ada.patch(path, {"version": 1, "description": "A loud pilot."})
    for person in (ada, bob, cyd):
        await person.post("/inbox/read", {})

    async with house.socket(cyd, project) as socket:
        await go_back(bob, mara["id"], 1, onto=2)
        told = await socket.until("server:version.restored")
    payload = told["payload"]
    assert (payload["number"], payload["to"], payload["by"]) == (3, 1, str(bob.id))
    assert payload["data"]["text"] == "went back to version 1"
    for person in (ada, cyd):
        (notice,) = await waiting(person)
        assert (notice["kind"], notice["title"]) == (
            "went_back",
            "Bob took Mara back to version 1",
        )
        assert notice["url"] == f"/p/{project}/c/{mara['id']}/versions?from=2&to=3"
    assert await waiting(bob) == []
