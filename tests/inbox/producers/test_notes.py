"""Who hears of a note."""

from tests.inbox.scene import kinds, waiting
from tests.notes.test_routes import picture
from tests.review import cast
from tests.support.house import House


async def test_a_mention_leads_to_the_note_that_it_stands_in(house: House) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    await ada.post("/inbox/read", {})
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    note = await bob.post(
        f"/variations/{happy['id']}/notes",
        {"text": "Eyes wider, @Ada", "mentions": [str(ada.id), str(bob.id)]},
        status=201,
    )
    (notice,) = await waiting(ada)
    assert notice["title"] == "Bob mentioned you on Happy of Mara"
    assert notice["body"] == "Eyes wider, @Ada"
    assert notice["url"] == (
        f"/p/{project}/c/{happy['character_id']}?look={happy['id']}&note={note['id']}"
    )
    assert (notice["group"], notice["project_title"]) == ("mentions", "The Long Night")
    assert notice["file"]["id"] == happy["file"]["id"]
    assert notice["actor"]["name"] == "Bob"
    # one's own act is no news
    assert await kinds(bob) == ["role"]


async def test_an_answer_reaches_everybody_in_the_thread_once(house: House) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    cyd = await cast.member(house, ada, project, "cyd", "reviewer")
    for person in (ada, bob, cyd):
        await person.post("/inbox/read", {})
    note = await ada.post(f"/variations/{happy['id']}/notes", {"text": "Ears?"}, status=201)
    path = f"/notes/{note['id']}/replies"
    await bob.post(path, {"text": "Smaller"}, status=201)
    await cyd.post(path, {"text": "No, @Ada", "mentions": [str(ada.id)]}, status=201)
    assert await kinds(ada) == ["mention", "answer"]
    (notice,) = await waiting(bob)
    assert notice["title"] == "Cyd answered on Happy of Mara"
    assert notice["url"].endswith(f"&note={note['id']}")
    assert await kinds(cyd) == []


async def test_an_edit_may_mention_somebody_new_and_repeats_nothing(house: House) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    await bob.post("/inbox/read", {})
    note = await ada.post(f"/variations/{happy['id']}/notes", {"text": "- [ ] ears"}, status=201)
    path = f"/notes/{note['id']}"
    await ada.patch(path, {"version": 1, "mentions": [str(bob.id)]})
    assert await kinds(bob) == ["mention"]
    await bob.post("/inbox/read", {})
    await ada.patch(path, {"version": 2, "text": "- [ ] both ears"})
    await bob.put(f"{path}/checklist/0", {"done": True})
    await ada.put(f"{path}/resolved", {"resolved": True})
    assert await kinds(bob) == []


async def test_a_note_that_is_gone_leaves_no_notice_behind(house: House) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    for person in (ada, bob):
        await person.post("/inbox/read", {})
    body = {"text": "@Bob", "mentions": [str(bob.id)]}
    note = await ada.post(f"/variations/{happy['id']}/notes", body, status=201)
    await bob.post(f"/notes/{note['id']}/replies", {"text": "Yes"}, status=201)
    assert (await kinds(ada), await kinds(bob)) == (["answer"], ["mention"])
    await ada.delete(f"/notes/{note['id']}")
    assert (await kinds(ada), await kinds(bob)) == ([], [])
    await ada.post(f"/notes/{note['id']}/restore")
    assert await kinds(bob) == ["mention"]
