"""Pictures of a character as it was in a version."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from onmodel.dispatch import leases
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallParams
from onmodel.variations.models import Variation
from tests.review import cast
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House, Person
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
    assert recipe["made_of"] == {
        "number": locked,
        "names": ["Locked"],
        "pinned": True,
        "trigger_word": "mara_om",
        "positive_prompt": "freckles",
        "negative_prompt": "",
        "adapter": None,
    }
    await cast.finish(house, pinned["id"])
    again = await ada.post(f"/variations/{pinned['id']}/regenerate", {}, status=202)
    assert again["recipe"]["made_of"] == recipe["made_of"]
    assert again["recipe"]["inputs"] == recipe["inputs"]

    (free,) = await ada.post(f"{path}/variations", {"keys": ["expression/sad"]}, status=202)
    assert [one["reference_id"] for one in free["recipe"]["inputs"]] == [added["id"]]
    newest = (await versions(ada, mara["id"]))[0]["number"]
    made_of = free["recipe"]["made_of"]
    assert (made_of["number"], made_of["pinned"]) == (newest, False)
    assert made_of["positive_prompt"] == "no freckles"


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


async def test_keywords_description_and_model_are_those_of_the_version(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(
        *(house, ada, await house.project(ada)),
        references=5,
        description="Keeper of the lighthouse.",
        positive_prompt="freckles",
        negative_prompt="hat",
    )
    path = f"/characters/{mara['id']}"
    first = await _trained(house, ada, mara["id"], b"one")
    locked = (await versions(ada, mara["id"]))[0]["number"]
    second = await _trained(house, ada, mara["id"], b"two")
    character = await ada.get(path)
    await ada.patch(
        path, {"version": character["version"], "positive_prompt": "scar", "description": "Older."}
    )

    body = {"keys": ["expression/happy"], "version": locked}
    (pinned,) = await ada.post(f"{path}/variations", body, status=202)
    (free,) = await ada.post(f"{path}/variations", {"keys": ["expression/sad"]}, status=202)
    then, now = await _offered(house, pinned), await _offered(house, free)
    assert (then.values["positive_prompt"], now.values["positive_prompt"]) == ("freckles", "scar")
    assert then.values["negative_prompt"] == now.values["negative_prompt"] == "hat"
    assert then.values["description"] == "Keeper of the lighthouse."
    assert now.values["description"] == "Older."
    assert (await _bytes(house, then), await _bytes(house, now)) == (b"one", b"two")
    for asked, model in ((pinned, first), (free, second)):
        kept = asked["recipe"]["made_of"]["adapter"]
        assert (kept["id"], kept["kind"]) == (model["id"], "identity_profile")


async def _trained(house: House, person: Person, character_id: str, data: bytes) -> dict[str, Any]:
    """Train a character; return its new model."""
    job = await person.post(f"/characters/{character_id}/train", {}, status=202)
    profile = await house.store(data, output="profile", media_type="application/json")
    await house.answer(job["id"], values={"report": {}}, files=[profile])
    models: list[dict[str, Any]] = await person.get(f"/characters/{character_id}/adapters")
    return models[0]


async def test_a_wish_goes_to_the_generator_after_the_keywords_and_is_kept(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada), positive_prompt="freckles")
    asked = await ada.post(
        f"/characters/{mara['id']}/decisions",
        {"question": "Which?", "key": "expression/happy"},
        status=201,
    )
    body = {"prompt": " jaw set,\nscowling ", "note": "angrier"}
    made = await ada.post(f"/decisions/{asked['id']}/generated", body, status=202)
    assert made["candidates"][0]["note"] == "angrier"
    variation = {"id": made["candidates"][0]["variation_id"]}
    offered = await _offered(house, variation)
    assert offered.values["positive_prompt"] == "freckles, jaw set, scowling"
    await cast.finish(house, variation["id"])
    await ada.post(
        f"/decisions/{asked['id']}/candidates", {"variation_id": variation["id"]}, status=409
    )
    stranger = await ada.post(
        f"/decisions/{asked['id']}/generated", {"prompt": "a\u202eb"}, status=422
    )
    assert stranger["code"] == "invalid"
    (kept,) = [one for one in await _recipes(house, mara["id"]) if one.get("prompt")]
    assert (kept["prompt"], kept["made_of"]["positive_prompt"]) == ("jaw set, scowling", "freckles")


async def _recipes(house: House, character_id: str) -> list[dict[str, Any]]:
    async with house.resources.database.read() as uow:
        rows = await uow.session.scalars(
            select(Variation.recipe).where(Variation.character_id == UUID(character_id))
        )
        return list(rows)


async def _offered(house: House, picture: dict[str, Any]) -> Any:
    async with house.resources.database.read() as uow:
        params = await uow.session.scalar(
            select(Call.params).where(Call.subject_id == UUID(picture["id"]))
        )
    return CallParams.model_validate(params).offered


async def _bytes(house: House, offered: Any) -> bytes:
    key = offered.files["identity_profile"].key
    return b"".join([chunk async for chunk in house.resources.store.open_range(key)])


async def test_a_lora_is_offered_as_one_and_brings_the_terms_of_its_training(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada), references=5)
    job = await ada.post(f"/characters/{mara['id']}/train", {}, status=202)
    terms = [{"name": "Research only", "url": "https://example.org/research"}]
    call_id, fence = await house.begin(job["id"])
    file = await house.store(b"weights", output="lora", media_type="application/octet-stream")
    async with house.resources.database.begin() as uow:
        await leases.record_function(uow, call_id, fence, name="trainer", version="1", terms=terms)
    await house.end(call_id, fence, values={"report": {}}, files=[file])

    path = f"/characters/{mara['id']}/variations"
    body = {"keys": ["expression/happy", "expression/sad"]}
    read, unread = await ada.post(path, body, status=202)
    offered = await _offered(house, read)
    assert list(offered.files) == ["lora"]
    await _make(house, read["id"], reads=["lora", "positive_prompt"])
    await _make(house, unread["id"], reads=[])
    read, unread = [await ada.get(f"/variations/{one['id']}") for one in (read, unread)]
    assert read["recipe"]["reads"] == ["lora", "positive_prompt"]
    assert (read["commercial"], read["recipe"]["terms"]) == (False, terms)
    assert (unread["commercial"], unread["recipe"]["reads"]) == (True, [])


async def _make(house: House, variation_id: str, *, reads: list[str]) -> None:
    """Play a generator that was given this of what was offered."""
    image = await house.store(picture(7, kind="PNG"), output="image", media_type="image/png")
    call_id, fence = await house.begin(variation_id)
    async with house.resources.database.begin() as uow:
        await leases.record_function(uow, call_id, fence, name="hand", version="1", reads=reads)
    await house.end(call_id, fence, values={"report": {}}, files=[image])


async def test_a_pinned_picture_is_judged_against_its_version(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada), references=3)
    path = f"/characters/{mara['id']}"
    old = await ada.get(f"{path}/references")
    locked = (await versions(ada, mara["id"]))[0]["number"]
    body = {"keys": ["expression/happy"], "version": locked}
    (pinned,) = await ada.post(f"{path}/variations", body, status=202)
    await cast.finish(house, pinned["id"], who=1)
    free = await cast.drawn(house, ada, mara["id"], "expression/sad", who=1)
    before = await ada.get(f"/variations/{pinned['id']}")
    assert before["judge"]["version"] == locked
    assert free["judge"]["version"] is None
    same = await ada.get(f"/variations/{pinned['id']}/present-score")
    assert same["p_same"] == pytest.approx(before["p_same"])

    # the character is played by somebody else from now on
    for one in old:
        await ada.delete(f"/references/{one['id']}")
    for number in range(3):
        added = await ada.upload(mara["id"], picture(700 + number))
        await house.answer(added["id"], values=report(face(2, number), picture=700 + number))
    after = await ada.get(f"/variations/{pinned['id']}")
    assert (after["p_same"], after["judge"]) == (before["p_same"], before["judge"])
    assert (await ada.get(f"/variations/{free['id']}"))["p_same"] < 0.1
    now = await ada.get(f"/variations/{pinned['id']}/present-score")
    assert now["p_same"] < 0.1 < 0.9 < before["p_same"]
    assert (now["references"], now["reason"]) == (3, None)
    items = (await ada.get(f"{path}/consistency"))["items"]
    assert {one["variation"]["id"] for one in items} == {pinned["id"], free["id"]}


async def test_the_present_score_is_for_those_who_see_the_picture(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada), references=3)
    (asked,) = await ada.post(
        f"/characters/{mara['id']}/variations", {"keys": ["expression/happy"]}, status=202
    )
    path = f"/variations/{asked['id']}/present-score"
    assert (await ada.get(path, status=409))["code"] == "not_measured"
    stranger = await house.person("eve")
    assert (await stranger.get(path, status=404))["code"] == "variation_not_found"
    await cast.finish(house, asked["id"], who=None)
    said = await ada.get(path)
    assert (said["p_same"], said["reason"]) == (None, "no_face")
