"""Projects, roles and the one door."""

import asyncio

import pytest

from tests.support.house import House
from tests.support.waiting import PATIENCE_SECONDS


async def test_a_project_is_made_with_its_folder_and_first_commit(house: House) -> None:
    ada = await house.person("ada")
    project = await ada.post("/projects", {"title": "The Long Night"}, status=201)
    assert project["role"] == "owner"
    (folder,) = (house.resources.settings.workspace / "Projects").iterdir()
    assert (folder / "project.json").is_file()
    assert (folder / ".git").is_dir()
    assert str(folder) not in str(project)


async def test_strangers_cannot_tell_a_project_from_nothing(house: House) -> None:
    ada, eve = await house.person("ada"), await house.person("eve")
    project_id = await house.project(ada)
    unseen = await eve.get(f"/projects/{project_id}", status=404)
    nothing = await eve.get("/projects/00000000-0000-7000-8000-000000000000", status=404)
    assert unseen["code"] == nothing["code"] == "project_not_found"
    assert await eve.get("/projects") == []


@pytest.mark.parametrize(("role", "edit"), [("viewer", 403), ("reviewer", 403), ("editor", 201)])
async def test_roles_open_what_they_should(house: House, role: str, edit: int) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project_id = await house.project(ada)
    await ada.put(f"/projects/{project_id}/members/{bob.id}", {"role": role})
    await bob.get(f"/projects/{project_id}")
    await bob.post(f"/projects/{project_id}/characters", {"name": "New"}, status=edit)
    character = await house.character(ada, project_id)
    denied = await bob.post(
        f"/characters/{character['id']}/train", {}, status=409 if role == "editor" else 403
    )
    assert denied["code"] == ("not_enough_references" if role == "editor" else "not_allowed")


async def test_a_team_brings_its_people_and_the_strongest_role_counts(house: House) -> None:
    ada, bob = await house.person("ada", admin=True), await house.person("bob")
    project_id = await house.project(ada)
    team = await ada.post("/teams", {"name": "Story"}, status=201)
    await ada.put(f"/teams/{team['id']}/members/{bob.id}", None, status=204)
    await ada.put(f"/projects/{project_id}/teams/{team['id']}", {"role": "viewer"})
    assert (await bob.get(f"/projects/{project_id}"))["role"] == "viewer"
    await ada.put(f"/projects/{project_id}/members/{bob.id}", {"role": "editor"})
    assert (await bob.get(f"/projects/{project_id}"))["role"] == "editor"
    members = await bob.get(f"/projects/{project_id}/members")
    (his,) = [member for member in members if member["person"]["username"] == "bob"]
    assert (his["role"], his["through"]) == ("editor", ["Story"])


async def test_the_last_owner_stays(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    path = f"/projects/{project_id}/members/{ada.id}"
    assert (await ada.put(path, {"role": "viewer"}, status=409))["code"] == "last_owner"
    assert (await ada.delete(path, status=409))["code"] == "last_owner"


async def test_a_stale_version_is_refused_and_brings_the_present_state(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    await ada.put(f"/projects/{project_id}", {"version": 1, "title": "Dawn"})
    stale = await ada.put(f"/projects/{project_id}", {"version": 1, "title": "Dusk"}, status=409)
    assert stale["code"] == "stale_version"
    assert stale["current"]["title"] == "Dawn"
    assert stale["current"]["version"] == 2


async def test_what_is_null_in_a_change_stays_as_it_is(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    body = {"version": 1, "title": None, "settings": None, "description": "New"}
    changed = await ada.put(f"/projects/{project_id}", body)
    assert (changed["title"], changed["description"]) == ("The Long Night", "New")


async def test_a_graph_that_is_no_json_is_refused(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    for number in ("NaN", "1e999"):
        answer = await ada.api.put(
            f"/api/v1/projects/{project_id}",
            content=f'{{"version":1,"graph":{{"zoom":{number}}}}}',
            headers={"content-type": "application/json"},
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_graph_without_a_floor_is_refused(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    answer = await ada.api.put(
        f"/api/v1/projects/{project_id}",
        content='{"version":1,"graph":' + '{"a":' * 300 + "1" + "}" * 301,
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "graph")


async def test_an_address_with_an_id_that_cannot_be_one_is_not_found(house: House) -> None:
    ada = await house.person("ada")
    problem = await ada.get("/projects/garbage", status=404)
    assert problem["code"] == "not_found"
    assert "UUID" not in problem["detail"]


async def test_a_title_of_nothing_but_blanks_is_refused(house: House) -> None:
    ada = await house.person("ada")
    await ada.post("/projects", {"title": "   "}, status=422)


async def test_a_refused_project_leaves_no_folder(house: House) -> None:
    ada = await house.person("ada")
    for body in ({"title": "a\0b"}, {"title": "Fine", "description": "a\0b"}):
        await ada.post("/projects", body, status=422)
    assert not list(house.resources.settings.workspace.glob("Projects/*"))


async def test_a_team_brings_people_into_open_projects_and_takes_them_out(house: House) -> None:
    root = await house.person("root", admin=True)
    ada, bob = await house.person("ada"), await house.person("bob")
    project, other = await house.project(ada), await house.project(ada, "Elsewhere")
    team = (await root.post("/teams", {"name": "Ink"}, status=201))["id"]
    await ada.put(f"/projects/{project}/teams/{team}", {"role": "editor"})
    async with house.socket(ada, project) as hers, house.socket(ada, other) as elsewhere:
        await root.put(f"/teams/{team}/members/{bob.id}", None, status=204)
        came = await hers.until("server:members.updated", lambda seen: len(seen["data"]) == 2)
        assert came["payload"]["data"][1]["through"] == ["Ink"]
        async with house.socket(bob, project) as his:
            await his.send("client:sync_request", {})
            await his.until("server:full_sync")
            await root.delete(f"/teams/{team}/members/{bob.id}", status=204)
            async with asyncio.timeout(PATIENCE_SECONDS):
                await his.connection.wait_closed()
        assert his.connection.close_code == 4404
        await hers.until("server:members.updated", lambda seen: len(seen["data"]) == 1)
        await elsewhere.send("client:ping", {}, id="now")
        await elsewhere.until("server:hello")
        assert all(frame["event"] != "server:members.updated" for frame in elsewhere.seen)
    stream = await ada.get(f"/projects/{project}/activity")
    verbs = [entry["change"]["verb"] for entry in stream["items"][:2]]
    assert verbs == ["left team", "joined team"]
