"""Characters: made, found, changed, removed, brought back."""

import pytest

from onmodel.characters.schemas import CharacterRead
from tests.support.drawings import picture
from tests.support.house import House


async def test_a_trigger_word_is_made_from_the_name_and_is_unique(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    first = await house.character(ada, project_id, name="Käthe O’Neil")
    second = await house.character(ada, project_id, name="Kathe Oneil")
    assert first["trigger_word"] == "katheoneil_om"
    assert second["trigger_word"] == "katheoneil_om2"
    taken = await ada.post(
        f"/projects/{project_id}/characters",
        {"name": "Third", "trigger_word": "KATHEONEIL_OM"},
        status=409,
    )
    assert taken["code"] == "trigger_word_taken"
    assert taken["fields"] == [{"field": "trigger_word", "detail": "Already in use."}]


async def test_a_stale_edit_is_refused_with_the_present_record(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    path = f"/characters/{character['id']}"
    changed = await ada.patch(path, {"version": 1, "description": "A smuggler."})
    assert changed["version"] == 2
    stale = await ada.patch(path, {"version": 1, "description": "A pilot."}, status=409)
    assert stale["code"] == "stale_version"
    assert stale["current"]["description"] == "A smuggler."
    assert (await ada.get(path))["description"] == "A smuggler."


async def test_history_says_who_changed_what(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project_id = await house.project(ada)
    await ada.put(f"/projects/{project_id}/members/{bob.id}", {"role": "editor"})
    character = await house.character(ada, project_id)
    await bob.patch(f"/characters/{character['id']}", {"version": 1, "name": "Mara Voss"})
    newest, oldest = await ada.get(f"/characters/{character['id']}/history")
    assert newest["actor_id"] == str(bob.id)
    assert newest["change"] == {"verb": "changed", "fields": {"name": ["Mara", "Mara Voss"]}}
    assert (oldest["actor_id"], oldest["change"]) == (str(ada.id), {"verb": "created"})


async def test_what_is_removed_can_be_brought_back(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    character = await house.character(ada, project_id)
    removed = await ada.delete(f"/characters/{character['id']}")
    assert removed["removed_at"] is not None
    assert (await ada.get(f"/projects/{project_id}/characters"))["items"] == []
    await ada.post(f"/characters/{character['id']}/restore")
    (back,) = (await ada.get(f"/projects/{project_id}/characters"))["items"]
    assert back["id"] == character["id"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=smug", ["Mara"]),
        ("q=SEA", ["Anouk"]),
        ("q=100%25", []),
        ("tag=crew", ["Anouk", "Mara"]),
        ("tier=high", ["Anouk"]),
        ("importance=lead", ["Mara"]),
        ("state=untrained", ["Anouk", "Mara"]),
        ("state=trained", []),
    ],
)
async def test_search_and_filters(house: House, query: str, names: list[str]) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    await house.character(
        ada, project_id, description="A smuggler.", tags=["crew"], importance="lead"
    )
    await house.character(ada, project_id, name="Anouk", tags=["crew", "Sea"], tier="high")
    found = await ada.get(f"/projects/{project_id}/characters?{query}")
    assert [item["name"] for item in found["items"]] == names
    assert found["total"] == len(names)


@pytest.mark.parametrize("sort", ["name", "-updated", "-created"])
async def test_pages_bring_everybody_once(house: House, sort: str) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    names = [f"Extra {number}" for number in range(7)]
    for name in names:
        await house.character(ada, project_id, name=name)
    seen: list[str] = []
    cursor = ""
    while True:
        page = await ada.get(f"/projects/{project_id}/characters?sort={sort}&limit=3{cursor}")
        seen += [item["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == (names if sort == "name" else names[::-1])


async def test_a_damaged_cursor_is_told(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    problem = await ada.get(f"/projects/{project_id}/characters?cursor=%21%21", status=422)
    assert problem["code"] == "bad_cursor"


async def test_another_teams_character_does_not_exist(house: House) -> None:
    ada, eve = await house.person("ada"), await house.person("eve")
    character = await house.character(ada, await house.project(ada))
    for path in ("", "/references", "/variations", "/training", "/history"):
        problem = await eve.get(f"/characters/{character['id']}{path}", status=404)
        assert problem["code"] == "character_not_found"


async def test_pages_records_and_events_have_one_shape(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    character = await house.character(ada, project_id, tags=["crew"])
    await ada.upload(character["id"], picture(1))
    single = await ada.get(f"/characters/{character['id']}")
    (listed,) = (await ada.get(f"/projects/{project_id}/characters"))["items"]
    (asset,) = (await ada.get(f"/assets?project_id={project_id}"))["items"]
    (in_state,) = (await ada.get(f"/projects/{project_id}/state"))["characters"]
    told = [
        event["payload"]["data"]
        for event in await ada.get(f"/projects/{project_id}/events")
        if event["event"] == "server:character.updated"
    ]
    assert single["cover"] is not None
    assert single == listed == asset["data"] == in_state == told[-1]
    assert single == CharacterRead.model_validate(single).model_dump(mode="json")
