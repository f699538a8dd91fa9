"""Who hears of a role."""

from tests.inbox.scene import kinds, waiting
from tests.review import cast
from tests.support.house import House, Person


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
        await person.post("/inbox/read", {})
    await ada.put(f"/projects/{project}/teams/{team['id']}", {"role": "reviewer"})
    (notice,) = await waiting(bob)
    assert notice["title"] == "Ada made you a reviewer of The Long Night"
    assert notice["body"] == "As part of Ink."
    assert await kinds(ada) == []


async def _team(root: Person, *people: Person) -> str:
    team = await root.post("/teams", {"name": "Ink"}, status=201)
    for person in people:
        await root.put(f"/teams/{team['id']}/members/{person.id}", None, status=204)
    return team["id"]


async def test_who_is_in_by_two_ways_stays_in_by_the_other(house: House) -> None:
    root = await house.person("root", admin=True)
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "editor")
    eve = await house.person("eve")
    team = await _team(root, bob, eve)
    await ada.put(f"/projects/{project}/teams/{team}", {"role": "viewer"})
    for person in (bob, eve):
        await person.post("/inbox/read", {})

    await ada.delete(f"/projects/{project}/members/{bob.id}")
    (notice,) = await waiting(bob)
    assert (notice["title"], notice["body"]) == (
        "Ada made you a viewer of The Long Night",
        "As part of Ink.",
    )
    assert notice["url"] == f"/p/{project}/gallery"
    await ada.put(f"/projects/{project}/members/{bob.id}", {"role": "editor"})
    await bob.post("/inbox/read", {})

    await ada.delete(f"/projects/{project}/teams/{team}")
    (notice,) = await waiting(bob)
    assert notice["title"] == "Ada made you an editor of The Long Night"
    (notice,) = await waiting(eve)
    assert (notice["title"], notice["url"]) == ("Ada took you out of The Long Night", "/")


async def test_who_leaves_by_themselves_is_told_nothing(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "viewer")
    await bob.post("/inbox/read", {})
    await bob.delete(f"/projects/{project}/members/{bob.id}")
    assert await waiting(bob) == []


async def test_a_team_opens_its_projects_to_who_comes_into_it(house: House) -> None:
    root = await house.person("root", admin=True)
    ada, bob = await house.person("ada"), await house.person("bob")
    team = await _team(root, ada)
    (notice,) = await waiting(ada)
    assert (notice["title"], notice["url"]) == ("Root put you into the team Ink", "/")
    first, second = await house.project(ada, "Dawn"), await house.project(ada, "Dusk")
    await ada.put(f"/projects/{first}/teams/{team}", {"role": "reviewer"})
    await ada.put(f"/projects/{second}/teams/{team}", {"role": "editor"})

    member = f"/teams/{team}/members/{bob.id}"
    for _ in range(2):  # the second time changes nothing
        await root.put(member, None, status=204)
    told = {notice["url"]: notice["title"] for notice in await waiting(bob)}
    assert len(await waiting(bob)) == 2
    assert told == {
        f"/p/{first}/gallery": "Root put you into Ink: you are a reviewer of Dawn",
        f"/p/{second}/gallery": "Root put you into Ink: you are an editor of Dusk",
    }
    await bob.post("/inbox/read", {})
    for _ in range(2):
        await root.delete(member, status=204)
    (notice,) = await waiting(bob)
    assert (notice["title"], notice["url"]) == ("Root took you out of the team Ink", "/")
