"""Whatever changes a character makes a version of it, once, with its authors."""

from uuid import UUID

import pytest
from sqlalchemy import text

from onmodel.characters import service as characters
from onmodel.writing import service as writing
from tests.review import cast
from tests.support.drawings import picture
from tests.support.house import House
from tests.versions.look import content, present, state, versions


async def test_every_kind_of_change_is_a_version_with_a_sentence(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project, references=5)
    path = f"/characters/{mara['id']}"
    await ada.patch(path, {"version": 1, "name": "Mara Voss", "tags": ["crew"]})
    first, second, *_ = await ada.get(f"{path}/references")
    await ada.post(f"/references/{first['id']}/base")
    await ada.delete(f"/references/{second['id']}")
    await ada.post(f"/references/{second['id']}/restore")
    drawn = await cast.drawn(house, ada, mara["id"], "expression/happy")
    again = await ada.post(f"/variations/{drawn['id']}/regenerate", {}, status=202)
    await cast.finish(house, again["id"], number=51)
    await ada.post(f"/variations/{again['id']}/confirm")
    job = await ada.post(f"{path}/train", {}, status=202)
    profile = await house.store(b"{}", output="profile", media_type="application/json")
    await house.answer(job["id"], values={"report": {}}, files=[profile])
    await ada.patch(f"{path}/consistency", {"off_model_below": 0.4})
    await ada.delete(path)
    await ada.post(f"{path}/restore")
    found = await versions(ada, mara["id"])
    assert [one["number"] for one in found] == list(range(len(found), 0, -1))
    assert [one["text"] for one in reversed(found)] == [
        "created the character",
        *("added picture.jpg" for _ in range(5)),
        "changed the name and tags",
        "chose picture.jpg as the face",
        "removed picture.jpg",
        "added picture.jpg",
        "put Happy into the sheet",
        "replaced Happy",
        "took model 1 into use",
        "changed the off-model limit",
        "removed the character",
        "brought the character back",
    ]
    # the picture arrived by itself; everything else somebody did
    assert [one["author_ids"] for one in found if one["text"] != "put Happy into the sheet"] == [
        [str(ada.id)]
    ] * (len(found) - 1)
    assert content(await state(ada, mara["id"], found[0]["number"]))["pictures"] == [again["id"]]


async def test_what_changes_no_state_makes_no_version(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    drawn = await cast.drawn(house, ada, mara["id"], "expression/happy")
    before = await versions(ada, mara["id"])
    await ada.patch(f"/variations/{drawn['id']}", {"verdict": "approved"})
    await ada.patch(f"/characters/{mara['id']}", {"version": 1, "name": "Mara"})
    await ada.post(f"/variations/{drawn['id']}/notes", {"text": "Ears"}, status=201)
    assert await versions(ada, mara["id"]) == before


async def _rename_and_fail(house: House, character_id: UUID) -> None:
    async with house.resources.database.begin() as uow:
        character = await characters.repository.lock(uow, character_id)
        assert character is not None
        character.name = "Somebody else"
        await uow.session.flush()
        await characters.tell(uow, character, None, {"verb": "changed"})
        raise RuntimeError("the machine stops here")


async def test_a_change_that_fails_leaves_no_version(house: House) -> None:
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada))
    with pytest.raises(RuntimeError):
        await _rename_and_fail(house, UUID(mara["id"]))
    assert [one["text"] for one in await versions(ada, mara["id"])] == ["created the character"]


async def test_what_two_people_wrote_together_is_one_version_of_both(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project = await house.project(ada)
    await ada.put(f"/projects/{project}/members/{bob.id}", {"role": "editor"})
    mara = await house.character(ada, project)
    document = f"character:{mara['id']}:description"
    async with house.socket(ada, project) as hers, house.socket(bob, project) as his:
        for number, socket in enumerate((hers, his)):
            payload = {
                "document": document,
                "revision": number,
                "op": [f"word {number} "],
                "id": f"operation-{number}",
            }
            await socket.send("client:text.op", payload)
            await socket.until("server:text.ack")
    async with house.resources.database.begin() as uow:
        await writing.settle_text(uow, f"character:{mara['id']}:description")
    newest, _ = await versions(ada, mara["id"])
    assert newest["text"] == "changed the description"
    assert set(newest["author_ids"]) == {str(ada.id), str(bob.id)}


async def test_a_version_shows_what_the_pages_showed(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    await cast.drawn(house, ada, mara["id"], "angle/front")
    newest = (await versions(ada, mara["id"]))[0]
    seen = await state(ada, mara["id"], newest["number"])
    shown = content(seen)
    assert (shown["facts"].pop("identity_route"), shown["facts"].pop("off_model_below")) == (
        "auto",
        0.5,
    )
    assert shown == await present(ada, mara["id"])
    assert seen["scores"]["measured"] == 1
    assert seen["scores"]["p_same_mean"] > 0.9


async def test_a_version_shows_the_pictures_that_came(house: House) -> None:
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada))
    added = await ada.upload(mara["id"], picture(1))
    newest, oldest = await versions(ada, mara["id"])
    assert [one["id"] for one in newest["pictures"]] == [added["file"]["id"]]
    assert oldest["pictures"] == []


async def test_the_list_comes_in_pages(house: House) -> None:
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada))
    for number in range(1, 5):
        await ada.patch(
            f"/characters/{mara['id']}", {"version": number, "licence": f"Licence {number}"}
        )
    path = f"/characters/{mara['id']}/versions"
    page = await ada.get(f"{path}?limit=2")
    assert [one["number"] for one in page] == [5, 4]
    page = await ada.get(f"{path}?limit=2&before=4")
    assert [(one["number"], one["text"]) for one in page] == [
        (3, "changed the licence"),
        (2, "changed the licence"),
    ]
    assert [one["number"] for one in await ada.get(f"{path}?before=2")] == [1]
    assert await ada.get(f"{path}?before=1") == []


async def test_versions_are_for_the_team_only(house: House) -> None:
    ada, eve, vic = [await house.person(name) for name in ("ada", "eve", "vic")]
    project = await house.project(ada)
    await ada.put(f"/projects/{project}/members/{vic.id}", {"role": "viewer"})
    mara = await house.character(ada, project)
    path = f"/characters/{mara['id']}"
    missing = await eve.get("/characters/00000000-0000-7000-8000-000000000000/versions", status=404)
    for url in (
        f"{path}/versions",
        f"{path}/version-names",
        f"{path}/versions/1",
        f"{path}/versions/1/difference?since=1",
    ):
        await vic.get(url)
        refused = await eve.get(url, status=404)
        assert (refused["code"], refused["detail"]) == (missing["code"], missing["detail"])
    back, name = {"onto": 1}, {"name": "Locked"}
    for suffix, body in (("versions/1/restore", back), ("versions/1/names", name)):
        assert (await eve.post(f"{path}/{suffix}", body, status=404))["code"] == missing["code"]
        assert (await vic.post(f"{path}/{suffix}", body, status=403))["code"] == "not_allowed"


async def test_a_version_that_is_not_there_is_told_so(house: House) -> None:
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada))
    path = f"/characters/{mara['id']}/versions"
    for url in (f"{path}/2", f"{path}/1/difference?since=9"):
        assert (await ada.get(url, status=404))["code"] == "version_not_found"
    for url in (f"{path}/0", f"{path}/2147483648"):
        await ada.get(url, status=404)
    for url in (f"{path}/1/difference", f"{path}/1/difference?since=-1", f"{path}?limit=101"):
        await ada.get(url, status=422)


async def test_a_character_from_before_versions_begins_with_one(house: House) -> None:
    """As the migration leaves it: a first version of nobody."""
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada))
    async with house.resources.database.begin() as uow:
        await uow.session.execute(
            text("UPDATE character_versions SET author_ids = '{}', changes = '[]'")
        )
    (only,) = await versions(ada, mara["id"])
    assert (only["text"], only["author_ids"]) == ("was kept as it stood", [])
