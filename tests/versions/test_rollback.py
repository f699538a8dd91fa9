"""Going back, whole and in part: a new version like an old one, and nothing is lost."""

import random
from typing import Any

import pytest

from onmodel.characters import references
from onmodel.writing import service as writing
from tests.review import cast
from tests.support.drawings import picture
from tests.support.house import House, Person
from tests.versions.look import content, go_back, present, state, versions


async def _changed(person: Person, character: dict[str, Any], **data: Any) -> int:
    """Change facts and return the number of the version."""
    path = f"/characters/{character['id']}"
    now = await person.get(path)
    await person.patch(path, data | {"version": now["version"]})
    return (await versions(person, character["id"]))[0]["number"]


async def test_going_back_tells_the_team_and_can_be_undone(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project = await house.project(ada)
    await ada.put(f"/projects/{project}/members/{bob.id}", {"role": "viewer"})
    mara = await house.character(ada, project, description="A quiet smuggler.")
    await _changed(ada, mara, description="A loud pilot.", tags=["crew"])
    async with house.socket(bob, project) as his:
        await his.send("client:sync_request", {})
        await his.until("server:full_sync")
        made = await go_back(ada, mara["id"], 1, onto=2)
        told = await his.until("server:character.updated")
    assert (made["number"], made["back_to"]) == (3, 1)
    assert (made["text"], made["author_ids"]) == ("went back to version 1", [str(ada.id)])
    assert told["payload"]["data"]["description"] == "A quiet smuggler."
    line = (await ada.get(f"/characters/{mara['id']}/history"))[0]
    assert (line["change"]["verb"], line["change"]["to"]) == ("went back", 1)
    await go_back(ada, mara["id"], 2, onto=3)
    undone = await ada.get(f"/characters/{mara['id']}")
    assert (undone["description"], undone["tags"]) == ("A loud pilot.", ["crew"])


async def test_only_the_chosen_parts_go_back(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    happy = await cast.drawn(house, ada, mara["id"], "expression/happy")
    old = (await versions(ada, mara["id"]))[0]["number"]
    again = await ada.post(f"/variations/{happy['id']}/regenerate", {}, status=202)
    await cast.finish(house, again["id"], number=77)
    await ada.post(f"/variations/{again['id']}/confirm")
    first, *_ = await ada.get(f"/characters/{mara['id']}/references")
    await ada.delete(f"/references/{first['id']}")
    onto = await _changed(ada, mara, name="Mara Voss", licence="Ours")
    parts = ["picture:expression/happy", "fact:licence"]
    made = await go_back(ada, mara["id"], old, onto=onto, parts=parts)
    assert made["text"] == f"took the licence and Happy back from version {old}"
    now = await present(ada, mara["id"])
    assert (now["facts"]["name"], now["facts"]["licence"]) == ("Mara Voss", "")
    assert now["pictures"] == [happy["id"]]
    assert first["id"] not in now["references"]
    # the picture that left is kept, and is one step away
    await go_back(ada, mara["id"], onto, onto=made["number"])
    assert (await present(ada, mara["id"]))["pictures"] == [again["id"]]


async def test_the_face_needs_its_picture(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    first, *_ = await ada.get(f"/characters/{mara['id']}/references")
    await ada.post(f"/references/{first['id']}/base")
    old = (await versions(ada, mara["id"]))[0]["number"]
    await ada.delete(f"/references/{first['id']}")
    alone = await go_back(ada, mara["id"], old, onto=old + 1, parts=["face"], status=409)
    assert alone["code"] == "part_needs_picture"
    both = ["face", f"reference:{first['id']}"]
    await go_back(ada, mara["id"], old, onto=old + 1, parts=both)
    assert (await present(ada, mara["id"]))["face"] == first["file"]["id"]


async def test_what_is_stale_unknown_or_no_change_is_refused(house: House) -> None:
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada))
    await _changed(ada, mara, name="Mara Voss")
    stale = await go_back(ada, mara["id"], 1, onto=1, status=409)
    assert (stale["code"], stale["current"]) == ("versions_moved_on", 2)
    ahead = await go_back(ada, mara["id"], 1, onto=3, status=409)
    assert ahead["code"] == "versions_moved_on"
    same = await go_back(ada, mara["id"], 2, onto=2, status=409)
    assert same["code"] == "nothing_to_go_back_to"
    nothing = await go_back(ada, mara["id"], 1, onto=2, parts=[], status=409)
    assert nothing["code"] == "nothing_to_go_back_to"
    for part in ("fact:licence", "fact:id", "picture:expression/happy", "everything"):
        refused = await go_back(ada, mara["id"], 1, onto=2, parts=[part], status=422)
        assert refused["code"] == "unknown_part"
    await go_back(ada, mara["id"], 1, onto=2, parts=["fact:name"] * 501, status=422)
    assert (await go_back(ada, mara["id"], 9, onto=2, status=404))["code"] == "version_not_found"
    assert len(await versions(ada, mara["id"])) == 2


async def test_a_removed_character_is_brought_back_first(house: House) -> None:
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada))
    await _changed(ada, mara, name="Mara Voss")
    await ada.delete(f"/characters/{mara['id']}")
    refused = await go_back(ada, mara["id"], 1, onto=3, status=404)
    assert refused["try"] == "Bring it back first."


async def test_a_trigger_word_that_somebody_else_took_is_refused(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await house.character(ada, project)
    await _changed(ada, mara, trigger_word="voss_om", licence="Ours")
    await house.character(ada, project, name="Other", trigger_word="mara_om")
    refused = await go_back(ada, mara["id"], 1, onto=2, status=409)
    assert refused["code"] == "trigger_word_taken"
    # all or nothing: the licence did not go back either
    assert (await ada.get(f"/characters/{mara['id']}"))["licence"] == "Ours"
    await go_back(ada, mara["id"], 1, onto=2, parts=["fact:licence"])


async def test_more_pictures_than_a_character_takes_are_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada), references=2)
    both = (await versions(ada, mara["id"]))[0]["number"]
    first, _ = await ada.get(f"/characters/{mara['id']}/references")
    await ada.delete(f"/references/{first['id']}")
    monkeypatch.setattr(references, "MAX_REFERENCES", 1)
    refused = await go_back(ada, mara["id"], both, onto=both + 1, status=409)
    assert refused["code"] == "too_many_references"
    assert len(await ada.get(f"/characters/{mara['id']}/references")) == 1


async def test_what_is_being_made_becomes_a_candidate_beside_what_comes_back(
    house: House,
) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    await cast.drawn(house, ada, mara["id"], "expression/happy")
    old = (await versions(ada, mara["id"]))[0]["number"]
    await go_back(ada, mara["id"], old - 1, onto=old)
    (making,) = await ada.post(
        f"/characters/{mara['id']}/variations", {"keys": ["expression/happy"]}, status=202
    )
    back = await go_back(ada, mara["id"], old, onto=old + 1)
    await cast.finish(house, making["id"], number=88)
    candidate = await ada.get(f"/variations/{making['id']}")
    standing = (await present(ada, mara["id"]))["pictures"]
    assert [candidate["candidate_of"]] == standing
    assert (await versions(ada, mara["id"]))[0]["number"] == back["number"]
    await ada.post(f"/variations/{making['id']}/confirm")
    assert (await present(ada, mara["id"]))["pictures"] == [making["id"]]


async def test_how_it_is_judged_goes_back_too(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    old = (await versions(ada, mara["id"]))[0]["number"]
    body = {"route": "appearance", "off_model_below": 0.9}
    await ada.patch(f"/characters/{mara['id']}/consistency", body)
    await go_back(ada, mara["id"], old, onto=old + 1)
    seen = content(await state(ada, mara["id"], old + 2))
    assert seen == content(await state(ada, mara["id"], old))


async def test_what_somebody_writes_at_that_moment_is_not_lost(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project = await house.project(ada)
    await ada.put(f"/projects/{project}/members/{bob.id}", {"role": "editor"})
    mara = await house.character(ada, project, description="A smuggler.")
    await _changed(ada, mara, description="A pilot.")
    async with house.socket(bob, project) as his:
        payload = {
            "document": f"character:{mara['id']}:positive_prompt",
            "revision": 0,
            "op": ["freckles"],
            "id": "operation-1",
        }
        await his.send("client:text.op", payload)
        await his.until("server:text.ack")
        described = {"document": f"character:{mara['id']}:description"}
        await his.send("client:text.open", described)
        await his.until("server:text.document")
        await go_back(ada, mara["id"], 1, onto=2)
        await his.until("server:text.op", lambda p: p["document"].endswith(":description"))
    async with house.resources.database.begin() as uow:
        await writing.settle_text(uow, f"character:{mara['id']}:positive_prompt")
    now = await ada.get(f"/characters/{mara['id']}")
    assert (now["description"], now["positive_prompt"]) == ("A smuggler.", "freckles")


class Play:
    """Random changes of one character, as people make them."""

    def __init__(self, house: House, person: Person, character_id: str, seed: int) -> None:
        self.house, self.person, self.id = house, person, character_id
        self.random = random.Random(seed)
        self.count = 0
        self.removed: list[str] = []

    async def step(self) -> None:
        """Change something."""
        moves = (self.fact, self.add, self.remove, self.restore, self.face, self.draw, self.back)
        self.count += 1
        await self.random.choice(moves)()

    async def fact(self) -> None:
        field = self.random.choice(("name", "description", "licence", "tags", "importance"))
        value: Any = f"Value {self.random.randrange(3)}"
        if field == "tags":
            value = [value]
        if field == "importance":
            value = self.random.choice(("lead", "supporting", "background"))
        path = f"/characters/{self.id}"
        now = await self.person.get(path)
        await self.person.patch(path, {field: value, "version": now["version"]})

    async def add(self) -> None:
        await self.person.upload(self.id, picture(self.random.randrange(10**6)))

    async def _references(self) -> list[dict[str, Any]]:
        return await self.person.get(f"/characters/{self.id}/references")

    async def remove(self) -> None:
        rows = await self._references()
        if len(rows) > 1:
            row = self.random.choice(rows)
            self.removed.append(row["id"])
            await self.person.delete(f"/references/{row['id']}")

    async def restore(self) -> None:
        if self.removed:
            await self.person.post(f"/references/{self.random.choice(self.removed)}/restore")

    async def face(self) -> None:
        row = self.random.choice(await self._references())
        await self.person.post(f"/references/{row['id']}/base")

    async def draw(self) -> None:
        key = self.random.choice(("expression/happy", "angle/front"))
        body = {"keys": [key]}
        answer = await self.person.api.post(f"/api/v1/characters/{self.id}/variations", json=body)
        if answer.status_code == 409:
            return  # no reference with a face is left
        (asked,) = answer.json()
        await cast.finish(self.house, asked["id"], number=100 + self.count)
        if asked["candidate_of"] is not None:
            await self.person.post(f"/variations/{asked['id']}/confirm")

    async def back(self) -> None:
        onto = (await versions(self.person, self.id))[0]["number"]
        number = self.random.randint(1, onto)
        body = {"onto": onto}
        path = f"/api/v1/characters/{self.id}/versions/{number}/restore"
        answer = await self.person.api.post(path, json=body)
        assert answer.status_code in (200, 409), answer.text


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_was_changed_going_back_to_a_version_gives_its_state(
    house: House, seed: int
) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada), references=2)
    play = Play(house, ada, mara["id"], seed)
    for _ in range(20):
        await play.step()
        newest = (await versions(ada, mara["id"]))[0]["number"]
        seen = content(await state(ada, mara["id"], newest))
        judging = {"identity_route": "auto", "off_model_below": 0.5}
        now = await present(ada, mara["id"])
        assert seen == now | {"facts": now["facts"] | judging}
    kept = {
        one["number"]: content(await state(ada, mara["id"], one["number"]))
        for one in await versions(ada, mara["id"])
    }
    numbers = list(kept)
    play.random.shuffle(numbers)
    onto = max(kept)
    for number in numbers[:8]:
        if kept[number] == content(await state(ada, mara["id"], onto)):
            continue
        onto = (await go_back(ada, mara["id"], number, onto=onto))["number"]
        assert content(await state(ada, mara["id"], onto)) == kept[number]
        now = await present(ada, mara["id"])
        assert now["references"] == kept[number]["references"]
    # nothing that was kept has changed by it
    for number, was in kept.items():
        assert content(await state(ada, mara["id"], number)) == was
