"""Who hears of a role."""

from tests.inbox.scene import kinds, waiting
from tests.review import cast
from tests.support.house import House


async def test_a_role_is_told_to_who_gets_it_each_time(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "viewer")
    (notice,) = await waiting(bob)
    assert notice["title"] == "Ada made you a viewer of The Long Night"
    assert notice["url"] == f"/p/{project}/gallery"
    await ada.put(f"/projects/{project}/members/{bob.id}", {"role": "owner"})
    assert (await waiting(bob))[0]["title"] == "Ada made you an owner of The Long Night"
    await bob.put(f"/projects/{project}/members/{bob.id}", {"role": "editor"})
    assert await kinds(bob) == ["role", "role"]
    assert await kinds(ada) == []


async def test_a_team_is_told_as_one(house: House) -> None:
    root = await house.person("root", admin=True)
    ada, bob = await house.person("ada"), await house.person("bob")
    project = await house.project(ada)
    team = await root.post("/teams", {"name": "Ink"}, status=201)
    for person in (ada, bob):
        await root.put(f"/teams/{team['id']}/members/{person.id}", None, status=204)
    await ada.put(f"/projects/{project}/teams/{team['id']}", {"role": "reviewer"})
    (notice,) = await waiting(bob)
    assert notice["title"] == "Ada made you a reviewer of The Long Night"
    assert notice["body"] == "As part of Ink."
    assert await kinds(ada) == []
