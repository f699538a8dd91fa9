"""Names of versions: for good, one version each, told to everybody."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from onmodel.versions import naming
from tests.support.house import House, Person
from tests.versions.look import versions


async def _named(person: Person, character_id: str, name: str, *, status: int = 201) -> dict:  # type: ignore[type-arg]
    return await person.post(
        f"/characters/{character_id}/versions/1/names", {"name": name}, status=status
    )


async def test_a_name_is_told_and_stands_on_its_version(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project = await house.project(ada)
    await ada.put(f"/projects/{project}/members/{bob.id}", {"role": "viewer"})
    mara = await house.character(ada, project)
    path = f"/characters/{mara['id']}"
    await ada.patch(path, {"version": 1, "name": "Mara Voss"})
    async with house.socket(bob, project) as his:
        await his.send("client:sync_request", {})
        await his.until("server:full_sync")
        body = {"name": " Locked for episode 3 ", "note": "Signed off by the director."}
        named = await ada.post(f"{path}/versions/1/names", body, status=201)
        told = await his.until("server:version.named")
    assert (named["name"], named["number"]) == ("Locked for episode 3", 1)
    assert (named["note"], named["created_by"]) == ("Signed off by the director.", str(ada.id))
    assert told["payload"] == {"character_id": mara["id"], "number": 1, "data": named}
    newer, older = await versions(ada, mara["id"])
    assert (newer["names"], older["names"]) == ([], [named])
    assert await bob.get(f"{path}/version-names") == [named]
    line = (await ada.get(f"{path}/history"))[0]
    assert line["change"] == {
        "verb": "named version",
        "number": 1,
        "name": "Locked for episode 3",
    }


async def test_a_name_cannot_be_given_twice_nor_move(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara, fox = await house.character(ada, project), await house.character(ada, project)
    named = await _named(ada, mara["id"], "Locked")
    taken = await _named(ada, mara["id"], "LOCKED", status=409)
    assert taken["code"] == "version_name_taken"
    await _named(ada, fox["id"], "Locked")
    for change in ("version_id = gen_random_uuid()", "name = 'Open'", "note = 'x'"):
        with pytest.raises(DBAPIError, match="stays where it is"):
            async with house.resources.database.begin() as uow:
                await uow.session.execute(text(f"UPDATE character_version_names SET {change}"))
    assert await ada.get(f"/characters/{mara['id']}/version-names") == [named]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "   "},
        {"name": "x" * 81},
        {"name": "two\nlines"},
        {"name": "zero\0"},
        {"name": "ok", "note": "x" * 2001},
        {"name": "ok", "note": "zero\0"},
    ],
)
async def test_names_that_are_none_are_refused(house: House, body: dict[str, str]) -> None:
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada))
    await ada.post(f"/characters/{mara['id']}/versions/1/names", body, status=422)
    assert await ada.get(f"/characters/{mara['id']}/version-names") == []


async def test_there_is_a_limit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "MOST_NAMES", 1)
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada))
    await _named(ada, mara["id"], "One")
    assert (await _named(ada, mara["id"], "Two", status=409))["code"] == "too_many_version_names"


async def test_a_name_outlives_the_account_of_who_gave_it(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project = await house.project(ada)
    await ada.put(f"/projects/{project}/members/{bob.id}", {"role": "editor"})
    mara = await house.character(ada, project)
    await _named(bob, mara["id"], "Locked")
    async with house.resources.database.begin() as uow:
        await uow.session.execute(
            text("DELETE FROM users WHERE id = :id"), {"id": UUID(str(bob.id))}
        )
    (named,) = await ada.get(f"/characters/{mara['id']}/version-names")
    assert (named["name"], named["created_by"]) == ("Locked", None)
