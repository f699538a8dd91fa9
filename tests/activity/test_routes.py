"""What happened in a project, as its people read it."""

from typing import Any
from uuid import uuid4

from tests.notes.test_routes import picture
from tests.review import cast
from tests.support.house import House, Person


async def verbs(person: Person, project: str, query: str = "") -> list[str]:
    page = await person.get(f"/projects/{project}/activity?limit=100{query}")
    return [entry["change"]["verb"] for entry in page["items"]]


async def test_a_stream_has_sentences_pictures_and_exact_pages(house: House) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    mara = f"/p/{project}/c/{happy['character_id']}"
    note = await ada.post(f"/variations/{happy['id']}/notes", {"text": "Ears"}, status=201)
    await ada.patch(f"/variations/{happy['id']}", {"verdict": "approved"})
    await cast.member(house, ada, project, "bob", "viewer")
    page = await ada.get(f"/projects/{project}/activity")
    by_verb: dict[str, dict[str, Any]] = {one["change"]["verb"]: one for one in page["items"]}
    assert list(by_verb)[:4] == ["gave role", "reviewed", "left note", "generated"]
    assert by_verb["gave role"]["url"] == f"/p/{project}/people"
    assert by_verb["gave role"]["character"] is None
    assert by_verb["reviewed"]["url"] == f"{mara}?look={happy['id']}"
    assert by_verb["left note"]["url"] == f"{mara}?look={happy['id']}&note={note['id']}"
    for verb in ("reviewed", "left note"):
        assert by_verb[verb]["file"]["id"] == happy["file"]["id"]
        assert by_verb[verb]["character"]["name"] == "Mara"
    assert by_verb["added picture"]["url"] == mara
    assert by_verb["added picture"]["file"] is not None


async def test_a_stream_is_read_page_by_page_and_by_character_and_person(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "editor")
    mara = await house.character(ada, project)
    await house.character(bob, project, name="Otto")
    path = f"/projects/{project}/activity?limit=2"
    seqs: list[int] = []
    before = ""
    while True:
        page = await ada.get(f"{path}{before}")
        seqs += [entry["seq"] for entry in page["items"]]
        if page["next_before"] is None:
            break
        before = f"&before={page['next_before']}"
    assert seqs == sorted(set(seqs), reverse=True)
    assert len(seqs) == 4
    assert await verbs(ada, project, f"&character_id={mara['id']}") == ["created"]
    assert await verbs(ada, project, f"&person_id={bob.id}") == ["created"]
    assert await verbs(ada, project, f"&person_id={uuid4()}") == []
    for query in ("limit=0", "limit=101", "before=0"):
        await ada.get(f"/projects/{project}/activity?{query}", status=422)


async def test_strangers_find_nothing(house: House) -> None:
    ada, eve = await house.person("ada"), await house.person("eve")
    project = await house.project(ada)
    for path in ("/activity", "/activity/since-visit"):
        strange = await eve.get(f"/projects/{project}{path}", status=404)
        assert strange == await eve.get(f"/projects/{uuid4()}{path}", status=404)
    await eve.put(f"/projects/{project}/activity/seen", {"seq": 1}, status=404)


async def test_since_the_last_visit_counts_what_others_did(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "editor")
    path = f"/projects/{project}/activity"
    first = await bob.get(f"{path}/since-visit")
    assert (first["count"], first["seen_at"]) == (0, None)
    await bob.put(f"{path}/seen", {"seq": first["seq"]}, status=204)
    await house.character(ada, project)
    await house.character(bob, project, name="Otto")
    since = await bob.get(f"{path}/since-visit")
    assert since["count"] == 1
    assert [entry["change"]["verb"] for entry in since["items"]] == ["created"]
    assert since["items"][0]["actor_id"] == str(ada.id)
    assert (await bob.get(path))["seen_seq"] == first["seq"]
    # what was seen stays seen, and nobody has seen what has not happened
    await bob.put(f"{path}/seen", {"seq": 2**31 - 1}, status=204)
    await bob.put(f"{path}/seen", {"seq": 1}, status=204)
    after = await bob.get(f"{path}/since-visit")
    assert (after["count"], after["seen_seq"]) == (0, since["seq"])
