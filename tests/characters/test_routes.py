"""Characters: made, found, changed, removed, brought back."""

import pytest

from onmodel.kit.paging import encode_cursor
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


@pytest.mark.parametrize(
    ("sort", "values"),
    [
        ("name", ["a", "no id"]),
        ("name", ["a\0", "019a0000-0000-7000-8000-000000000000"]),
        ("-updated", ["yesterday", "019a0000-0000-7000-8000-000000000000"]),
        ("-updated", [7, "019a0000-0000-7000-8000-000000000000"]),
        ("-created", ["2026-01-01T00:00:00", "019a0000-0000-7000-8000-000000000000"]),
    ],
)
async def test_a_forged_cursor_is_told(house: House, sort: str, values: list[object]) -> None:
    ada = await house.person("ada")
    path = f"/projects/{await house.project(ada)}/characters"
    await ada.get(f"{path}?sort={sort}&cursor={encode_cursor(values)}", status=422)


async def test_pages_follow_the_databases_idea_of_lower_case(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    names = {"ΝΙΚΟΣ", "Νικοσα", "İris", "Iris"}
    for name in names:
        await house.character(ada, project_id, name=name)
    seen: list[str] = []
    cursor = ""
    for _ in names:
        page = await ada.get(f"/projects/{project_id}/characters?limit=1{cursor}")
        seen += [item["name"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == sorted(names)


@pytest.mark.parametrize("field", ["name", "description", "tags"])
async def test_a_nul_in_a_text_is_refused(house: House, field: str) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    value: object = ["a\0b"] if field == "tags" else "a\0b"
    body = {"name": "Mara", field: value}
    problem = await ada.post(f"/projects/{project_id}/characters", body, status=422)
    assert (problem["code"], bool(problem["try"])) == ("invalid", True)
    await ada.get(f"/projects/{project_id}/characters?q=a%00b", status=422)


async def test_a_number_that_no_column_takes_is_refused(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    await ada.get(f"/characters/{character['id']}/history?before={2**40}", status=422)
    await ada.get(f"/projects/{character['project_id']}/events?since={2**70}", status=422)
